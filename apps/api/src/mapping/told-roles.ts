import { Inject, Injectable } from '@nestjs/common';
import { statement, TenantDatabase, uuidV7 } from '@provost/entities';
import { EventSignal } from '@provost/event-log';
import type { RoleStep } from './role-steps';

/**
 * Keeps the roles of people and tells those that are not what was told last, in one statement. $1 tenant, $2 users, $3 their
 * roles as arrays in text, $4 marks, $5 ids for the events, $6 the context and $7 the cause of each as JSON. What is no further in the log
 * than what was told last has been told; whoever told a change in between has made `before` untrue, and this does nothing.
 * Each state is looked up by itself, and updated at its place: joined, all states of a growing tenant were read twice for each batch, as long
 * as its statistics lagged behind.
 */
const TELL = statement(
  'mapping.tell_roles',
  `WITH given AS (SELECT w.* FROM ROWS FROM (unnest($2::uuid[]), unnest($3::text[]), unnest($4::bigint[]), unnest($5::uuid[]),
       unnest($6::text[]), unnest($7::text[])) AS w (user_id, roles, mark, event, context, cause)),
     compared AS (SELECT g.user_id, g.mark, g.event, g.context, g.cause, s.place, coalesce(s.roles, '{}') AS before,
         g.roles::text[] AS after
       FROM given g LEFT JOIN LATERAL (SELECT r.ctid AS place, r.roles, r.mark FROM role_states r
         WHERE r.tenant_id = $1::uuid AND r.user_id = g.user_id OFFSET 0) s ON true
       WHERE s.mark IS NULL OR s.mark < g.mark),
     changed AS (SELECT * FROM compared WHERE before <> after),
     added AS (INSERT INTO role_states (tenant_id, user_id, roles, mark) SELECT $1::uuid, c.user_id, c.after, c.mark FROM changed c
       WHERE c.place IS NULL ON CONFLICT DO NOTHING RETURNING user_id),
     moved AS (UPDATE role_states s SET roles = c.after, mark = c.mark FROM changed c
       WHERE s.ctid = c.place AND s.tenant_id = $1::uuid AND s.user_id = c.user_id AND s.mark < c.mark AND s.roles = c.before
       RETURNING c.*),
     told AS (SELECT * FROM moved UNION ALL
       SELECT c.* FROM changed c JOIN added a ON a.user_id = c.user_id),
     e AS (INSERT INTO events (tenant_id, id, occurred_at, type, subject_type, subject_id, context, data)
   SELECT $1::uuid, c.event, now(), 'access.role_changed', 'User', c.user_id, c.context::json,
     json_build_object('changes', json_build_array(json_build_object('path', 'roles', 'from', c.before, 'to', c.after)),
       'cause', c.cause::json)
   FROM told c ORDER BY c.user_id RETURNING id)
   SELECT count(*)::int AS changes FROM e`,
);

/** Somebody's step, to be told. */
export interface Telling extends RoleStep {
  readonly userId: string;
}

/** What the log has told of people's roles, and how far: the only writer of `access.role_changed`. */
@Injectable()
export class ToldRoles {
  constructor(
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(EventSignal) private readonly signal: EventSignal,
  ) {}

  /** Tells those that change something. The first steps of all, then the second steps of those who have some: a statement tells one of each. */
  async tell(tenantId: string, steps: readonly Telling[]): Promise<void> {
    const rounds: Telling[][] = [];
    const told = new Map<string, number>();
    for (const step of steps) {
      const round = told.get(step.userId) ?? 0;
      told.set(step.userId, round + 1);
      (rounds[round] ??= []).push(step);
    }
    let changes = 0;
    for (const round of rounds) {
      const [told] = await this.db.run<{ changes: number }>({ tenantId }, TELL, [
        tenantId,
        round.map(({ userId }) => userId),
        round.map(({ roles }) => textArray(roles)),
        round.map(({ mark }) => String(mark)),
        round.map(() => uuidV7()),
        round.map(({ cause }) => JSON.stringify(cause.context)),
        round.map(({ cause: { id, type } }) => JSON.stringify({ event: id, type })),
      ]);
      changes += told!.changes;
    }
    if (changes) this.signal.announce();
  }
}

/** The text of an array: those of a list may be of different lengths, which an array of arrays may not. */
function textArray(names: readonly string[]): string {
  return `{${names.map((name) => `"${name.replace(/["\\]/g, '\\$&')}"`).join(',')}}`;
}
