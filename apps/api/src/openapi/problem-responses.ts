import { problem } from '../http';
import type { Refusal } from './description';
import { COUNT, type JsonSchema, listOf, ref, shape, TEXT } from './json-schema';

/** RFC 9457, as every error outside SCIM is (contract §2). */
export const PROBLEM: JsonSchema = {
  ...shape(
    {
      type: { type: 'string', description: 'Always about:blank: the status says what kind of problem it is.' },
      title: { type: 'string', description: 'The status in words.' },
      status: COUNT,
      detail: { type: 'string', description: 'A sentence that an administrator can act on.' },
      errors: {
        ...listOf(
          shape({
            pointer: {
              type: 'string',
              description: 'JSON pointer (RFC 6901) into the body, or the name of a parameter.',
            },
            detail: TEXT,
          }),
        ),
        description: 'Every input that is wrong.',
      },
    },
    'errors',
  ),
  description: 'A problem as RFC 9457 has it.',
};

const COMMON: Readonly<Record<number, readonly [name: string, when: string, refusal: Refusal]>> = {
  400: [
    'BadRequest',
    'The body, a parameter or a header is not as described.',
    { detail: '/name: must be a text', errors: [{ pointer: '/name', detail: 'must be a text' }] },
  ],
  401: ['Unauthorized', 'No credential, or one that is unknown, expired or revoked.', 'Authentication is required.'],
  403: [
    'Forbidden',
    'The credential is of a kind that may not call this, or belongs to another tenant than X-Tenant names.',
    'This credential may not do that.',
  ],
  404: ['NotFound', 'There is nothing of that name or id, or no such tenant.', 'There is no tenant "acme".'],
  409: ['Conflict', 'It contradicts what is there.', 'There is a tenant "acme" already.'],
  412: ['PreconditionFailed', 'Another version is in force than If-Match names.', 'Version 4 is in force.'],
  429: [
    'TooManyRequests',
    'More requests than the limit of the credential allows, or too many wrong tokens from one address.',
    'This credential may make 1500 requests in 60 seconds. Try again in 1 s.',
  ],
  422: [
    'Unprocessable',
    'The document does not fit; "errors" has every fault, and nothing was changed.',
    'It does not fit.',
  ],
};

/** Responses that many operations share, for `components.responses`. */
export function commonResponses(): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(COMMON).map(([status, [name, when, refusal]]) => [name, response(Number(status), when, refusal)]),
  );
}

/** The response of a refusal: the common one of its status, unless the operation has words of its own. */
export function refusalResponse(status: number, own?: Refusal): unknown {
  const [name, when] = COMMON[status] ?? [undefined, 'It was refused.'];
  return own === undefined && name !== undefined
    ? { $ref: `#/components/responses/${name}` }
    : response(status, when, own ?? when);
}

function response(status: number, description: string, refusal: Refusal): object {
  const { detail, errors } = typeof refusal === 'string' ? { detail: refusal, errors: undefined } : refusal;
  const example = problem(status, detail, errors).toJSON();
  const headers = status === 429 && {
    headers: { 'Retry-After': { description: 'Seconds, a whole number.', schema: COUNT } },
  };
  return { description, ...headers, content: { 'application/problem+json': { schema: ref('Problem'), example } } };
}
