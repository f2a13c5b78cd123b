import { hash, randomBytes } from 'node:crypto';
import type { CredentialKind } from '@provost/entities';

/**
 * A bearer token: `pv_<kind>_<tenant><secret>`. The tenant is in it so that it can be looked up under that tenant's
 * row-level security, like everything else; 256 bits of it are secret.
 */
const FORM = /^pv_[a-z]+_([A-Za-z0-9_-]{22})([A-Za-z0-9_-]{43})$/;

export function newToken(kind: CredentialKind, tenantId: string): string {
  const tenant = Buffer.from(tenantId.replaceAll('-', ''), 'hex').toString('base64url');
  return `pv_${kind}_${tenant}${randomBytes(32).toString('base64url')}`;
}

/** The token in an Authorization header; '' where there is none. Okta's "Header" mode sends it without a scheme (catalogue §1.2). */
export function bearerToken(authorization: string | undefined): string {
  const [scheme = '', token, ...rest] = (authorization ?? '').trim().split(/\s+/);
  if (token === undefined) return /^(bearer|basic)$/i.test(scheme) ? '' : scheme;
  return rest.length === 0 && /^bearer$/i.test(scheme) ? token : '';
}

/** The tenant that a token claims, or undefined when it is none of ours. A claim proves nothing. */
export function claimedTenant(token: string): string | undefined {
  const match = FORM.exec(token);
  if (!match) return undefined;
  const hex = Buffer.from(match[1]!, 'base64url').toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** What is stored of a token. A fast hash will do: there is nothing to guess in 256 random bits. */
export function tokenHash(token: string): Buffer {
  return hash('sha256', token, 'buffer');
}
