import { generateKeyPairSync } from 'node:crypto';
import type { Configuration } from 'oidc-provider';
import type { Library } from './library';
import { grantedScopes, SCOPE_NAMES } from './scopes';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The routes, below the public URL. */
export const ROUTES = {
  authorization: '/oauth/authorize',
  token: '/oauth/token',
  revocation: '/oauth/revoke',
  consent: '/oauth/consent',
  metadata: '/.well-known/oauth-authorization-server',
} as const;

type Params = Record<string, unknown>;

/** The scopes of a grant, in the library's form. @throws InvalidScope */
export function scopesFor({ errors }: Library, asked: unknown, may: string | undefined): string {
  const refuse = (scope: string) => new errors.InvalidScope('requested scope is not known', scope);
  return grantedScopes(asked as string | undefined, may?.split(' ') ?? [], refuse).join(' ');
}

/** What of the library is used, and how: OAuth 2.0 as RFC 9700 would have it, and nothing of OpenID Connect. */
export function settings(library: Library, publicUrl: string): Configuration {
  const { pathname } = new URL(publicUrl);
  const { authorization, token, revocation } = ROUTES;
  return {
    routes: { authorization, token, revocation, jwks: '/oauth/jwks' },
    interactions: { url: (_ctx, { uid }) => `${pathname.replace(/\/$/, '')}${ROUTES.consent}/${uid}` },
    scopes: SCOPE_NAMES,
    claims: {},
    responseTypes: ['code'],
    clientAuthMethods: ['client_secret_basic', 'client_secret_post'],
    clientBasedCORS: () => false,
    extraParams: {
      scope: (ctx, _known, client) => {
        // As it was asked: the library has dropped by now what it does not know.
        (ctx.oidc.params as Params).scope = scopesFor(library, ctx.query.scope, client.scope);
      },
    },
    findAccount: (_ctx, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
    expiresWithSession: () => false,
    issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: true,
    // A client that has no redirect URI is no fault (RFC 6749 §4.4 needs none), and one that has must say which it means.
    allowOmittingSingleRegisteredRedirectUri: false,
    ttl: {
      AccessToken: HOUR,
      ClientCredentials: HOUR,
      AuthorizationCode: MINUTE,
      // Of a provisioning that rests; each use begins it anew.
      RefreshToken: 180 * DAY,
      Grant: 3_650 * DAY,
      Interaction: 10 * MINUTE,
      Session: 10 * MINUTE,
    },
    features: {
      clientCredentials: { enabled: true },
      revocation: { enabled: true, allowedPolicy: (_ctx, client, issued) => issued.clientId === client.clientId },
      ...{ devInteractions: { enabled: false }, userinfo: { enabled: false }, rpInitiatedLogout: { enabled: false } },
      ...{ resourceIndicators: { enabled: false }, dPoP: { enabled: false } },
      pushedAuthorizationRequests: { enabled: false },
    },
    // It wants a key for ID tokens, of which there are none.
    jwks: { keys: [generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }) as never] },
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
  };
}
