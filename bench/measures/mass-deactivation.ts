import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from 'pg';
import { withClient } from '../fill';
import { Leavers, PIECES } from '../leavers';
import { progress } from '../progress';
import { timed } from '../timed';
import type { Measure } from './measure';

const PEOPLE = 10_000;
const KILLS = 5;
const LOOK_MS = 20;

/** What is missing, and what is there more than once, of what $2 people who left must have had done; $3 their manager. */
const LEDGER = `
  WITH r AS (SELECT r.* FROM lifecycle_runs r WHERE r.tenant_id = $1),
    e AS (SELECT e.kind, e.run_id, count(*)::int AS n FROM lifecycle_effects e WHERE e.tenant_id = $1 GROUP BY 1, 2),
    v AS (SELECT v.type, v.subject_id, count(*)::int AS n FROM events v WHERE v.tenant_id = $1
      AND v.type IN ('lifecycle.run_started', 'lifecycle.run_completed', 'user.deprovisioned') GROUP BY 1, 2)
  SELECT ($2 - (SELECT count(*) FROM r WHERE r.state = 'done')
      + 4 * $2 - (SELECT count(*) FROM lifecycle_actions a WHERE a.tenant_id = $1 AND a.state = 'done')
      + ${PIECES} * $2 - (SELECT count(*) FROM content c WHERE c.tenant_id = $1 AND c.owner_id = $3 AND c.archived_at IS NOT NULL)
      + ${2 * PIECES + 1} * $2 - (SELECT coalesce(sum(least(e.n, CASE e.kind WHEN 'person_told' THEN 1 ELSE ${PIECES} END)), 0) FROM e)
      + 3 * $2 - (SELECT count(*) FROM v)
      + $2 - (SELECT count(DISTINCT m.user_id) FROM mail m WHERE m.tenant_id = $1))::int AS lost,
    ((SELECT count(*) FROM r) - (SELECT count(DISTINCT r.user_id) FROM r)
      + (SELECT count(*) FROM lifecycle_actions a WHERE a.tenant_id = $1 AND a.attempts <> 1)
      + (SELECT count(*) FROM e WHERE e.n > CASE e.kind WHEN 'person_told' THEN 1 ELSE ${PIECES} END)
      + (SELECT coalesce(sum(v.n - 1), 0) FROM v)
      + (SELECT count(*) FROM mail m WHERE m.tenant_id = $1) - (SELECT count(DISTINCT m.user_id) FROM mail m WHERE m.tenant_id = $1)
    )::int AS doubled`;

export const massDeactivation: Measure = {
  name: 'mass-deactivation',
  about: `${PEOPLE} deactivations with ${KILLS} kill -9 of the worker on the way: what is lost or doubled`,
  long: true,
  async run(stage) {
    const server = await stage.provost('mass', { ROLE: 'api' });
    const leavers = await Leavers.arrive(server, 'mass', PEOPLE);
    const { id } = leavers.tenant;
    let worker = await server.startBeside('worker');
    await server.followedUp();
    const { ms } = await timed(() =>
      withClient(server.databaseUrl, async (client) => {
        const deactivating = leavers.deactivate(leavers.next(PEOPLE));
        for (let kill = 1; kill <= KILLS; kill++) {
          await reached(client, id, Math.floor((kill * PEOPLE) / (KILLS + 1)));
          process.kill(worker.pid, 'SIGKILL');
          progress(`  killed ${kill} of ${KILLS}`);
          await worker.stop();
          worker = await server.startBeside('worker');
        }
        await deactivating;
        await leavers.through(PEOPLE);
      }),
    );
    await worker.stop();
    const { rows } = await withClient(server.databaseUrl, (client) =>
      client.query<{ lost: number; doubled: number }>(LEDGER, [id, PEOPLE, leavers.manager]),
    );
    const { lost, doubled } = rows[0]!;
    const absolute = `of ${PEOPLE} runs with their actions, effects, events and mail; ${(ms / 1000).toFixed(0)} s with ${KILLS} starts`;
    return (['lost', 'doubled'] as const).map((what) => ({
      measure: `${what} in ${PEOPLE} deactivations with ${KILLS} kill -9`,
      value: what === 'lost' ? lost : doubled,
      unit: '' as const,
      absolute,
      atLeast: 0,
      aim: 0,
      better: 'less' as const,
    }));
  },
};

/** Resolves when so many runs are through. */
async function reached(client: Client, tenantId: string, count: number): Promise<void> {
  for (let done = 0; done < count; await delay(LOOK_MS)) {
    const { rows } = await client.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM lifecycle_runs WHERE tenant_id = $1 AND state = 'done'`,
      [tenantId],
    );
    done = rows[0]!.n;
  }
}
