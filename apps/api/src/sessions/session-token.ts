import { hash, randomBytes } from 'node:crypto';

/** `pvs_` and 256 random bits; the prefix tells it from the tokens of credentials, and lets scanners find leaked ones. */
const FORM = /^pvs_[A-Za-z0-9_-]{43}$/;

export function newSessionToken(): string {
  return `pvs_${randomBytes(32).toString('base64url')}`;
}

/** What is stored of a token; undefined for a text that is none. A fast hash will do: there is nothing to guess. */
export function sessionTokenHash(token: string): Buffer | undefined {
  return FORM.test(token) ? hash('sha256', token, 'buffer') : undefined;
}
