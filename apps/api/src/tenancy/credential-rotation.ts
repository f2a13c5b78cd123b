import { Inject, Injectable } from '@nestjs/common';
import { addDuration, DURATION_FORMS, parseDuration } from '@provost/access-policy';
import { type CredentialKind, statement, TenantDatabase } from '@provost/entities';
import { appendEvents, type EventContext, EventSignal } from '@provost/event-log';
import { Environment } from '../config';
import { invalid, problem } from '../http';
import { CredentialCache } from './credential-cache';
import { type CredentialWithSecret, newSecret, withSecret } from './credential-secret';
import { noSuchCredential } from './credentials.service';
import { tokenHash } from './token';

const LONGEST_OVERLAP = 'P30D';
/** How many replaced secrets may work beside the current one. */
const MOST_RETIRED = 5;
/** How long one that has ended is remembered, so that it can be named when somebody still sends it. */
const KEPT_DAYS = 90;

const TOO_MANY = `${MOST_RETIRED} older secrets of this credential still work. Rotate without an overlap to end them all, or wait until one ends.`;

const LOCK = statement(
  'credential.lock',
  `SELECT id, kind, name, redirect_uris, secret, expires_at FROM credentials
   WHERE tenant_id = $1::uuid AND id = $2::uuid AND revoked_at IS NULL FOR UPDATE`,
);
const RETIRE = statement(
  'credential.retire',
  `WITH gone AS (DELETE FROM retired_secrets WHERE tenant_id = $1::uuid AND credential_id = $2::uuid
     AND expires_at < $3::timestamptz - interval '${KEPT_DAYS} days')
   INSERT INTO retired_secrets (tenant_id, credential_id, number, token_hash, expires_at, last_used_at, last_used_ip)
   SELECT $1::uuid, c.id, c.secret, c.token_hash, $4::timestamptz, c.last_used_at, c.last_used_ip
   FROM credentials c WHERE c.tenant_id = $1::uuid AND c.id = $2::uuid 
     AND (NOT $5::boolean OR ${MOST_RETIRED} > (SELECT count(*) FROM retired_secrets r
       WHERE r.tenant_id = $1::uuid AND r.credential_id = $2::uuid AND r.expires_at > $3::timestamptz))
   RETURNING number`,
);
const END_RETIRED = statement(
  'credential.end_retired',
  `UPDATE retired_secrets SET expires_at = $3::timestamptz
   WHERE tenant_id = $1::uuid AND credential_id = $2::uuid AND expires_at > $3::timestamptz`,
);
const REPLACE = statement(
  'credential.replace_secret',
  `UPDATE credentials SET token_hash = $3, secret = secret + 1, rotated_at = $4::timestamptz, expires_at = $5::timestamptz,
     expiry_warned = CASE WHEN expires_at IS NOT DISTINCT FROM $5::timestamptz THEN expiry_warned END,
     oldest_secret = CASE WHEN $6::boolean THEN oldest_secret ELSE secret + 1 END
   WHERE tenant_id = $1::uuid AND id = $2::uuid`,
);

interface LockedRow {
  id: string;
  kind: CredentialKind;
  name: string;
  redirect_uris: string[];
  secret: number;
  expires_at: Date | null;
}
export interface Rotation {
  /** A duration; the old secrets end at once without one. */
  readonly overlap?: string | null;
  /** A new end of the credential. */
  readonly expiresAt?: Date | null;
}

/** New secrets for credentials (contract §3). */
@Injectable()
export class CredentialRotation {
  constructor(
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(EventSignal) private readonly signal: EventSignal,
    @Inject(CredentialCache) private readonly cache: CredentialCache,
    @Inject(Environment) private readonly environment: Environment,
  ) {}

  /**
   * Gives a credential a new secret. The one that it had works until the overlap ends; without an overlap it, and whatever older
   * one still worked, is refused from the next request on.
   * @returns the credential with its new secret, this once
   * @throws Problem 400 for an overlap that is none or longer than 30 days, 404, 409 when it has expired or too many secrets live
   */
  async rotate(tenantId: string, id: string, asked: Rotation, context: EventContext): Promise<CredentialWithSecret> {
    const now = new Date();
    const overlapEnd = endOf(asked.overlap, now);
    const rotated = await this.db.transaction({ tenantId }, async (tx) => {
      const [row] = await tx.query<LockedRow>(LOCK, [tenantId, id]);
      if (!row) throw noSuchCredential();
      const expiresAt = asked.expiresAt ?? row.expires_at;
      if (expiresAt && expiresAt <= now)
        throw problem(409, 'This credential has expired. Give a new expiresAt with the rotation.');
      // The old secret outlives neither the overlap nor what was promised for it.
      const until = overlapEnd && row.expires_at && row.expires_at < overlapEnd ? row.expires_at : overlapEnd;
      const overlaps = until !== undefined && until > now;
      if (!overlaps) await tx.query(END_RETIRED, [tenantId, id, now]);
      const retired = await tx.query(RETIRE, [tenantId, id, now, overlaps ? until : now, overlaps]);
      if (!retired.length) throw problem(409, TOO_MANY);
      const secret = newSecret(row.kind, tenantId);
      await tx.query(REPLACE, [tenantId, id, tokenHash(secret), now, expiresAt, overlaps]);
      const data = { name: row.name, previousExpiresAt: overlaps ? until : now, expiresAt };
      const event = { type: 'credential.rotated', subjectType: 'Credential', subjectId: id, data } as const;
      await appendEvents(tx, { tenantId }, context, [event], now);
      return withSecret({ ...row, tenantId, redirectUris: row.redirect_uris }, secret, this.environment);
    });
    await this.cache.forget();
    this.signal.announce();
    return rotated;
  }
}

/** When an overlap ends; undefined for none. @throws Problem 400 */
function endOf(overlap: string | null | undefined, now: Date): Date | undefined {
  if (overlap === undefined || overlap === null) return undefined;
  const duration = parseDuration(overlap);
  if (!duration) throw invalid([{ pointer: '/overlap', detail: DURATION_FORMS }]);
  const end = addDuration(now, duration);
  if (end > addDuration(now, parseDuration(LONGEST_OVERLAP)!))
    throw invalid([{ pointer: '/overlap', detail: 'must be at most 30 days: a secret that leaked must end' }]);
  return end;
}
