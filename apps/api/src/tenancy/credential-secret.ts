import type { CredentialKind } from '@provost/entities';
import type { Environment } from '../config';
import { clientIdOf, newClientSecret, newToken } from './token';

interface Shown {
  id: string;
  kind: CredentialKind;
  name: string;
  /** For `scim` and `oauth`: what is pasted into Okta beside the secret. */
  baseUrl?: string;
}
/** A credential and its token, which is shown this once. */
export interface CredentialWithToken extends Shown {
  token: string;
}
/** An OAuth client and its secret, which is shown this once. */
export interface ClientWithSecret extends Shown {
  clientId: string;
  clientSecret: string;
  /** Where it sends people to consent, when it does. */
  authorizeUrl?: string;
  tokenUrl: string;
}
export type CredentialWithSecret = CredentialWithToken | ClientWithSecret;

export function newSecret(kind: CredentialKind, tenantId: string): string {
  return kind === 'oauth' ? newClientSecret() : newToken(kind, tenantId);
}

/** What is answered of a credential that has a new secret. */
export function withSecret(
  credential: {
    readonly tenantId: string;
    readonly id: string;
    readonly kind: CredentialKind;
    readonly name: string;
    readonly redirectUris?: readonly string[];
  },
  secret: string,
  { scimBaseUrl, publicUrl }: Environment,
): CredentialWithSecret {
  const { tenantId, id, kind, name, redirectUris = [] } = credential;
  if (kind !== 'oauth') return { id, kind, name, token: secret, ...(kind === 'scim' && { baseUrl: scimBaseUrl }) };
  return {
    ...{ id, kind, name, clientId: clientIdOf(tenantId, id), clientSecret: secret, baseUrl: scimBaseUrl },
    ...(redirectUris.length && { authorizeUrl: `${publicUrl}/oauth/authorize` }),
    tokenUrl: `${publicUrl}/oauth/token`,
  };
}
