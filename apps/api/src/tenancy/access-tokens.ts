import { Inject, Injectable } from '@nestjs/common';
import { statement, TenantDatabase } from '@provost/entities';
import type { Principal } from './principal';
import { ownRateLimit } from './rate-limits';
import { covers } from './scopes';
import { claimedTenant, tokenHash } from './token';

/** What an access token of OAuth begins with. */
const PREFIX = 'pv_access_';
// A token lives no longer than its grant and its client: where the one is gone, or the other revoked, it is refused.
const FIND = statement(
  'access_token.find',
  `SELECT c.id, c.name, c.client_profile, c.allowed_ips, c.secret, t.scim_enabled,
     c.rate_requests, c.rate_window, c.scopes AS limits,
     string_to_array(r.payload->>'scope', ' ') AS scopes,
     least(r.expires_at, c.expires_at) AS expires_at
   FROM oauth_records r
     JOIN credentials c ON c.tenant_id = r.tenant_id AND c.id = r.credential_id
     JOIN tenants t ON t.id = r.tenant_id
   WHERE r.tenant_id = $1::uuid AND r.hash = $2 AND r.model IN ('AccessToken', 'ClientCredentials')
     AND r.expires_at > now() AND c.revoked_at IS NULL AND (c.expires_at IS NULL OR c.expires_at > now())
     AND (r.grant_id IS NULL OR EXISTS (SELECT FROM oauth_records g
       WHERE g.tenant_id = r.tenant_id AND g.grant_id = r.grant_id AND g.model = 'Grant' AND g.expires_at > now()))`,
);
interface FoundRow {
  id: string;
  name: string;
  client_profile: string;
  allowed_ips: string[];
  secret: number;
  scopes: string[];
  limits: string[];
  rate_requests: number | null;
  rate_window: string | null;
  scim_enabled: boolean;
  expires_at: Date;
}

/**
 * Access tokens that OAuth clients got (docs/adr/0031). Asked of the database each time: a token, its grant and its client can
 * each be revoked, and any of it holds from the next request on, on every instance.
 */
@Injectable()
export class AccessTokens {
  constructor(@Inject(TenantDatabase) private readonly db: TenantDatabase) {}

  /** Whether a token says of itself that it is one. */
  isOne(token: string): boolean {
    return token.startsWith(PREFIX);
  }

  /** @returns the client as it may call SCIM; undefined when the token is unknown, expired or revoked */
  async find(token: string): Promise<Principal | undefined> {
    const tenantId = claimedTenant(token);
    if (tenantId === undefined) return undefined;
    const [row] = await this.db.read<FoundRow>({ tenantId }, FIND, [tenantId, tokenHash(token)]);
    const scopes = row ? scopesWithin(row.scopes, row.limits) : [];
    if (!row || !scopes.length) return undefined;
    return {
      kind: 'scim',
      credentialId: row.id,
      // A token outlives the secret that it was got with.
      secret: row.secret,
      name: row.name,
      scopes,
      ...ownRateLimit(row),
      tenantId,
      clientProfile: row.client_profile,
      allowedIps: row.allowed_ips,
      scimEnabled: row.scim_enabled,
      expiresAt: row.expires_at,
    };
  }
}

/** What a token may of that which its client may now: a client can be limited after it got a token. */
function scopesWithin(scopes: readonly string[], limits: readonly string[]): readonly string[] {
  if (!limits.length) return scopes;
  const both = [...scopes.filter((scope) => covers(limits, scope)), ...limits.filter((limit) => covers(scopes, limit))];
  return [...new Set(both)];
}
