import { Inject, Injectable } from '@nestjs/common';
import { addDuration, type Safeguard, SAFEGUARDS } from '@provost/access-policy';
import { statement, TenantDatabase } from '@provost/entities';
import type { EventRow } from '@provost/event-log';
import { Environment } from '../config';
import { PolicyDocuments } from '../policy-documents';
import { AccessWithout } from './access-without';
import { ActionRegistry } from './actions';
import { type LifecycleRules, lifecycleRules } from './lifecycle-rules';
import type { PlanInputs, Standing } from './run-plan';

/** OFFSET 0 keeps it a look-up for each: hashed, everybody in the tenant would be read. */
const STANDING = statement(
  'lifecycle.standing',
  `SELECT i.id, EXISTS (SELECT FROM users u WHERE u.tenant_id = $1::uuid AND u.id = i.id OFFSET 0) AS present,
     (SELECT max(r.event_seq)::text FROM lifecycle_runs r WHERE r.tenant_id = $1::uuid AND r.user_id = i.id
       AND r.rule = 'user_removal' AND r.superseded_at IS NULL) AS left_at FROM unnest($2::uuid[]) AS i (id)`,
);
/**
 * The latest of those that a safeguard counts, $4 of them at most: no more than it takes to say whether its limit is passed. $5 the
 * events at hand, which may have been planned before.
 */
const RECENT = statement(
  'lifecycle.recent',
  `SELECT r.requested_at FROM lifecycle_runs r WHERE r.tenant_id = $1::uuid AND r.rule = $2 AND r.requested_at > $3::timestamptz
     AND r.event_id <> ALL($5::uuid[])
   ORDER BY r.requested_at DESC LIMIT $4::bigint`,
);
const RULE_OF: Readonly<Record<Safeguard, string>> = { deactivations: 'user_removal', group_removals: 'group_removal' };
const GROUPS = statement(
  'lifecycle.groups_of',
  `SELECT m.member_id, m.group_id FROM memberships m WHERE m.tenant_id = $1::uuid AND m.member_id = ANY($2::uuid[])`,
);
const NOBODY: Standing = { present: false, staged: false, mapped: false, left: undefined };

/** Reads what has to be known to say what events fire. */
@Injectable()
export class PlanReader {
  constructor(
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(PolicyDocuments) private readonly documents: PolicyDocuments,
    @Inject(AccessWithout) private readonly access: AccessWithout,
    @Inject(ActionRegistry) private readonly registry: ActionRegistry,
    @Inject(Environment) private readonly environment: Environment,
  ) {}

  /** The rules in force. */
  async rules(tenantId: string): Promise<LifecycleRules> {
    const { documents } = await this.documents.inForce(tenantId);
    return lifecycleRules(documents, this.environment.APP_NAME);
  }

  /** @param events of one tenant */
  async inputs(tenantId: string, events: readonly EventRow[], rules: LifecycleRules): Promise<PlanInputs> {
    const ids = [
      ...new Set(events.flatMap(({ subject_type, subject_id }) => (subject_type === 'User' ? subject_id! : []))),
    ];
    const [standings, staged, isMapped] = await Promise.all([
      this.db.run<{ id: string; present: boolean; left_at: string | null }>({ tenantId }, STANDING, [tenantId, ids]),
      rules.staged ? this.access.staged(tenantId, ids) : new Set<string>(),
      rules.userCreation?.trigger === 'user_added_to_group' ? this.access.mappedGroups(tenantId) : () => false,
    ]);
    const mapped = await this.mapped(tenantId, events, rules, isMapped);
    const known = new Map(
      standings.map(({ id, present, left_at }): [string, Standing] => [
        id,
        {
          present,
          staged: staged.has(id),
          mapped: mapped.has(id),
          left: left_at === null ? undefined : BigInt(left_at),
        },
      ]),
    );
    const recent = { deactivations: [] as Date[], group_removals: [] as Date[] };
    for (const name of SAFEGUARDS) recent[name] = await this.recent(tenantId, name, rules, events);
    return {
      rules,
      standing: (userId) => known.get(userId) ?? NOBODY,
      isMapped,
      isDestructive: (action) => this.registry.get(action).destructive,
      recent,
    };
  }

  /** Those of the people whom the rollout has reached who are in a mapped group, where the rule asks for that. */
  private async mapped(
    tenantId: string,
    events: readonly EventRow[],
    { userCreation }: LifecycleRules,
    isMapped: (groupId: string) => boolean,
  ): Promise<ReadonlySet<string>> {
    const reached = events.filter(({ type }) => type === 'lifecycle.rollout_reached').map((event) => event.subject_id!);
    if (!reached.length || userCreation?.trigger !== 'user_added_to_group') return new Set();
    const values = [tenantId, reached];
    const rows = await this.db.run<{ member_id: string; group_id: string }>({ tenantId }, GROUPS, values);
    return new Set(rows.filter((row) => isMapped(row.group_id)).map((row) => row.member_id));
  }

  private async recent(
    tenantId: string,
    name: Safeguard,
    { limits }: LifecycleRules,
    events: readonly EventRow[],
  ): Promise<Date[]> {
    const limit = limits[name];
    if (!limit || !events.length) return [];
    const first = new Date(Math.min(...events.map(({ occurred_at }) => occurred_at.getTime())));
    const since = addDuration(first, { months: -limit.window.months, milliseconds: -limit.window.milliseconds });
    const values = [tenantId, RULE_OF[name], since, limit.count + events.length, events.map(({ id }) => id)];
    const rows = await this.db.run<{ requested_at: Date }>({ tenantId }, RECENT, values);
    return rows.map(({ requested_at }) => requested_at);
  }
}
