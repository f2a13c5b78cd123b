import { setTimeout as delay } from 'node:timers/promises';
import { alternate, median, medianRatio, type Side } from '../alternate';
import { withClient } from '../fill';
import { KeepAliveClient } from '../keep-alive-client';
import { FOUR_ACTIONS, Leavers } from '../leavers';
import { load } from '../load';
import { processorTime } from '../processor-time';
import { progress } from '../progress';
import type { ProvostServer } from '../provost-server';
import type { Measure } from './measure';

const RUNS = 1_000;
const TRIES = 100;
/** Until nothing is under way any more, and every consumer has gone back to waiting. */
const IDLE_MS = 450;
const WRITERS = 32;
const PATCH = {
  schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
  Operations: [{ op: 'replace', value: { active: false } }],
};

export const runRate: Measure = {
  name: 'runs',
  about: `runs of 4 actions a second by one worker: ${RUNS} people who own content leave while it stands still`,
  async run(stage) {
    const server = await stage.provost('lifecycle', { ROLE: 'api' });
    const { rounds } = stage.options;
    // The first one compiles what is hot.
    const leavers = await Leavers.arrive(server, 'leavers', (rounds + 1) * RUNS);
    const worker = await server.startBeside('worker');
    const rates: number[] = [];
    const costs: { worker: number; database: number }[] = [];
    const spent = () => ({ worker: processorTime(worker.pid) ?? NaN, database: stage.databaseTime() ?? NaN });
    try {
      await server.followedUp();
      for (let round = 0; round <= rounds; round++) {
        process.kill(worker.pid, 'SIGSTOP');
        await leavers.deactivate(leavers.next(RUNS));
        const [begin, before] = [performance.now(), spent()];
        process.kill(worker.pid, 'SIGCONT');
        await leavers.through((round + 1) * RUNS);
        const [rate, after] = [(RUNS * 1000) / (performance.now() - begin), spent()];
        if (round > 0) {
          rates.push(rate);
          const cost = (of: 'worker' | 'database') => (after[of] - before[of]) / RUNS;
          costs.push({ worker: cost('worker'), database: cost('database') });
        }
        progress(`  round ${round} of ${rounds}: ${rate.toFixed(0)} runs/s`);
        await server.followedUp();
      }
    } finally {
      process.kill(worker.pid, 'SIGCONT');
      await worker.stop();
    }
    const cost = (of: 'worker' | 'database') => median(costs.map((one) => one[of])).toFixed(0);
    return [
      {
        measure: 'lifecycle runs of 4 actions, one worker',
        value: median(rates),
        unit: '/s',
        absolute:
          `${rates.map((rate) => rate.toFixed(0)).join(', ')} runs/s of ${RUNS}, from the log to the last event ` +
          `(${cost('worker')} + ${cost('database')} µs each)`,
        atLeast: 200,
        aim: 1_000,
        better: 'more',
      },
    ];
  },
};

export const firstAction: Measure = {
  name: 'first-action',
  about: `from the answer to a deactivation to its first action, on an idle system, ${TRIES} times`,
  async run(stage) {
    const server = await stage.provost('idle');
    const leavers = await Leavers.arrive(server, 'idle', TRIES + 5);
    const { target } = leavers.tenant;
    await server.followedUp();
    const client = new KeepAliveClient(target);
    const answered = new Map<string, number>();
    const began = new Map<string, number>();
    for (const id of leavers.next(TRIES + 5)) {
      await delay(IDLE_MS);
      await client.succeed('PATCH', `${target.base}/Users/${id}`, JSON.stringify(PATCH));
      answered.set(id, Date.now());
    }
    client.close();
    await leavers.through(TRIES + 5);
    await withClient(server.databaseUrl, async (database) => {
      const { rows } = await database.query<{ user_id: string; at: Date }>(
        `SELECT r.user_id, a.started_at AS at FROM lifecycle_runs r
         JOIN lifecycle_actions a ON a.tenant_id = r.tenant_id AND a.run_id = r.id AND a.position = 0 WHERE r.tenant_id = $1`,
        [leavers.tenant.id],
      );
      for (const { user_id, at } of rows) began.set(user_id, at.getTime());
    });
    // It may begin before the answer has come through.
    const waits = [...answered].slice(5).map(([id, at]) => Math.max(0, began.get(id)! - at));
    const told = (share: number) => `${percentile(waits, share)} ms`;
    return [
      {
        measure: 'from the SCIM answer to the first action, p95',
        value: percentile(waits, 0.95),
        unit: ' ms',
        absolute: `p50 ${told(0.5)}, p90 ${told(0.9)}, p95 ${told(0.95)}, longest ${told(1)}`,
        atLeast: 250,
        aim: 25,
        better: 'less',
      },
    ];
  },
};

export const engine: Measure = {
  name: 'engine',
  about: `POST /Users over ${WRITERS} connections with lifecycle rules in force, and with one that each of them fires, over none`,
  async run(stage) {
    const server = await stage.provost('engine');
    const arrivals = { user_creation: { trigger: 'user_created', default_role: 'user', welcome_email: true } };
    const sides = [
      await side(server, 'off', {}),
      await side(server, 'on', {
        deprovisioning_rules: FOUR_ACTIONS,
        provisioning_rules: { user_creation: { ...arrivals.user_creation, trigger: 'user_added_to_group' } },
      }),
      await side(server, 'firing', { deprovisioning_rules: FOUR_ACTIONS, provisioning_rules: arrivals }),
    ];
    const [off, on, firing] = await alternate(sides, stage.options.rounds, stage.options.seconds);
    const absolute = (figures: readonly number[]) =>
      `${median(figures).toFixed(0)}/s, off ${median(off!).toFixed(0)}/s`;
    return [
      {
        measure: 'POST /Users with lifecycle rules over without',
        value: medianRatio(on!, off!),
        absolute: absolute(on!),
        atLeast: 0.8,
        aim: 0.95,
        better: 'more',
      },
      {
        measure: 'POST /Users that each fire a rule over without',
        value: medianRatio(firing!, off!),
        absolute: `${absolute(firing!)}; a default role and a welcome mail for each, in the same process`,
        better: 'more',
      },
    ];

    async function side(provost: ProvostServer, name: string, documents: Record<string, object>): Promise<Side> {
      const { target } = await provost.newTenant(`engine-${name}`);
      for (const [document, content] of Object.entries(documents))
        await provost.call('PUT', `/api/v1/config/${document}`, content, `engine-${name}`);
      return {
        name,
        round: async (seconds) => {
          const traffic = { kind: 'create', first: stage.freshPeople(1_000_000) } as const;
          const { perSecond } = await load({ target, traffic, connections: WRITERS, seconds });
          // What follows a round shall not fall into the next one, which is another's.
          await provost.followedUp();
          await ended(provost);
          return perSecond;
        },
      };
    }
  },
};

/** Resolves when no run is still to be worked on. */
async function ended({ databaseUrl }: ProvostServer): Promise<void> {
  await withClient(databaseUrl, async (client) => {
    for (let left = true; left; await delay(50)) {
      const { rows } = await client.query<{ left: boolean }>(
        `SELECT EXISTS (SELECT FROM lifecycle_runs WHERE next_at IS NOT NULL) AS left`,
      );
      left = rows[0]!.left;
    }
  });
}

/** @param share 0.95 for p95 */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)]!;
}
