import { Inject, Injectable } from '@nestjs/common';
import type { Person } from '@provost/access-policy';
import { statement, TenantDatabase, uuidV7 } from '@provost/entities';
import { type EventConsumer, type EventRow, EventSignal } from '@provost/event-log';
import { Consumers } from '../audit';
import { affectedBy } from './affected';
import { personOf } from './person-row';
import { PeopleScan } from './people-scan';
import { TenantPolicies, type TenantPolicy } from './tenant-policies';

/**
 * Keeps the roles of people and tells those that are not what was told last, in one statement. $1 tenant, $2 users, $3 their
 * roles as JSON, $4 ids for the events, $5 the context and $6 the cause of each as JSON. Whoever told a change in between has
 * made `before` untrue, and this does nothing.
 */
const TELL = statement(
  'mapping.tell_roles',
  `WITH given AS (SELECT w.* FROM ROWS FROM (unnest($2::uuid[]), unnest($3::text[]), unnest($4::uuid[]), unnest($5::text[]),
       unnest($6::text[])) AS w (user_id, roles, event, context, cause)),
     compared AS (SELECT g.user_id, g.event, g.context, g.cause, coalesce(s.roles, '{}') AS before,
         ARRAY(SELECT json_array_elements_text(g.roles::json)) AS after
       FROM given g LEFT JOIN role_states s ON s.tenant_id = $1::uuid AND s.user_id = g.user_id),
     changed AS (SELECT * FROM compared WHERE before <> after),
     kept AS (INSERT INTO role_states (tenant_id, user_id, roles) SELECT $1::uuid, c.user_id, c.after FROM changed c
       ON CONFLICT (tenant_id, user_id) DO UPDATE SET roles = excluded.roles
         WHERE role_states.roles = (SELECT c.before FROM changed c WHERE c.user_id = role_states.user_id)
       RETURNING user_id)
   INSERT INTO events (tenant_id, id, occurred_at, type, subject_type, subject_id, context, data)
   SELECT $1::uuid, c.event, now(), 'access.role_changed', 'User', c.user_id, c.context::json,
     json_build_object('changes', json_build_array(json_build_object('path', 'roles', 'from', c.before, 'to', c.after)),
       'cause', c.cause::json)
   FROM changed c JOIN kept k ON k.user_id = c.user_id ORDER BY c.user_id RETURNING id`,
);
/** Of people who are gone nothing is kept. $1 tenant, $2 users. */
const FORGET = statement(
  'mapping.forget_roles',
  `DELETE FROM role_states s WHERE s.tenant_id = $1::uuid AND s.user_id = ANY($2::uuid[])
     AND NOT EXISTS (SELECT FROM users u WHERE u.tenant_id = $1::uuid AND u.id = s.user_id)`,
);

/**
 * Tells every change of somebody's roles, whatever caused it, with the old and the new: it computes the roles of whoever an event
 * may concern and compares them with those that were told last. Told once: the comparison, what is kept and the event are one
 * statement, so an event that comes a second time finds nothing to tell.
 */
@Injectable()
export class RoleChanges implements EventConsumer {
  readonly name = 'role-changes';

  constructor(
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(EventSignal) private readonly signal: EventSignal,
    @Inject(TenantPolicies) private readonly policies: TenantPolicies,
    @Inject(PeopleScan) private readonly scan: PeopleScan,
    @Inject(Consumers) consumers: Consumers,
  ) {
    consumers.register(this);
  }

  async handle(events: readonly EventRow[]): Promise<void> {
    const tenants = new Map<string, EventRow[]>();
    for (const event of events) {
      const known = tenants.get(event.tenant_id);
      if (known) known.push(event);
      else tenants.set(event.tenant_id, [event]);
    }
    for (const [tenantId, own] of tenants) await this.inTenant(tenantId, own);
  }

  private async inTenant(tenantId: string, events: readonly EventRow[]): Promise<void> {
    if (!events.some(({ type }) => /^(user|group|access|config)\./.test(type))) return;
    const policy = await this.policies.current(tenantId);
    const causes = new Map<string, EventRow>();
    let ofEverybody: EventRow | undefined;
    for (const event of events) {
      const affected = affectedBy(event, policy);
      if (affected?.kind === 'everybody') ofEverybody = event;
      else if (affected?.kind === 'person') causes.set(affected.id, event);
      else if (affected) for (const id of await this.scan.below(tenantId, [affected.id])) causes.set(id, event);
    }
    // A grant that has ended by the log has ended, however late this clock is.
    const now = new Date(Math.max(Date.now(), ...events.map(({ occurred_at }) => occurred_at.getTime())));
    const tell = (people: readonly Person[]) =>
      this.tell(tenantId, people, policy, now, (id) => causes.get(id) ?? ofEverybody!);
    const attributes = policy.policy.readsAttributes;
    const ids = [...causes.keys()];
    const pages = ofEverybody ? this.scan.all(tenantId, attributes) : this.scan.of(tenantId, ids, attributes);
    const seen = new Set<string>();
    for await (const page of pages) {
      for (const { id } of page) if (causes.has(id)) seen.add(id);
      await tell(page.map((row) => personOf(row, policy.history)));
    }
    const gone = ids.filter((id) => !seen.has(id));
    if (!gone.length) return;
    await tell(gone.map(nobody));
    await this.db.run({ tenantId }, FORGET, [tenantId, gone]);
  }

  private async tell(
    tenantId: string,
    people: readonly Person[],
    { policy }: TenantPolicy,
    now: Date,
    causeOf: (id: string) => EventRow,
  ): Promise<void> {
    if (!people.length) return;
    const causes = people.map(({ id }) => causeOf(id));
    const told = await this.db.run({ tenantId }, TELL, [
      tenantId,
      people.map(({ id }) => id),
      people.map((person) => JSON.stringify(policy.names(person, now).roles)),
      people.map(() => uuidV7()),
      causes.map(({ context }) => JSON.stringify(context)),
      causes.map(({ id, type }) => JSON.stringify({ event: id, type })),
    ]);
    if (told.length) this.signal.announce();
  }
}

/** Somebody who has been deleted. */
function nobody(id: string): Person {
  return { id, userName: '', active: false, groups: [], projects: [], grants: [], attributes: () => ({}) };
}
