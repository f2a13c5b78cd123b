import { Inject, Injectable } from '@nestjs/common';
import { statement, TenantDatabase, uuidV7 } from '@provost/entities';
import { type EventConsumer, type EventRow, EventSignal } from '@provost/event-log';
import { Consumers } from '../audit';
import { affectedBy } from './affected';
import { LoggedPeople } from './logged-people';
import { LoggedPerson, type LoggedRow } from './logged-person';
import { PeopleScan } from './people-scan';
import { type Batch, type RoleStep, roleSteps } from './role-steps';
import { TenantPolicies, type TenantPolicy } from './tenant-policies';

/**
 * Keeps the roles of people and tells those that are not what was told last, in one statement. $1 tenant, $2 users, $3 their
 * roles as JSON, $4 marks, $5 ids for the events, $6 the context and $7 the cause of each as JSON. What is no further in the log
 * than what was told last has been told; whoever told a change in between has made `before` untrue, and this does nothing.
 */
const TELL = statement(
  'mapping.tell_roles',
  `WITH given AS (SELECT w.* FROM ROWS FROM (unnest($2::uuid[]), unnest($3::text[]), unnest($4::bigint[]), unnest($5::uuid[]),
       unnest($6::text[]), unnest($7::text[])) AS w (user_id, roles, mark, event, context, cause)),
     compared AS (SELECT g.user_id, g.mark, g.event, g.context, g.cause, s.user_id IS NULL AS new, coalesce(s.roles, '{}') AS before,
         ARRAY(SELECT json_array_elements_text(g.roles::json)) AS after
       FROM given g LEFT JOIN role_states s ON s.tenant_id = $1::uuid AND s.user_id = g.user_id
       WHERE s.mark IS NULL OR s.mark < g.mark),
     changed AS (SELECT * FROM compared WHERE before <> after),
     added AS (INSERT INTO role_states (tenant_id, user_id, roles, mark) SELECT $1::uuid, c.user_id, c.after, c.mark FROM changed c
       WHERE c.new ON CONFLICT DO NOTHING RETURNING user_id),
     moved AS (UPDATE role_states s SET roles = c.after, mark = c.mark FROM changed c
       WHERE s.tenant_id = $1::uuid AND s.user_id = c.user_id AND s.mark < c.mark AND s.roles = c.before RETURNING c.*),
     told AS (SELECT * FROM moved UNION ALL
       SELECT c.* FROM changed c JOIN added a ON a.user_id = c.user_id)
   INSERT INTO events (tenant_id, id, occurred_at, type, subject_type, subject_id, context, data)
   SELECT $1::uuid, c.event, now(), 'access.role_changed', 'User', c.user_id, c.context::json,
     json_build_object('changes', json_build_array(json_build_object('path', 'roles', 'from', c.before, 'to', c.after)),
       'cause', c.cause::json)
   FROM told c ORDER BY c.user_id RETURNING id`,
);
/** Of people who are gone nothing is kept. $1 tenant, $2 users. */
const FORGET = statement(
  'mapping.forget_roles',
  `DELETE FROM role_states s WHERE s.tenant_id = $1::uuid AND s.user_id = ANY($2::uuid[])
     AND NOT EXISTS (SELECT FROM users u WHERE u.tenant_id = $1::uuid AND u.id = s.user_id)`,
);

/** Somebody's step, to be told. */
interface Telling extends RoleStep {
  readonly userId: string;
}

/**
 * Tells every change of somebody's roles, whatever caused it, with the old and the new: it computes the roles of whoever an event
 * may concern, as of that event, and compares them with those that were told last (docs/adr/0015). Told once: the comparison, what
 * is kept and the event are one statement, so an event that comes a second time finds nothing to tell.
 */
@Injectable()
export class RoleChanges implements EventConsumer {
  readonly name = 'role-changes';

  constructor(
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(EventSignal) private readonly signal: EventSignal,
    @Inject(TenantPolicies) private readonly policies: TenantPolicies,
    @Inject(PeopleScan) private readonly scan: PeopleScan,
    @Inject(LoggedPeople) private readonly people: LoggedPeople,
    @Inject(Consumers) consumers: Consumers,
  ) {
    consumers.register(this);
  }

