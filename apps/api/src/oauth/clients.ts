import { Inject, Injectable } from '@nestjs/common';
import { statement, TenantDatabase } from '@provost/entities';
import type { ClientMetadata } from 'oidc-provider';
import { clientOf, isAllowed, LastUse, tokenHash } from '../tenancy';
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
  `SELECT s.number AS secret, c.allowed_ips
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

/** OAuth clients, which are credentials of the kind `oauth`, as the library knows them (RFC 7591 §2). */
@Injectable()
export class OAuthClients {
  constructor(
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(LastUse) private readonly lastUse: LastUse,
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
   * Whether it is a secret of that client, and may be used from that address.
   * @returns `elsewhere` when only the address is wrong, undefined when the secret is
   */
  async authenticate(clientId: string, secret: string, address: string): Promise<'here' | 'elsewhere' | undefined> {
    const named = clientOf(clientId);
    if (!named) return undefined;
    const { tenantId, credentialId } = named;
    const key = [tenantId, credentialId, tokenHash(secret)];
    const [row] = await this.db.read<{ secret: number; allowed_ips: string[] }>({ tenantId }, AUTHENTICATE, key);
    if (!row) return undefined;
    if (row.allowed_ips.length && !isAllowed(address, row.allowed_ips)) return 'elsewhere';
    this.lastUse.note({ tenantId, credentialId, secret: row.secret }, address);
    return 'here';
  }
}
