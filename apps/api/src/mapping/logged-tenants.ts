import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { statement, TenantDatabase } from '@provost/entities';
import type { EventRow } from '@provost/event-log';
import { Profiles } from '../people';
import {
  decides,
  type LoggedFacts,
  LoggedTenant,
  type MomentCompiler,
  type Rebinding,
  type TenantEvent,
} from './logged-tenant';
import { unitOf } from './role-steps';
import { TenantPolicies } from './tenant-policies';

/** What changed documents and groups behind a number ($2), the last first. $1 tenant. */
const SINCE = statement(
  'mapping.tenant_since',
  `SELECT e.seq::text, e.type, e.subject_type, e.subject_id, e.group_id, e.data FROM events e
   WHERE e.tenant_id = $1::uuid AND e.seq > $2::bigint AND (e.subject_type = 'Group' OR e.type = 'config.changed')
     AND e.type IN ('config.changed', 'group.created', 'group.updated', 'group.deleted', 'group.member_added', 'group.member_removed')
   ORDER BY e.seq DESC`,
);
/** What a request ($5, at $4) did to groups ($2) behind a number ($3). */
const REST = statement(
  'mapping.rest_of_groups',
  `SELECT e.tenant_id, e.seq::text, e.id, e.occurred_at, e.type, e.subject_type, e.subject_id, e.group_id, e.context, e.data, NULL AS sealed
   FROM events e WHERE e.tenant_id = $1::uuid AND e.group_id = ANY($2::uuid[]) AND e.seq > $3::bigint AND e.subject_type = 'Group'
     AND e.type IN ('group.updated', 'group.deleted', 'group.member_added', 'group.member_removed')
     AND date_trunc('milliseconds', e.occurred_at) = $4::timestamptz AND e.context->'request'->>'id' = $5 ORDER BY e.seq`,
);
/** $2 names and $3 versions. */
const VERSIONS = statement(
  'mapping.document_versions',
  `SELECT d.name, d.version, d.document FROM ROWS FROM (unnest($2::text[]), unnest($3::integer[])) AS w (name, version)
   JOIN policy_documents d ON d.tenant_id = $1::uuid AND d.name = w.name AND d.version = w.version`,
);
/** Behind $2, up to $3. */
const REBINDINGS = statement(
  'mapping.rebindings',
  `SELECT c.seq::text, c.key, c.from_group, c.to_group FROM binding_changes c
   WHERE c.tenant_id = $1::uuid AND c.seq > $2::bigint AND c.seq <= $3::bigint`,
);
/** Whoever follows the log from behind $2 on asks for nothing of this, and those who are gone by then are not told of again. */
const PRUNE = statement(
  'mapping.prune_history',
  `WITH b AS (DELETE FROM binding_changes c WHERE c.tenant_id = $1::uuid AND c.seq <= $2::bigint),
     p AS (DELETE FROM profile_pasts p WHERE p.tenant_id = $1::uuid AND p.seq <= $2::bigint)
   DELETE FROM role_states s WHERE s.tenant_id = $1::uuid AND s.mark <= 2 * $2::bigint AND s.roles = '{}'
     AND NOT EXISTS (SELECT FROM users u WHERE u.tenant_id = $1::uuid AND u.id = s.user_id)`,
);

/** Numbers of the log for which history is kept behind the consumer: a worker that has lost its lock may still be asking. */
const KEPT = 10_000n;
/** Batches of a tenant between two prunings. */
const PRUNE_EVERY = 200;
const MOST_KNOWN = 500;

interface Known {
  readonly tenant: LoggedTenant;
  batches: number;
}

/**
 * The tenants as of where a consumer of the log is. Each is read once, as it is now, and taken back to that place by what the log
 * has told since; from there on it moves forward with the events that are delivered, so what follows costs nothing to know.
 */
@Injectable()
export class LoggedTenants {
  private readonly known = new LRUCache<string, Known>({ max: MOST_KNOWN });
  private readonly compiler: MomentCompiler;
  /** What was last found by restOf: a request with 50 000 members takes many deliveries. */
  private rest: { readonly of: string; readonly events: readonly EventRow[] } | undefined;