  async handle(events: readonly EventRow[]): Promise<void> {
    const tenants = new Map<string, EventRow[]>();
    for (const event of events) append(tenants, event.tenant_id, event);
    for (const [tenantId, own] of tenants) await this.inTenant(tenantId, own);
  }

  private async inTenant(tenantId: string, events: readonly EventRow[]): Promise<void> {
    if (!events.some(({ type }) => /^(user|group|access|config)\./.test(type))) return;
    const policy = await this.policies.current(tenantId);
    const causes = new Map<string, EventRow[]>();
    const ofEverybody: EventRow[] = [];
    for (const event of events) {
      const affected = affectedBy(event, policy);
      if (affected?.kind === 'everybody') ofEverybody.push(event);
      else if (affected?.kind === 'person') append(causes, affected.id, event);
      else if (affected) for (const id of await this.scan.below(tenantId, [affected.id])) append(causes, id, event);
    }
    const { readsAttributes } = policy.policy;
    const batch = { first: events[0]!.seq, last: events.at(-1)!.seq };
    const before = String(BigInt(batch.first) - 1n);
    const pages = ofEverybody.length
      ? this.people.all(tenantId, readsAttributes, before)
      : this.people.of(tenantId, [...causes.keys()], readsAttributes, before);
    const gone = new Set(causes.keys());
    for await (const page of pages) {
      for (const { id } of page) gone.delete(id);
      await this.tell(tenantId, this.tellings(page, policy, causes, ofEverybody, batch));
    }
    await this.forget(tenantId, [...gone], causes);
  }

  private tellings(
    rows: readonly LoggedRow[],
    { policy, history }: TenantPolicy,
    causes: ReadonlyMap<string, readonly EventRow[]>,
    ofEverybody: readonly EventRow[],
    batch: Batch,
  ): Telling[] {
    const now = new Date();
    return rows.flatMap((row) => {
      // Among what is not a person's own, the last is told: theirs rather than everybody's.
      const own = [...ofEverybody, ...(causes.get(row.id) ?? [])];
      const steps = roleSteps(new LoggedPerson(row, history), own, batch, (person) => policy.names(person, now).roles);
      return steps.map((step) => ({ ...step, userId: row.id }));
    });
  }

  /** Whoever is gone has no roles from the event on that says so. */
  private async forget(
    tenantId: string,
    ids: readonly string[],
    causes: ReadonlyMap<string, readonly EventRow[]>,
  ): Promise<void> {
    const ends = ids.flatMap((userId): Telling[] => {
      const cause = causes.get(userId)!.find(({ type }) => type === 'user.deleted');
      return cause ? [{ userId, roles: [], cause, mark: 2n * BigInt(cause.seq) + 1n }] : [];
    });
    if (!ends.length) return;
    await this.tell(tenantId, ends);
    await this.db.run({ tenantId }, FORGET, [tenantId, ends.map(({ userId }) => userId)]);
  }

  /** The first steps of all, then the second steps of those who have some: a statement tells one of each. */
  private async tell(tenantId: string, steps: readonly Telling[]): Promise<void> {
    const rounds: Telling[][] = [];
    const told = new Map<string, number>();
    for (const step of steps) {
      const round = told.get(step.userId) ?? 0;
      told.set(step.userId, round + 1);
      (rounds[round] ??= []).push(step);
    }
    let changes = 0;
    for (const round of rounds)
      changes += (
        await this.db.run({ tenantId }, TELL, [
          tenantId,
          round.map(({ userId }) => userId),
          round.map(({ roles }) => JSON.stringify(roles)),
          round.map(({ mark }) => String(mark)),
          round.map(() => uuidV7()),
          round.map(({ cause }) => JSON.stringify(cause.context)),
          round.map(({ cause: { id, type } }) => JSON.stringify({ event: id, type })),
        ])
      ).length;
    if (changes) this.signal.announce();
  }
}

function append<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const known = lists.get(key);
  if (known) known.push(value);
  else lists.set(key, [value]);
}
