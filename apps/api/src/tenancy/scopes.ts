import { SetMetadata } from '@nestjs/common';
import type { CredentialKind } from '@provost/entities';

/**
 * What a credential, or a token that was issued to an OAuth client (RFC 6749 §3.3), can be limited to, by kind. A credential
 * without scopes may do all that its kind may. A scope includes those below it: `scim` is everything in SCIM, `scim:users` users
 * alone, `scim:users:read` reading them; `scim:read` is reading everything there. Whoever issues tokens gives them the kind that the
 * first word belongs to, and puts the scopes into the Principal; the guard does the rest.
 */
const SCIM = ['scim', 'scim:read', 'scim:users', 'scim:users:read', 'scim:groups', 'scim:groups:read'];
export const SCOPES: Readonly<Partial<Record<CredentialKind, readonly string[]>>> = {
  scim: SCIM,
  // What it gets tokens for.
  oauth: SCIM,
  app: [
    ...['access', 'users', 'users:read', 'sessions', 'sessions:read'],
    ...['resources', 'resources:read', 'grants', 'grants:read'],
  ],
};

export const SCOPED = 'provost:scoped';
type Params = Readonly<Record<string, string>>;
export interface ScopeRule {
  /** The scope that a write needs; reading needs that of the area with `:read`. */
  readonly area: string | ((params: Params) => string);
  /** It reads, whatever its method. */
  readonly reads: boolean;
}

/**
 * Declares which scope a route needs of a credential that is limited by scopes. A route that declares none refuses all of these.
 * @param area a scope, or how to find it in the parameters of the path
 */
export const Scoped = (area: ScopeRule['area'], { reads = false } = {}) =>
  SetMetadata(SCOPED, { area, reads } satisfies ScopeRule);
/** A route for which any scope will do. */
export const AnyScope = () => SetMetadata(SCOPED, 'any');

/** The scope that a request to such a route needs. */
export function neededScope({ area, reads }: ScopeRule, method: string, params: Params): string {
  const scope = typeof area === 'string' ? area : area(params);
  return reads || method === 'GET' || method === 'HEAD' ? `${scope}:read` : scope;
}

/** Whether one of these scopes includes what is needed. */
export function covers(granted: readonly string[], needed: string): boolean {
  return granted.some((scope) => {
    if (needed === scope || needed.startsWith(`${scope}:`)) return true;
    const above = /^(.+):read$/.exec(scope)?.[1];
    return above !== undefined && needed.startsWith(`${above}:`) && needed.endsWith(':read');
  });
}
