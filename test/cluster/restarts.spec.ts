import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { DIST } from '../faults/build';
import { Load } from '../faults/load';
import type { Product } from '../faults/product';
import { until } from '../support/until';
import { Cluster } from './cluster';

let cluster: Cluster;
const loads: Load[] = [];
beforeAll(async () => {
  cluster = await Cluster.start();
}, 60_000);
afterEach(() => Promise.all(loads.map((load) => load.stop())));
afterAll(() => cluster?.stop());

async function load(name: string, clients: number): Promise<Load> {
  const load = new Load(cluster.proxy.root, cluster.scimToken, name);
  loads.push(load);
  await load.start(clients);
  await until('the load is under way', () => load.people.length >= 20);
  return load;
}

/** What was acknowledged and is not so in the database; nothing, when all is well. */
async function lost({ people, groupId }: Load): Promise<string[]> {
  const { rows } = await cluster.sql.query<{ id: string; title: string; in_group: boolean; created: number }>(
    `SELECT u.id, u.resource->>'title' AS title,
       EXISTS (SELECT FROM memberships m WHERE m.member_id = u.id AND m.group_id = $1) AS in_group,
       (SELECT count(*)::int FROM events e WHERE e.subject_id = u.id AND e.type = 'user.created') AS created
     FROM users u`,
    [groupId],
  );
  const stored = new Map(rows.map((row) => [row.id, row]));
  return people.flatMap(({ id, userName, title = 'new', unanswered, inGroup }) => {
    const row = stored.get(id);
    if (!row) return [`${userName} is not there`];
    return [
      ...([title, unanswered].includes(row.title) ? [] : [`${userName} is "${row.title}", not "${title}"`]),
      ...(inGroup && !row.in_group ? [`${userName} is not in the group`] : []),
      ...(row.created === 1 ? [] : [`${userName} has ${row.created} events of creation`]),
    ];
  });
}

it('a kill -9 of one API process under load loses nothing that was acknowledged', async () => {
  const under = await load('killed', 6);
  const [victim] = cluster.apis as [Product];
  victim.signal('SIGKILL');
  await victim.ended;
  const before = under.people.length;
  await until('the other goes on', () => under.people.length >= before + 20);
  await cluster.startApi();
  cluster.balance();
  await until('both go on', () => under.people.length >= before + 40);
  await under.stop();
  // What the killed one had in hand has no answer: 502 from the proxy, or, where the proxy thought that it had never arrived and asked
  // the other one, the word that this person is there already. Nothing else went wrong.
  const died = /: 502 .*(ECONNRESET|socket hang up)|^POST \/Users: 409 .*"uniqueness"/;
  const surprises = under.surprises.filter((surprise) => !died.test(surprise));
  expect(surprises).toEqual([]);
  expect(await lost(under)).toEqual([]);
  process.stderr.write(`    ${under.people.length} people; ${under.surprises.length} requests died with the process\n`);
});

it('a rolling restart answers every request', async () => {
  const under = await load('rolled', 4);
  for (const old of [...cluster.apis].filter(({ isRunning }) => isRunning)) {
    const [before, next] = [under.people.length, await cluster.startApi()];
    expect(next.isRunning).toBe(true);
    cluster.balance();
    await until('the new one takes part', () => (cluster.proxy.answered.get(next.port) ?? 0) >= 20);
    // The proxy does not know yet; it finds out by refused connections.
    old.signal('SIGTERM');
    expect(await old.ended).toEqual({ code: 0, signal: null });
    cluster.balance();
    await until('the load goes on', () => under.people.length >= before + 20);
  }
  await cluster.workers[0]!.end();
  await cluster.startWorker();
  await under.stop();
  expect(under.surprises).toEqual([]);
  expect([...under.statuses.keys()].every((status) => status >= 200 && status < 300)).toBe(true);
  expect(await lost(under)).toEqual([]);
});

it.each(['oin', 'aiw'])('okta-sim as %s is content with the proxy', async (mode) => {
  const args = ['--url', `${cluster.proxy.root}/scim/v2`, '--token', cluster.scimToken, '--mode', mode];
  const size = ['--users', '60', '--groups', '4', '--seed', mode];
  const simulator = spawn(process.execPath, [join(DIST, 'apps/okta-sim/src/main.js'), ...args, ...size], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  for (const stream of [simulator.stdout, simulator.stderr])
    stream.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  const code = await new Promise((resolve) => simulator.once('close', resolve));
  expect({ code, printed }).toEqual({ code: 0, printed });
});
