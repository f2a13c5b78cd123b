import { hash, randomBytes } from 'node:crypto';

/**
 * A bearer token: `pv_<kind>_<tenant><secret>`. The tenant is in it so that it can be looked up under that tenant's
 * row-level security, like everything else; 256 bits of it are secret.
 */
const FORM = /^pv_[a-z]+_([A-Za-z0-9_-]{22})([A-Za-z0-9_-]{43})$/;

/** @param kind of the credential, or `access`, `refresh`, `code`, `grant` for what OAuth issues */
export function newToken(kind: string, tenantId: string): string {
  return `pv_${kind}_${bytesOf(tenantId).toString('base64url')}${randomBytes(32).toString('base64url')}`;
}

/** The secret of an OAuth client: no bearer token, so it names no tenant; the client's id does. */
export function newClientSecret(): string {
  return `pvc_secret_${randomBytes(32).toString('base64url')}`;
}

const CLIENT_ID = /^pvc_([A-Za-z0-9_-]{43})$/;

/** `client_id` of an OAuth client: the tenant is in it for the same reason. Nothing of it is secret. */
export function clientIdOf(tenantId: string, credentialId: string): string {
  return `pvc_${Buffer.concat([bytesOf(tenantId), bytesOf(credentialId)]).toString('base64url')}`;
}

/** Whose a `client_id` is; undefined for a text that is none. */
export function clientOf(clientId: string): { tenantId: string; credentialId: string } | undefined {
  const match = CLIENT_ID.exec(clientId);
  if (!match) return undefined;
  const bytes = Buffer.from(match[1]!, 'base64url');
  const [tenantId, credentialId] = [uuidOf(bytes.subarray(0, 16)), uuidOf(bytes.subarray(16))];
  // The last of its characters has bits to spare: one client, one name.
  return clientIdOf(tenantId, credentialId) === clientId ? { tenantId, credentialId } : undefined;
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
  return match ? uuidOf(Buffer.from(match[1]!, 'base64url')) : undefined;
}

function bytesOf(uuid: string): Buffer {
  return Buffer.from(uuid.replaceAll('-', ''), 'hex');
}

function uuidOf(bytes: Buffer): string {
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** What is stored of a token. A fast hash will do: there is nothing to guess in 256 random bits. */
export function tokenHash(token: string): Buffer {
  return hash('sha256', token, 'buffer');
}