  constructor(
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(TenantPolicies) private readonly policies: TenantPolicies,
    @Inject(Profiles) profiles: Profiles,
  ) {
    this.compiler = {
      // No role depends on which workspaces there are.
      policy: (moment) => policies.compile({ ...moment, workspaces: [] }),
      mapping: (documents) => profiles.mapping(documents),
    };
  }

  /** As of a number: either where the tenant was left by the events that were followed, or taken back to it. */
  async at(tenantId: string, after: string): Promise<LoggedTenant> {
    let known = this.known.get(tenantId);
    if (!known) this.known.set(tenantId, (known = { tenant: await this.takenBack(tenantId, after), batches: 0 }));
    if (known.batches++ % PRUNE_EVERY === 0) await this.prune(tenantId, BigInt(after) - KEPT);
    return known.tenant;
  }

  /** The place in the log is another than that of the last event that was followed. */
  forget(): void {
    this.known.clear();
    this.rest = undefined;
  }

  /** What a tenant needs to know to follow these events. @param after the number behind which they begin */
  async facts(tenantId: string, events: readonly TenantEvent[], after: string): Promise<LoggedFacts> {
    return this.read(tenantId, events, 'version', after);
  }

  /** What else the request of an event did to the same group, where a delivery ended with that event. */
  async restOf(event: EventRow): Promise<readonly EventRow[]> {
    const { tenant_id: tenantId, seq, type, subject_id, group_id, occurred_at: at, context } = event;
    if (!type.startsWith('group.')) return [];
    const of = `${tenantId} ${group_id} ${unitOf(event)}`;
    if (this.rest?.of !== of) {
      const values = [tenantId, [group_id, subject_id], seq, at, context.request.id];
      this.rest = { of, events: await this.db.run<EventRow>({ tenantId }, REST, values) };
    }
    return this.rest.events.filter((other) => BigInt(other.seq) > BigInt(seq));
  }

  private async takenBack(tenantId: string, after: string): Promise<LoggedTenant> {
    const current = await this.policies.current(tenantId);
    // Read later than what it is taken from, so that nothing of that is missing; more does no harm (takeBack).
    const events = await this.db.run<TenantEvent>({ tenantId }, SINCE, [tenantId, after]);
    const tenant = new LoggedTenant(current, this.compiler);
    if (!events.length) return tenant;
    const facts = await this.read(tenantId, events, 'previousVersion', after);
    for (const event of events) tenant.takeBack(event, facts);
    return tenant;
  }

  private async read(
    tenantId: string,
    events: readonly TenantEvent[],
    side: 'version' | 'previousVersion',
    after: string,
  ): Promise<LoggedFacts> {
    // An event's data is parsed when it is asked for, which few need.
    const edits = events.filter((event) => event.type === 'config.changed' && decides(event.data?.name));
    const documents = new Map<string, unknown>();
    if (edits.length) {
      const [names, versions] = [edits.map(({ data }) => data!.name), edits.map(({ data }) => data![side])];
      const rows = await this.db.run<{ name: string; version: number; document: unknown }>({ tenantId }, VERSIONS, [
        ...[tenantId, names, versions],
      ]);
      for (const { name, version, document } of rows) documents.set(`${name} ${version}`, document);
    }
    const rebindings = new Map<string, Rebinding[]>();
    if (events.some(mayBind)) {
      const last = events.reduce((most, { seq }) => (BigInt(seq) > BigInt(most) ? seq : most), after);
      const rows = await this.db.run<Rebinding & { seq: string }>({ tenantId }, REBINDINGS, [tenantId, after, last]);
      for (const row of rows) rebindings.set(row.seq, [...(rebindings.get(row.seq) ?? []), row]);
    }
    return {
      document: (name, version) => documents.get(`${name} ${version}`),
      rebindings: (seq) => rebindings.get(seq) ?? [],
    };
  }

  private async prune(tenantId: string, upTo: bigint): Promise<void> {
    if (upTo > 0n) await this.db.run({ tenantId }, PRUNE, [tenantId, String(upTo)]);
  }
}

function mayBind(event: TenantEvent): boolean {
  const { type } = event;
  return (
    type === 'group.created' ||
    type === 'group.updated' ||
    (type === 'config.changed' && event.data?.name === 'group_mappings')
  );
}
