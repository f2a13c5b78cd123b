import { HttpException } from '@nestjs/common';
import { ScimError } from '@provost/scim-protocol';

export interface InputFault {
  /** JSON pointer into the body. */
  readonly pointer: string;
  readonly detail: string;
}

/** An error outside SCIM: RFC 9457, with a fault for each wrong input (contract §2). */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail: string,
    readonly errors?: readonly InputFault[],
  ) {
    super(detail);
  }

  toJSON(): object {
    return {
      type: 'about:blank',
      title: this.title,
      status: this.status,
      detail: this.detail,
      ...(this.errors?.length ? { errors: this.errors } : {}),
    };
  }
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not found',
  405: 'Method not allowed',
  409: 'Conflict',
  410: 'Gone',
  412: 'Precondition failed',
  413: 'Too large',
  415: 'Unsupported media type',
  422: 'Unprocessable',
  429: 'Too many requests',
  500: 'Internal error',
  501: 'Not implemented',
  503: 'Unavailable',
};

export function problem(status: number, detail: string, errors?: readonly InputFault[]): Problem {
  return new Problem(status, TITLES[status] ?? 'Error', detail, errors);
}

/** Any error as a problem; undefined for what nobody foresaw. */
export function asProblem(error: unknown): Problem | undefined {
  if (error instanceof Problem) return error;
  if (error instanceof ScimError) return problem(error.status, error.detail);
  if (error instanceof HttpException) {
    const status = error.getStatus();
    return problem(status, status === 404 ? 'There is nothing at this address.' : error.message);
  }
  return undefined;
}
