import { Inject, Injectable } from '@nestjs/common';
import { statement, TenantDatabase } from '@provost/entities';
import { Forbidden } from '@provost/scim-protocol';
import type { ClientMetadata } from 'oidc-provider';
import { type Caller, clientOf, isAllowed, LastUse, ownRateLimit, RateLimits, Strangers, tokenHash } from '../tenancy';
import { scopesWithin } from './scopes';

const FIND = statement(
  'oauth_client.find',
  `SELECT name, redirect_uris, grant_types, scopes FROM credentials
   WHERE tenant_id = $1::uuid AND id = $2::uuid AND kind = 'oauth' AND revoked_at IS NULL
     AND (expires_at IS NULL OR expires_at > now())`,
);
// By its hash, so that how long it takes tells nothing of the secret; also one that was replaced, until its overlap ends.
const AUTHENTICATE = statement(
  'oauth_client.authenticate',
  `SELECT s.number AS secret, c.allowed_ips, c.rate_requests, c.rate_window
   FROM (SELECT id, secret AS number, NULL::timestamptz AS expires_at FROM credentials WHERE tenant_id = $1::uuid AND token_hash = $3
       UNION ALL SELECT credential_id, number, expires_at FROM retired_secrets WHERE tenant_id = $1::uuid AND token_hash = $3) s
     JOIN credentials c ON c.tenant_id = $1::uuid AND c.id = s.id
   WHERE c.id = $2::uuid AND c.kind = 'oauth' AND c.revoked_at IS NULL AND c.oldest_secret <= s.number
     AND (c.expires_at IS NULL OR c.expires_at > now()) AND (s.expires_at IS NULL OR s.expires_at > now())`,
);
interface ClientRow {
  name: string;
  redirect_uris: string[];
  grant_types: string[];
  scopes: string[];
}

interface SecretRow {
  secret: number;
  allowed_ips: string[];
  rate_requests: number | null;
  rate_window: string | null;
}

/** OAuth clients, which are credentials of the kind `oauth`, as the library knows them (RFC 7591 §2). */
@Injectable()
export class OAuthClients {
  constructor(
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(LastUse) private readonly lastUse: LastUse,
    @Inject(RateLimits) private readonly rates: RateLimits,
    @Inject(Strangers) private readonly strangers: Strangers,
  ) {}

  /** @returns undefined when there is none of that `client_id`, or it was revoked or has expired */
  async find(clientId: string): Promise<ClientMetadata | undefined> {
    const named = clientOf(clientId);
    if (!named) return undefined;
    const { tenantId, credentialId } = named;
    const [row] = await this.db.read<ClientRow>({ tenantId }, FIND, [tenantId, credentialId]);
    if (!row) return undefined;
    return {
      client_id: clientId,
      client_name: row.name,
      // Never compared: `authenticate` is asked instead.
      client_secret: 'kept as a hash',
      redirect_uris: row.redirect_uris,
      grant_types: row.grant_types,
      response_types: row.redirect_uris.length ? ['code'] : [],
      scope: scopesWithin(row.scopes).join(' '),
      token_endpoint_auth_method: 'client_secret_basic',
    };
  }

  /**
   * Asks whether it is a secret of that client, and may be used from where it comes. Each time counts against the rate limit of the
   * credential; what is refused is told in the log of its tenant.
   * @throws Unauthorized for a wrong secret, Forbidden for a wrong address, TooManyRequests
   */
  async authenticate(clientId: string, secret: string, caller: Caller): Promise<void> {
    const { tenantId, credentialId } = clientOf(clientId)!;
    const key = [tenantId, credentialId, tokenHash(secret)];
    const [row] = await this.db.read<SecretRow>({ tenantId }, AUTHENTICATE, key);
    if (!row) throw this.strangers.refusal(secret, caller, tenantId);
    if (row.allowed_ips.length && !isAllowed(caller.ip, row.allowed_ips)) {
      this.strangers.noteElsewhere(tenantId, secret, caller);
      throw new Forbidden(`This client may not be used from ${caller.ip}. Add the address to its allowed IPs.`);
    }
    this.lastUse.note({ tenantId, credentialId, secret: row.secret }, caller.ip);
    await this.rates.take({ tenantId, credentialId, ...ownRateLimit(row) }, 1);
  }
}
