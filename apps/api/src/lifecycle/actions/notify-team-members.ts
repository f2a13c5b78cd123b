import { ACTION_DEFINITIONS } from '@provost/access-policy';
import { statement } from '@provost/entities';
import type { NewMail, Outbox } from '../../mail';
import { type Effect, recordEffects, taskColumns, TASKS } from './effects';
import { type ActionBatch, counted, type LifecycleAction, type Outcome } from './lifecycle-action';

/** The manager ($5), and whoever is in a project with the person or was until this run. */
const TEAM = statement(
  'lifecycle.team',
  `WITH ${TASKS},
   m AS (SELECT x.run_id, x.manager_id AS id FROM ROWS FROM (unnest($2::uuid[]), unnest($5::uuid[])) AS x (run_id, manager_id)
     UNION SELECT t.run_id, o.user_id FROM t JOIN project_members m ON m.tenant_id = $1::uuid AND m.user_id = t.user_id
       JOIN project_members o ON o.tenant_id = $1::uuid AND o.project_key = m.project_key
     UNION SELECT t.run_id, o.user_id FROM t JOIN lifecycle_effects l ON l.tenant_id = $1::uuid AND l.run_id = t.run_id
         AND l.kind = 'project_left' JOIN project_members o ON o.tenant_id = $1::uuid AND o.project_key = l.subject)
   SELECT m.run_id, u.id, coalesce(u.display_name, u.user_name) AS name,
     coalesce(u.resource->>'preferredLanguage', u.resource->>'locale') AS locale,
     coalesce((SELECT j.value->>'value' FROM json_array_elements(CASE json_typeof(u.resource->'emails') WHEN 'array'
         THEN u.resource->'emails' END) WITH ORDINALITY AS j (value, place)
       ORDER BY (j.value->>'primary') IS NOT DISTINCT FROM 'true' DESC, j.place LIMIT 1),
       CASE WHEN u.user_name LIKE '%@%' THEN u.user_name END) AS email
   FROM m JOIN users u ON u.tenant_id = $1::uuid AND u.id = m.id JOIN t ON t.run_id = m.run_id
   WHERE u.active AND u.id <> t.user_id ORDER BY u.id`,
);

interface MemberRow {
  run_id: string;
  id: string;
  name: string;
  locale: string | null;
  email: string | null;
}

type Mail = Omit<NewMail, 'tenantId'>;

/** Mail to the people who work with whoever left, with what becomes of their work. */
export function notifyTeamMembers(outbox: Outbox, appName: string): LifecycleAction {
  return {
    code: 'notify_team_members',
    ...ACTION_DEFINITIONS.notify_team_members,
    async execute(batch) {
      const { tx, tenantId, at, tasks, people } = batch;
      const managers = tasks.map(({ userId }) => people.get(userId)?.managerId ?? null);
      const team = new Map<string, MemberRow[]>(tasks.map(({ runId }) => [runId, []]));
      const values = [tenantId, ...taskColumns(batch), managers];
      for (const row of await tx.query<MemberRow>(TEAM, values)) team.get(row.run_id)!.push(row);
      const outcomes = new Map<string, Outcome>();
      const told: Effect[] = [];
      const mails: Mail[] = [];
      for (const task of tasks) {
        const { runId, position } = task;
        const reached = team.get(runId)!.filter(({ email }) => email !== null);
        mails.push(...reached.map((member) => mailTo(batch, task, member)));
        for (const { id } of reached) told.push({ runId, position, kind: 'person_told', subject: id, to: id, at });
        const unreachable = team.get(runId)!.length - reached.length;
        outcomes.set(runId, { state: 'done', result: { told: reached.length, unreachable } });
      }
      await outbox.enqueueAll(tx, tenantId, mails);
      await recordEffects(tx, tenantId, told);
      return outcomes;
    },
    describe: {
      en: ({ told }) => (told ? `${counted(told, 'person', 'people')} told by mail.` : 'There is nobody to tell.'),
      de: ({ told }) =>
        told
          ? `${counted(told, 'Person', 'Personen')} per E-Mail benachrichtigt.`
          : 'Es gibt niemanden zu benachrichtigen.',
    },
  };

  function mailTo(batch: ActionBatch, { runId, userId, rule }: ActionBatch['tasks'][number], member: MemberRow): Mail {
    const moves = batch.done(runId, member.locale ?? undefined).join(' ');
    return {
      userId,
      to: member.email!,
      template: 'team_notice',
      ...(member.locale !== null && { locale: member.locale }),
      data: {
        name: member.name,
        personName: batch.people.get(userId)!.name,
        appName: rule === 'group_removal' ? `parts of ${appName}` : appName,
        // No action stood before this one.
        moves: moves || '–',
      },
      key: `lifecycle ${runId} team ${member.id}`,
    };
  }
}
