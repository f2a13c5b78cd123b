import { timingSafeEqual } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { NIL_TENANT, statement, TenantDatabase } from '@provost/entities';
import { EventSignal } from '@provost/event-log';
import { Environment } from '../config';
import { AccessTokens } from './access-tokens';
import type { Principal } from './principal';
import { ownRateLimit } from './rate-limits';
import { claimedTenant, tokenHash } from './token';

const FIND = statement(
  'credential.find',
  `SELECT c.id, c.kind, c.name, c.client_profile, c.allowed_ips, c.scopes, c.rate_requests, c.rate_window, s.number AS secret,
     least(c.expires_at, s.expires_at) AS expires_at, coalesce(t.scim_enabled, true) AS scim_enabled
   FROM (SELECT id, secret AS number, NULL::timestamptz AS expires_at FROM credentials WHERE tenant_id = $1::uuid AND token_hash = $2
       UNION ALL SELECT credential_id, number, expires_at FROM retired_secrets WHERE tenant_id = $1::uuid AND token_hash = $2) s
     JOIN credentials c ON c.tenant_id = $1::uuid AND c.id = s.id LEFT JOIN tenants t ON t.id = c.tenant_id
   WHERE c.revoked_at IS NULL AND c.oldest_secret <= s.number
     AND (c.expires_at IS NULL OR c.expires_at > now()) AND (s.expires_at IS NULL OR s.expires_at > now())`,
);
interface FoundRow {
  id: string;
  kind: Principal['kind'];
  name: string;
  client_profile: string;
  allowed_ips: string[];
  scopes: string[];
  rate_requests: number | null;
  rate_window: string | null;
  secret: number;
  expires_at: Date | null;
  scim_enabled: boolean;
}
/** Told to all instances when a credential or a tenant's switch changes. */
export const CREDENTIALS_CHANGED = 'credentials';
const FRESH_MS = 5_000;

/**
 * Finds the credential of a token. What was found is remembered for a few seconds and forgotten when any instance says
 * that credentials changed; a SCIM request that reaches the database is checked there once more (ENTER_CHECKED), so a
 * revoked token does nothing even in between.
 */
@Injectable()
export class CredentialCache {
  private readonly found = new LRUCache<string, Principal>({ max: 10_000, ttl: FRESH_MS });
  /** Tokens that were looked for in vain, so that a client which goes on sending one costs nothing. */
  private readonly missed = new LRUCache<string, true>({ max: 10_000, ttl: FRESH_MS });
  private readonly bootstrap: Buffer | undefined;

  constructor(
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(EventSignal) private readonly signal: EventSignal,
    @Inject(AccessTokens) private readonly accessTokens: AccessTokens,
    @Inject(Environment) environment: Environment,
  ) {
    const token = environment.BOOTSTRAP_ADMIN_TOKEN;
    this.bootstrap = token === undefined ? undefined : tokenHash(token);
    this.signal.onTopic(CREDENTIALS_CHANGED, () => this.forgetHere());
  }

  /** Whose token that is, if it was found lately; undefined says nothing. */
  remembered(token: string): Principal | undefined {
    return this.accessTokens.isOne(token) ? undefined : this.inMemory(tokenHash(token));
  }

  /** @returns undefined when the token is unknown, expired or revoked; nobody learns which */
  async find(token: string): Promise<Principal | undefined> {
    if (this.accessTokens.isOne(token)) return this.accessTokens.find(token);
    const hash = tokenHash(token);
    const known = this.inMemory(hash);
    if (known) return known;
    const key = hash.toString('base64');
    const tenantId = claimedTenant(token);
    if (tenantId === undefined || this.missed.has(key)) return undefined;
    const [row] = await this.db.read<FoundRow>({ tenantId }, FIND, [tenantId, hash]);
    if (!row) {
      this.found.delete(key);
      this.missed.set(key, true);
      return undefined;
    }
    const principal: Principal = {
      kind: row.kind,
      credentialId: row.id,
      secret: row.secret,
      name: row.name,
      scopes: row.scopes,
      tenantId,
      clientProfile: row.client_profile,
      allowedIps: row.allowed_ips,
      scimEnabled: row.scim_enabled,
      ...ownRateLimit(row),
      expiresAt: row.expires_at,
    };
    this.found.set(key, principal);
    return principal;
  }

  private inMemory(hash: Buffer): Principal | undefined {
    if (this.bootstrap && timingSafeEqual(hash, this.bootstrap)) return BOOTSTRAP;
    const known = this.found.get(hash.toString('base64'));
    return known?.scimEnabled && (!known.expiresAt || known.expiresAt.getTime() > Date.now()) ? known : undefined;
  }

  /** Everybody, forget what you remember of credentials; resolves when it was said. */
  async forget(): Promise<void> {
    await this.signal.tell(CREDENTIALS_CHANGED);
  }

  /** This process alone, because the database said otherwise. */
  forgetHere(): void {
    this.found.clear();
    this.missed.clear();
  }
}

const BOOTSTRAP: Principal = {
  kind: 'operator',
  credentialId: undefined,
  secret: 1,
  name: 'BOOTSTRAP_ADMIN_TOKEN',
  scopes: [],
  tenantId: NIL_TENANT,
  clientProfile: 'lenient',
  allowedIps: [],
  scimEnabled: true,
  expiresAt: null,
};
