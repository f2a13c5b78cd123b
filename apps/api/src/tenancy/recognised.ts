import type { CredentialCache } from './credential-cache';
import type { Principal } from './principal';

const WHO = Symbol('principal');
const FINDER = Symbol('credentials');

/** Whose token a request bears, once that was looked up: a token is hashed once a request. */
export function recognise(request: object, principal: Principal): void {
  (request as { [WHO]?: Principal })[WHO] = principal;
}

/** @returns undefined when nobody has looked yet */
export function recognised(request: object): Principal | undefined {
  return (request as { [WHO]?: Principal })[WHO];
}

/** Where the token of a request is to be looked up: Passport keeps one strategy for the whole process, which may hold several servers. */
export function findsIn(request: object, credentials: CredentialCache): void {
  (request as { [FINDER]?: CredentialCache })[FINDER] = credentials;
}

/** @throws Error when nobody has said where */
export function finderOf(request: object): CredentialCache {
  const finder = (request as { [FINDER]?: CredentialCache })[FINDER];
  if (!finder) throw new Error('Nobody has said where the token of this request is looked up.');
  return finder;
}
