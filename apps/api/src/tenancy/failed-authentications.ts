import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { LRUCache } from 'lru-cache';
import { NIL_TENANT, statement, TenantDatabase } from '@provost/entities';
import { appendEvents, EventSignal, type NewEvent } from '@provost/event-log';
import { FaultLog } from '../http';

const FLUSH_MS = 2_000;
/** So many events a minute, and of so many tenants at once, tell of failures; the rest is a number in the next of them. */
const MOST_A_MINUTE = 10;
const MOST_TENANTS = 1_000;
const MINUTE_MS = 60_000;

/** Why a token was refused, as far as anybody needs to tell them apart; nobody outside learns which. */
export type FailureReason = 'unknown' | 'expired' | 'revoked' | 'replaced' | 'address';

export interface Failure {
  readonly tenantId: string;
  /** `unknown` is looked at more closely before it is written. */
  readonly reason: FailureReason;
  readonly hash: Buffer;
  readonly ip: string;
  readonly requestId: string;
  readonly surface: 'scim' | 'api';
}

/** Whose the token was, and why it is refused. Of a tenant that there is not, nothing. */
const CLASSIFY = statement(
  'credential.classify',
  `SELECT s.id, s.name, CASE WHEN s.id IS NULL THEN 'unknown' WHEN s.revoked_at IS NOT NULL THEN 'revoked'
     WHEN s.replaced THEN 'replaced' WHEN s.expires_at <= now() THEN 'expired' ELSE 'unknown' END AS reason
   FROM tenants t LEFT JOIN (
     SELECT id, name, revoked_at, expires_at, false AS replaced FROM credentials WHERE tenant_id = $1::uuid AND token_hash = $2
     UNION ALL SELECT c.id, c.name, c.revoked_at, o.expires_at, false FROM oauth_records o
       JOIN credentials c ON c.tenant_id = $1::uuid AND c.id = o.credential_id
     WHERE o.tenant_id = $1::uuid AND o.hash = $2
     UNION ALL SELECT c.id, c.name, c.revoked_at, c.expires_at, true FROM retired_secrets r
       JOIN credentials c ON c.tenant_id = $1::uuid AND c.id = r.credential_id
     WHERE r.tenant_id = $1::uuid AND r.token_hash = $2) s ON true
   WHERE t.id = $1::uuid`,
);
interface ClassRow {
  id: string | null;
  name: string | null;
  reason: FailureReason;
}

/** What has been seen of one tenant since the last event. */
interface Seen {
  /** By address and token: the same one again is the same failure. */
  readonly failures: Map<string, Failure & { count: number }>;
  /** Beyond what is told one by one. */
  others: number;
}

/**
 * Failures to authenticate, as `auth.failed` events of the tenant that the token claims. They are collected for some seconds and
 * written together, a bounded number a minute, so that nobody can fill the log of a tenant whose name they know; nothing of a
 * token is kept.
 */
@Injectable()
export class FailedAuthentications implements BeforeApplicationShutdown {
  private seen = new Map<string, Seen>();
  private readonly written = new LRUCache<string, number>({ max: MOST_TENANTS, ttl: MINUTE_MS });

  constructor(
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(EventSignal) private readonly signal: EventSignal,
    @Inject(FaultLog) private readonly faults: FaultLog,
  ) {}

  note(failure: Failure): void {
    // Operators have no log of their own.
    if (failure.tenantId === NIL_TENANT) return;
    let seen = this.seen.get(failure.tenantId);
    if (!seen) {
      if (this.seen.size >= MOST_TENANTS) return;
      this.seen.set(failure.tenantId, (seen = { failures: new Map(), others: 0 }));
    }
    const key = `${failure.ip} ${failure.reason} ${failure.hash.toString('base64')}`;
    const known = seen.failures.get(key);
    if (known) known.count++;
    else if (seen.failures.size < MOST_A_MINUTE) seen.failures.set(key, { ...failure, count: 1 });
    else seen.others++;
  }

  @Interval(FLUSH_MS)
  async flush(): Promise<void> {
    for (const [tenantId, seen] of this.seen) {
      const left = MOST_A_MINUTE - (this.written.get(tenantId) ?? 0);
      // What cannot be told in this minute waits for the next.
      if (left <= 0) continue;
      this.seen.delete(tenantId);
      await this.write(tenantId, seen, left).catch((error: unknown) =>
        this.faults.warn('Failed authentications were not written into the log.', error),
      );
    }
  }

  /** Before the database module closes its connections. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.flush();
  }

  private async write(tenantId: string, { failures, others }: Seen, left: number): Promise<void> {
    const all = [...failures.values()];
    const told = all.slice(0, left);
    let untold = others + all.slice(left).reduce((sum, { count }) => sum + count, 0);
    for (const failure of told) {
      const event = await this.eventOf(tenantId, failure, untold);
      // A tenant that there is not has no log.
      if (!event) return;
      untold = 0;
      const { ip, requestId } = failure;
      const context = { actor: { type: 'unknown', id: NIL_TENANT }, request: { id: requestId, ip } };
      await appendEvents(this.db, { tenantId }, context, [event]);
    }
    const ttl = this.written.getRemainingTTL(tenantId) || MINUTE_MS;
    this.written.set(tenantId, (this.written.get(tenantId) ?? 0) + told.length, { ttl });
    this.signal.announce();
  }

  private async eventOf(tenantId: string, failure: Failure & { count: number }, others: number) {
    const [row] = await this.db.run<ClassRow>({ tenantId }, CLASSIFY, [tenantId, failure.hash]);
    if (!row) return undefined;
    const reason = failure.reason === 'unknown' ? row.reason : failure.reason;
    const data = {
      ...{ via: failure.surface, reason, count: failure.count },
      ...(row.id && { credential: row.name }),
      ...(others && { others }),
    };
    return {
      type: 'auth.failed',
      ...(row.id ? { subjectType: 'Credential', subjectId: row.id } : { subjectType: 'Tenant', subjectId: tenantId }),
      data,
    } satisfies NewEvent;
  }
}
