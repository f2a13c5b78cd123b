import type { CredentialKind } from '@provost/entities';
import { type InputFault, invalid } from '../http';

/** How an OAuth client may get tokens (RFC 6749 §1.3 and §1.5). */
export const GRANT_TYPES = ['client_credentials', 'authorization_code', 'refresh_token'] as const;
export type GrantType = (typeof GRANT_TYPES)[number];

/** What is said of an OAuth client when it is made. */
export interface NewClient {
  readonly redirectUris?: string[] | null;
  readonly grantTypes?: GrantType[] | null;
}
/** What is stored of it. */
export interface Registration {
  readonly redirectUris: string[];
  readonly grantTypes: GrantType[];
}

/**
 * What is stored of a new credential's client: one that names where people are sent back to gets tokens by their consent
 * (Okta's "OAuth 2" mode), any other for itself, unless it says otherwise.
 * @returns undefined for a credential that is no client. @throws Problem 400
 */
export function registration(kind: CredentialKind, input: NewClient): Registration | undefined {
  const redirectUris = input.redirectUris ?? [];
  const grantTypes = input.grantTypes ?? defaultGrants(redirectUris);
  const faults: InputFault[] = [];
  if (kind !== 'oauth') {
    for (const name of ['redirectUris', 'grantTypes'] as const)
      if (input[name]) faults.push({ pointer: `/${name}`, detail: 'is only for credentials of the kind oauth' });
    if (faults.length) throw invalid(faults);
    return undefined;
  }
  const byCode = grantTypes.includes('authorization_code');
  if (byCode && !redirectUris.length)
    faults.push({ pointer: '/redirectUris', detail: 'must be given for the grant type authorization_code' });
  if (!byCode && redirectUris.length)
    faults.push({ pointer: '/grantTypes', detail: 'must hold authorization_code when there are redirectUris' });
  if (!byCode && grantTypes.includes('refresh_token'))
    faults.push({ pointer: '/grantTypes', detail: 'can hold refresh_token only beside authorization_code' });
  if (faults.length) throw invalid(faults);
  return { redirectUris, grantTypes };
}

function defaultGrants(redirectUris: readonly string[]): GrantType[] {
  return redirectUris.length ? ['authorization_code', 'refresh_token'] : ['client_credentials'];
}

/**
 * Whether a client may be registered with an address: an absolute http or https URL in its canonical form, so that comparing
 * it character by character (RFC 9700 §2.1) is comparing what it means; without a fragment (RFC 6749 §3.1.2) or a user.
 */
export function isRedirectUri(value: unknown): boolean {
  if (typeof value !== 'string' || value.length > 1_000) return false;
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password || value.includes('#')) return false;
  return url.href === value || url.href === `${value}/`;
}
