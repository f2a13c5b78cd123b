import type { Principal } from './principal';

const WHO = Symbol('principal');

/** Whose token a request bears, once that was looked up: a token is hashed once a request. */
export function recognise(request: object, principal: Principal): void {
  (request as { [WHO]?: Principal })[WHO] = principal;
}

/** @returns undefined when nobody has looked yet */
export function recognised(request: object): Principal | undefined {
  return (request as { [WHO]?: Principal })[WHO];
}
