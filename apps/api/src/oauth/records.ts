import { NIL_TENANT, statement, TenantDatabase, uuidV7 } from '@provost/entities';
import type { Adapter, AdapterPayload } from 'oidc-provider';
import { claimedTenant, clientOf, tokenHash } from '../tenancy';

const UPSERT = statement(
  'oauth.upsert',
  `INSERT INTO oauth_records (tenant_id, id, model, hash, credential_id, grant_id, payload, expires_at)
   VALUES ($1::uuid, $2::uuid, $3, $4, $5::uuid, $6, $7::json, now() + make_interval(secs => $8::integer))
   ON CONFLICT (tenant_id, hash) DO UPDATE SET payload = excluded.payload, expires_at = excluded.expires_at`,
);
const FIND = statement(
  'oauth.find',
  `SELECT payload, extract(epoch FROM consumed_at)::integer AS consumed FROM oauth_records
   WHERE tenant_id = $1::uuid AND hash = $2 AND model = $3`,
);
// Kept for a while, so that whoever comes with it again is noticed.
const CONSUME = statement(
  'oauth.consume',
  `UPDATE oauth_records SET consumed_at = now(), expires_at = least(expires_at, now() + interval '30 days')
   WHERE tenant_id = $1::uuid AND hash = $2 AND model = $3 AND consumed_at IS NULL RETURNING id`,
);
const DESTROY = statement(
  'oauth.destroy',
  `DELETE FROM oauth_records WHERE tenant_id = $1::uuid AND hash = $2 AND model = $3`,
);
const REVOKE = statement(
  'oauth.revoke',
  `DELETE FROM oauth_records WHERE tenant_id = $1::uuid AND grant_id = $2 AND model = $3`,
);
const REVOKE_ALL = statement(
  'oauth.revoke_all',
  `DELETE FROM oauth_records WHERE tenant_id = $1::uuid AND grant_id = $2`,
);

/**
 * Records of one kind, for the library. Each is found by the hash of its value in the tenant that the value names, under that
 * tenant's row-level security; no value that somebody could use is stored.
 */
export class Records implements Adapter {
  /** @param alreadyUsed the error for whoever comes second with a code or a refresh token */
  constructor(
    private readonly model: string,
    private readonly db: TenantDatabase,
    private readonly alreadyUsed: () => Error,
  ) {}

  async upsert(value: string, payload: AdapterPayload, expiresIn = 0): Promise<void> {
    const tenantId = tenantOf(value);
    const { jti: _secret, ...stored } = payload;
    const client = clientOf(payload.clientId ?? '')?.credentialId ?? null;
    // A grant is its own: what was issued for it is valid only while it is there.
    const grantId = this.model === 'Grant' ? value : (payload.grantId ?? null);
    const own = [tenantId, uuidV7(), this.model, tokenHash(value), client, grantId];
    await this.db.run({ tenantId }, UPSERT, [...own, JSON.stringify(stored), Math.ceil(expiresIn)]);
  }

  /** Also what was used, marked so. */
  async find(value: string): Promise<AdapterPayload | undefined> {
    const tenantId = tenantOf(value);
    const key = [tenantId, tokenHash(value), this.model];
    const [row] = await this.db.read<{ payload: AdapterPayload; consumed: number | null }>({ tenantId }, FIND, key);
    if (!row) return undefined;
    return { ...row.payload, jti: value, ...(row.consumed !== null && { consumed: row.consumed }) };
  }

  /**
   * Marks a code or a refresh token as used. Of several requests that come with it at once, through any instance, one gets it:
   * the others end the whole grant, as one of them may be a thief's (RFC 6749 §10.5, RFC 9700 §4.14.2).
   */
  async consume(value: string): Promise<void> {
    const tenantId = tenantOf(value);
    const key = [tenantId, tokenHash(value), this.model];
    if ((await this.db.run({ tenantId }, CONSUME, key)).length) return;
    const grantId = (await this.find(value))?.grantId;
    if (grantId) await this.db.run({ tenantId }, REVOKE_ALL, [tenantId, grantId]);
    throw this.alreadyUsed();
  }

  async destroy(value: string): Promise<void> {
    const tenantId = tenantOf(value);
    await this.db.run({ tenantId }, DESTROY, [tenantId, tokenHash(value), this.model]);
  }

  async revokeByGrantId(grantId: string): Promise<void> {
    const tenantId = tenantOf(grantId);
    await this.db.run({ tenantId }, REVOKE, [tenantId, grantId, this.model]);
  }

  /** Nothing of ours has a code that people type, or is found by a second name. */
  findByUserCode(): Promise<undefined> {
    return Promise.resolve(undefined);
  }
  findByUid(): Promise<undefined> {
    return Promise.resolve(undefined);
  }
}

/** Nothing is kept of logins: whoever approves proves who they are each time, for this once. */
export class NoSessions extends Records {
  override upsert(): Promise<void> {
    return Promise.resolve();
  }
  override find(): Promise<undefined> {
    return Promise.resolve(undefined);
  }
  override destroy(): Promise<void> {
    return Promise.resolve();
  }
}

/** A consent under way names no tenant: whose it will be is known when somebody approves. */
function tenantOf(value: string): string {
  return claimedTenant(value) ?? NIL_TENANT;
}
