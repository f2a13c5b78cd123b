import { MethodNotAllowed, ScimError, TooManyRequests } from '@provost/scim-protocol';
import { asProblem, type Problem } from './http';
import { SCIM_JSON } from './scim';

/** What is sent for an error. */
export interface ErrorAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Whether an address belongs to SCIM, so that its errors are SCIM errors. Paths count in any case, as the router has it. */
export function isScim(url: string): boolean {
  return /^\/scim(?:[/?;]|$)/i.test(url);
}

/**
 * An error in the form of its surface (contract §2): a SCIM error below /scim (RFC 7644 §3.12), a problem document
 * (RFC 9457) elsewhere.
 * @param url the address of the request
 * @param presented whether the request carried a credential: one that was refused is named as such (RFC 6750 §3)
 */
export function errorAnswer(error: ScimError | Problem, url: string, presented = false): ErrorAnswer {
  const scim = isScim(url) && error instanceof ScimError;
  const body = scim ? error : asProblem(error);
  return {
    status: error.status,
    headers: {
      'content-type': scim ? SCIM_JSON : 'application/problem+json',
      ...(error.status === 401 && {
        'www-authenticate': `Bearer realm="provost"${presented ? ', error="invalid_token"' : ''}`,
      }),
      ...(error instanceof MethodNotAllowed && { allow: error.allow.join(', ') }),
      ...(error instanceof TooManyRequests && { 'retry-after': String(error.retryAfter) }),
    },
    body: Buffer.from(JSON.stringify(body)),
  };
}
