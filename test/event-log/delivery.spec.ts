import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { uuidV7 } from '@provost/entities';
import { BATCH, EventSignal } from '@provost/event-log';
import { build, buildBeside } from '../faults/build';
import { makeTestDirectory } from '../support/test-directory';
import { until } from '../support/until';
import { JOURNAL, journal, type JournalRow, OVERLAPS } from './journal';
import { Log, Recorder, take, TENANT, write } from './log-fixture';

const POLL_MS = 1_000;

let log: Log;
let workerScript: string;
let dir: string;
const children: ChildProcess[] = [];

beforeAll(() => {
  build();
  dir = makeTestDirectory();
  [workerScript] = buildBeside(dir, ['test/event-log/delivery-worker.ts', 'test/event-log/journal.ts']) as [string];
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));
beforeEach(async () => {
  log = await Log.create();
});
afterEach(async () => {
  await Promise.all(
    children.splice(0).map(async (child) => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    }),
  );
  await log.close();
});

async function worker(consumer: string, ms: number): Promise<ChildProcess> {
  const child = spawn(process.execPath, [workerScript, log.url, consumer, String(ms)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  await once(child.stdout, 'data');
  return child;
}

/** What lies in the log, in its order. */
async function committed(): Promise<string[]> {
  const client = await log.client();
  const { rows } = await client.query<{ seq: string }>('SELECT e.seq::text FROM events e ORDER BY e.seq');
  return rows.map((row) => row.seq);
}

const ascending = (seqs: readonly string[]) => seqs.every((seq, i) => i === 0 || BigInt(seq) > BigInt(seqs[i - 1]!));

describe('the delivery of the log', () => {
  it('reaches a consumer whole and in order, in batches, also what was there before it came', async () => {
    const node = await log.node();
    const client = await log.client();
    await client.query(
      `INSERT INTO events (tenant_id, id, occurred_at, type, subject_type, subject_id, context)
       SELECT $1, gen_random_uuid(), now(), 'user.updated', 'User', $1, '{}' FROM generate_series(1, $2)`,
      [TENANT, BATCH * 2 + 10],
    );
    const consumer = new Recorder('late');
    node.deliver(consumer);
    await until('all are there', () => consumer.events.length === BATCH * 2 + 10);
    expect(consumer.seqs).toEqual(await committed());
    expect(consumer.batches.map((batch) => batch.length)).toEqual([BATCH, BATCH, 10]);
    expect(consumer.events[0]).toMatchObject({ tenant_id: TENANT, type: 'user.updated', context: {} });
  });

  it('reaches each consumer once, in order, from one worker at a time, whoever and however many they are', async () => {
    const client = await log.client();
    await client.query(JOURNAL);
    const nodes = await Promise.all([log.node(6), log.node(6), log.node(6)]);
    const names = ['audit', 'lifecycle', 'webhooks'];
    for (const [i, node] of nodes.entries())
      for (const name of names) {
        const client = await log.client();
        const db = { query: async (sql: string, values?: unknown[]) => (await client.query(sql, values)).rows };
        node.deliver({ name, handle: journal(db, name, `node ${i}`, () => delay(Math.random() * 8)) });
      }
    await Promise.all([worker('audit', 5), worker('webhooks', 5)]);

    // Transactions that take a number and end in another order, one in five with a rollback.
    await Promise.all(
      nodes.map(async (node) => {
        const writer = await log.client();
        for (let i = 0; i < 40; i++) {
          await writer.query('BEGIN');
          await take(writer);
          await delay(Math.random() * 6);
          await writer.query(i % 5 === 0 ? 'ROLLBACK' : 'COMMIT');
          node.signal.announce();
        }
      }),
    );
    const all = await committed();
    expect(all).toHaveLength(96);

    const positions = () =>
      client.query<{ name: string; position: string }>('SELECT name, position FROM event_consumers');
    await until('every consumer is at the end', async () => {
      const { rows } = await positions();
      return rows.length === 3 && rows.every((row) => row.position === all.at(-1));
    });
    for (const name of names) {
      const { rows } = await client.query<JournalRow>(
        'SELECT worker, seqs::text[] AS seqs FROM journal WHERE consumer = $1 ORDER BY id',
        [name],
      );
      expect(rows.flatMap((row) => row.seqs)).toEqual(all);
    }
    expect((await client.query(OVERLAPS)).rows).toEqual([]);
    expect(nodes.flatMap((node) => node.faults)).toEqual([]);
  });

  it('asks of a consumer its own pace: one that is stuck holds up no other', async () => {
    const node = await log.node();
    let release: () => void = () => undefined;
    const stuck = new Recorder('stuck', () => new Promise((done) => (release = done)));
    const free = new Recorder('free');
    node.deliver(stuck);
    node.deliver(free);
    for (let i = 0; i < 5; i++) await write(node);
    await until('the free one has all', () => free.events.length === 5);
    await until('the other has begun', () => stuck.batches.length === 1);
    expect(stuck.events).toHaveLength(0);
    const client = await log.client();
    const { rows } = await client.query('SELECT name, position FROM event_consumers ORDER BY name');
    expect(rows).toEqual([
      { name: 'free', position: '5' },
      { name: 'stuck', position: '0' },
    ]);
    const opening = setInterval(() => release(), 5);
    await until('the stuck one has all as well', () => stuck.events.length === 5).finally(() => clearInterval(opening));
  });

  it('needs no more connections of the pool with more consumers', async () => {
    const node = await log.node(2);
    const consumers = Array.from({ length: 8 }, (_, i) => new Recorder(`consumer ${i}`, () => delay(10)));
    for (const consumer of consumers) node.deliver(consumer);
    for (let i = 0; i < 5; i++) await write(node);
    await until('all have all', () => consumers.every((consumer) => consumer.events.length === 5));
  });

  it('comes within milliseconds of the commit', async () => {
    const [writer, reader] = await Promise.all([log.node(), log.node()]);
    const here: number[] = [];
    const there: number[] = [];
    const note = (into: number[]) => (events: readonly { data: unknown }[]) => {
      for (const { data } of events) into.push(Date.now() - (data as { at: number }).at);
    };
    writer.deliver(new Recorder('same process', note(here)));
    reader.deliver(new Recorder('another process', note(there)));
    for (let i = 0; i < 40; i++) {
      await write(writer);
      await delay(20);
    }
    await until('all are there', () => here.length === 40 && there.length === 40);
    const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1]!;
    const figures = `from the write to the consumer, median: ${median(here)} ms, through NOTIFY ${median(there)} ms`;
    process.stderr.write(`    ${figures}\n`);
    expect(median(here)).toBeLessThan(250);
    expect(median(there)).toBeLessThan(250);
  });

  it('ends with the batch in hand', async () => {
    const node = await log.node();
    let release: () => void = () => undefined;
    const consumer = new Recorder('slow', () => new Promise((done) => (release = done)));
    const delivery = node.deliver(consumer);
    await write(node);
    await until('it works', () => consumer.batches.length === 1);
    let stopped = false;
    const stopping = delivery.stop().then(() => (stopped = true));
    await write(node);
    await delay(50);
    expect(stopped).toBe(false);
    release();
    await stopping;
    expect(consumer.batches).toEqual([['1']]);
    const client = await log.client();
    expect((await client.query('SELECT position FROM event_consumers')).rows).toEqual([{ position: '1' }]);
    const { rows } = await client.query(
      `SELECT count(*)::int AS left FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'provost consumer'`,
    );
    expect(rows).toEqual([{ left: 0 }]);
  });
});

describe('numbers and commits in another order', () => {
  it('waits for a number that was taken and not committed, on an otherwise quiet server', async () => {
    const node = await log.node();
    const consumer = new Recorder('c');
    node.deliver(consumer);
    await delay(100);
    const late = await log.client();
    await late.query('BEGIN');
    await take(late);
    // No NOTIFY here: it would be a transaction that ends after this one began, and hide that nobody else has.
    await delay(POLL_MS + 100);
    expect(consumer.events).toHaveLength(0);
    await late.query('COMMIT');
    node.signal.announce();
    await until('it came', () => consumer.events.length === 1);
  });

  it('does not pass a number that is committed late', async () => {
    const node = await log.node();
    const consumer = new Recorder('c');
    node.deliver(consumer);
    const late = await log.client();
    await late.query('BEGIN');
    const first = await take(late);
    for (let i = 0; i < 3; i++) await write(node);
    await delay(150);
    expect(consumer.events).toHaveLength(0);
    await late.query('COMMIT');
    await until('all came', () => consumer.events.length === 4);
    expect(consumer.seqs[0]).toBe(first);
    expect(consumer.seqs).toEqual(await committed());
  });

  it('passes a number that was rolled back, and soon', async () => {
    const node = await log.node();
    const consumer = new Recorder('c');
    node.deliver(consumer);
    const lost = await log.client();
    await lost.query('BEGIN');
    const gone = await take(lost);
    await write(node);
    await delay(60);
    expect(consumer.events).toHaveLength(0);
    await lost.query('ROLLBACK');
    const since = Date.now();
    await until('the other came', () => consumer.events.length === 1);
    expect(Date.now() - since).toBeLessThan(POLL_MS);
    expect(consumer.seqs).not.toContain(gone);
  });

  it('passes what a crash left out: numbers that nobody has', async () => {
    const node = await log.node();
    const consumer = new Recorder('c');
    node.deliver(consumer);
    await write(node);
    const client = await log.client();
    await client.query(`SELECT setval('events_seq', 33)`);
    await write(node);
    await until('both came', () => consumer.events.length === 2, 900);
    expect(consumer.seqs).toEqual(['1', '34']);
  });

  it('is held up by no transaction that writes something else, however long', async () => {
    const node = await log.node();
    const consumer = new Recorder('c');
    node.deliver(consumer);
    const long = await log.client();
    await long.query('BEGIN');
    await long.query(`INSERT INTO deployment_secrets (name, secret) VALUES ('long', '')`);
    expect((await long.query('SELECT pg_current_xact_id_if_assigned() IS NOT NULL AS writes')).rows).toEqual([
      { writes: true },
    ]);
    await write(node);
    // A gap, so that it must be asked who may still fill it.
    const lost = await log.client();
    await lost.query('BEGIN');
    await take(lost);
    await lost.query('ROLLBACK');
    await write(node);
    await until('both came', () => consumer.events.length === 2, 900);
    await long.query('ROLLBACK');
  });

  it('waits while a transaction that writes events is open, then delivers all', async () => {
    const node = await log.node();
    const consumer = new Recorder('c');
    node.deliver(consumer);
    const [long, lost] = [await log.client(), await log.client()];
    await long.query('BEGIN');
    await lost.query('BEGIN');
    await take(lost);
    await lost.query('ROLLBACK');
    await take(long);
    await write(node);
    await delay(300);
    expect(consumer.events).toHaveLength(0);
    await long.query('COMMIT');
    await until('both came', () => consumer.events.length === 2, 900);
    expect(ascending(consumer.seqs)).toBe(true);
    // While it waited it asked less and less often, and after that it is as quick as before.
    const since = Date.now();
    await write(node);
    await until('the next came', () => consumer.events.length === 3);
    expect(Date.now() - since).toBeLessThan(POLL_MS);
  });
});

describe('a consumer that fails', () => {
  it('gets the same events again until it succeeds, and nothing of what comes after them before', async () => {
    const node = await log.node();
    let attempts = 0;
    const consumer = new Recorder('c', () => {
      if (++attempts < 3) throw new Error(`attempt ${attempts}`);
    });
    node.deliver(consumer);
    await write(node);
    await until('it failed once', () => attempts === 1);
    await write(node);
    await until('it has both', () => consumer.events.length === 2);
    expect(consumer.seqs).toEqual(['1', '2']);
    expect(consumer.batches.map((batch) => batch[0]).slice(0, 3)).toEqual(['1', '1', '1']);
    expect(node.faults).toEqual([
      expect.stringMatching(/^Consumer c failed and will try again in 250 ms\. attempt 1/),
      expect.stringMatching(/in 1000 ms\. attempt 2/),
    ]);
  });

  it('leaves its events to another worker meanwhile', async () => {
    const [broken, sound] = [await log.node(), await log.node()];
    const failing = new Recorder('c', () => {
      throw new Error('broken here');
    });
    broken.deliver(failing);
    await write(broken);
    await until('it failed', () => failing.batches.length > 0);
    const working = new Recorder('c');
    sound.deliver(working);
    await until('the other has it', () => working.events.length === 1);
  });
});

describe('a worker that is gone', () => {
  it('is followed at once after a kill -9 in the middle of a batch, and nothing is lost', async () => {
    const client = await log.client();
    await client.query(JOURNAL);
    const doomed = await worker('c', 60_000);
    const node = await log.node();
    for (let i = 0; i < 3; i++) await write(node);
    const held = () => client.query<JournalRow>('SELECT worker, seqs::text[] AS seqs, ended FROM journal ORDER BY id');
    await until('it handles', async () => (await held()).rows.length > 0);

    let takenAt = 0;
    const heir = new Recorder('c', () => {
      takenAt ||= Date.now();
    });
    node.deliver(heir);
    await delay(100);
    expect(heir.batches).toHaveLength(0);
    const killedAt = Date.now();
    doomed.kill('SIGKILL');
    await until('the other took over', () => takenAt > 0);
    process.stderr.write(`    taken over ${takenAt - killedAt} ms after the kill\n`);
    expect(takenAt - killedAt).toBeLessThan(POLL_MS);
    await until('all came', () => heir.events.length === 3);
    expect(heir.seqs).toEqual(await committed());
    const [row] = (await held()).rows;
    expect(row).toMatchObject({ worker: `process ${doomed.pid}`, ended: null });
    expect(heir.seqs).toEqual(expect.arrayContaining(row!.seqs));
  });

  it('keeps no position for a batch during which it lost its lock, and begins no other', async () => {
    const [one, two] = [await log.node(), await log.node()];
    let release: () => void = () => undefined;
    const slow = new Recorder('c', () => new Promise((done) => (release = done)));
    one.deliver(slow);
    await write(one);
    await until('it handles', () => slow.batches.length === 1);
    const client = await log.client();
    await terminate(client, 'provost consumer');
    const heir = new Recorder('c', () => delay(100));
    two.deliver(heir);
    await until('the other took over', () => heir.batches.length === 1);
    release();
    await write(one);
    await until('the other has all', () => heir.events.length === 2);
    expect(heir.seqs).toEqual(['1', '2']);
    expect(slow.batches).toEqual([['1']]);
    expect(one.faults.join()).toMatch(/The lock was lost/);
  });
});

describe('the signal', () => {
  it('connects again when its connection is ended, and is as quick as before', async () => {
    const [writer, reader] = [await log.node(), await log.node()];
    const consumer = new Recorder('c');
    reader.deliver(consumer);
    const client = await log.client();
    expect(await terminate(client, 'provost signal')).toBe(2);
    await until('both listen again', async () => (await connected(client, 'provost signal')) === 2);
    // Past the wake that follows a reconnection.
    await delay(100);
    const since = Date.now();
    await write(writer);
    await until('it came', () => consumer.events.length === 1);
    expect(Date.now() - since).toBeLessThan(POLL_MS / 2);
  });

  it('is only a signal: what nobody announced is found by looking', async () => {
    const node = await log.node();
    const consumer = new Recorder('c');
    node.deliver(consumer);
    await delay(100);
    const client = await log.client();
    await take(client);
    await until('it was found', () => consumer.events.length === 1, POLL_MS + 500);
  });

  it('tells every process a topic, itself included, and again after a time without connection', async () => {
    const [one, two] = [await log.node(), await log.node()];
    const heard = [0, 0];
    [one, two].forEach((node, i) => node.signal.onTopic('policy', () => heard[i]!++));
    await one.signal.tell('policy');
    await until('both heard', () => heard.every((times) => times > 0));
    expect(heard).toEqual([1, 1]);
    const client = await log.client();
    await terminate(client, 'provost signal');
    await until('both were told that they may have missed something', () => heard.every((times) => times === 2));
  });

  it('leaves no connection when it is closed while it connects again', async () => {
    const signal = new EventSignal(log.url);
    await signal.start();
    const client = await log.client();
    await terminate(client, 'provost signal');
    await delay(40 + Math.random() * 20);
    await signal.close();
    await delay(100);
    expect(await connected(client, 'provost signal')).toBe(0);
    signal.announce();
    await signal.tell('nobody');
  });

  it('refuses to start without a database', async () => {
    const signal = new EventSignal(log.url.replace(/host=[^&]*/, 'host=/nowhere').replace(/@[^/]*\//, '@/'));
    await expect(signal.start()).rejects.toThrow();
    await signal.close();
  });
});

it('orders the events of one subject as its changes were', async () => {
  const nodes = [await log.node(), await log.node()] as const;
  const consumer = new Recorder('c');
  nodes[0].deliver(consumer);
  const subjects = Array.from({ length: 3 }, () => uuidV7());
  const client = await log.client();
  await client.query('CREATE TABLE subject (id uuid PRIMARY KEY, version int NOT NULL)');
  for (const id of subjects) await client.query('INSERT INTO subject VALUES ($1, 0)', [id]);
  // As the directory does it: the row's lock first, then the number.
  await Promise.all(
    Array.from({ length: 4 }, async () => {
      const writer = await log.client();
      for (let i = 0; i < 15; i++) {
        const id = subjects[Math.floor(Math.random() * subjects.length)];
        await writer.query(
          `WITH s AS (UPDATE subject SET version = version + 1 WHERE id = $2 RETURNING version)
           INSERT INTO events (tenant_id, id, occurred_at, type, subject_type, subject_id, context, data)
           SELECT $1, gen_random_uuid(), now(), 'user.updated', 'User', $2, '{}', json_build_object('version', version) FROM s`,
          [TENANT, id],
        );
        nodes[1].signal.announce();
      }
    }),
  );
  await until('all came', () => consumer.events.length === 60);
  for (const id of subjects) {
    const versions = consumer.events.filter((e) => e.subject_id === id).map((e) => e.data!.version);
    expect(versions).toEqual(versions.map((_, i) => i + 1));
  }
});

type Db = Awaited<ReturnType<Log['client']>>;

async function terminate(client: Db, application: string): Promise<number> {
  const { rows } = await client.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1`,
    [application],
  );
  return rows.length;
}

async function connected(client: Db, application: string): Promise<number> {
  const { rows } = await client.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1`,
    [application],
  );
  return rows[0]!.n;
}
