import { covers } from '../tenancy';

/** What a client may be given, in the words of the consent page. */
export const SCOPES: Readonly<Record<string, string>> = {
  scim: 'read, create, change, deactivate and delete people and groups',
  'scim:read': 'read people and groups',
  'scim:users': 'read, create, change, deactivate and delete people',
  'scim:users:read': 'read people',
  'scim:groups': 'read, create, change and delete groups and their members',
  'scim:groups:read': 'read groups and their members',
};
/** What Okta's administrators are told to ask for to get a refresh token. Here the grant types of the client decide about that. */
const STAYING = 'offline_access';

export const SCOPE_NAMES: readonly string[] = [...Object.keys(SCOPES), STAYING];

/** What a client may ask for. @param limits the scopes of its credential; none: all */
export function scopesWithin(limits: readonly string[]): string[] {
  return SCOPE_NAMES.filter((scope) => !limits.length || scope === STAYING || covers(limits, scope));
}

/**
 * The scopes that a request gets (RFC 6749 §3.3): those that it names, else all that the client may have.
 * @param may the scopes that the client may ask for
 * @param refuse the error for a scope that is none of them
 */
export function grantedScopes(
  asked: string | undefined,
  may: readonly string[],
  refuse: (scope: string) => Error,
): string[] {
  const named = [...new Set(asked?.split(' '))].filter((scope) => scope && scope !== STAYING);
  for (const scope of named) if (!may.includes(scope)) throw refuse(scope);
  if (named.length) return named;
  return may.filter((scope) => scope !== STAYING && !may.some((other) => other !== scope && covers([other], scope)));
}
