import { execFileSync } from 'node:child_process';
import { createWriteStream, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { alternate, median, medianRatio, type Side } from '../alternate';
import { withClient } from '../fill';
import { fillEvents, fillPlainEvents } from '../fill-events';
import { KeepAliveClient, type Target, UnexpectedAnswer } from '../keep-alive-client';
import { processorTime } from '../processor-time';
import { progress } from '../progress';
import { Rates } from '../rates';
import { residentMemory } from '../resident-memory';
import type { Stage } from '../stage';
import { timed } from '../timed';
import type { Measure } from './measure';
import type { Traffic } from '../traffic';

const EVENTS = 1_000_000;
const PEOPLE = 20_000;
const FORMATS = ['ndjson', 'csv', 'ocsf', 'cef'] as const;
const VERIFIER = join(__dirname, '..', '..', 'apps', 'api', 'src', 'verify-export.js');

const auditTenants = new WeakMap<Stage, Promise<Target>>();

/** An auditor's way to a record of so many events, all of them sealed. */
function record(stage: Stage): Promise<Target> {
  const made = auditTenants.get(stage) ?? makeRecord(stage);
  auditTenants.set(stage, made);
  return made;
}

async function makeRecord(stage: Stage): Promise<Target> {
  const server = await stage.provost('audit');
  progress(`filling the log with ${EVENTS} events`);
  await fillEvents(server.databaseUrl, server.tenant.id, EVENTS, PEOPLE);
  const { ms } = await timed(() => server.followedUp('audit-seals'));
  progress(`sealed what was left of them in ${(ms / 1000).toFixed(1)} s`);
  // The others have more to do with an event; what is measured is not to share the processor with them.
  await server.followedUp();
  return server.targetOf(server.tenant.slug, 'auditor');
}

/** Downloads to a file, or to nowhere. @returns the server's resident memory along the way, in MiB */
async function download(target: Target, query: string, file?: string): Promise<number[]> {
  const memory: number[] = [];
  const sink = file === undefined ? undefined : createWriteStream(file);
  await new Promise<void>((resolve, reject) => {
    const options = {
      ...{ port: target.port, path: `/api/v1/audit/export?${query}` },
      headers: { authorization: `Bearer ${target.token}` },
    };
    const outgoing = request(options, (answer) => {
      if (answer.statusCode !== 200) reject(new UnexpectedAnswer(`The export was answered ${answer.statusCode}.`));
      let size = 0;
      answer.on('data', (chunk: Buffer) => {
        if (Math.floor(size / 8e6) !== Math.floor((size += chunk.length) / 8e6))
          memory.push(residentMemory(target.pid));
      });
      answer.on('end', resolve).on('error', reject);
      if (sink) answer.pipe(sink);
    });
    outgoing.on('error', reject).end();
  });
  if (sink) await new Promise((resolve) => sink.end(resolve));
  return memory;
}

/** The processor time that it took the server and PostgreSQL, a piece; on a busy machine it says more than the time that passed. */
async function costly<T>(stage: Stage, target: Target, pieces: number, work: () => Promise<T>) {
  const spent = () => [processorTime(target.pid) ?? NaN, stage.databaseTime() ?? NaN] as const;
  const before = spent();
  const { ms, result } = await timed(work);
  const cost = spent().map((after, i) => ((after - before[i]!) / pieces).toFixed(1));
  return { ms, result, cost: `${cost.join(' + ')} µs of processor time an event` };
}

const mean = (figures: readonly number[]) => figures.reduce((sum, figure) => sum + figure, 0) / figures.length;

export const auditExport: Measure = {
  name: 'audit-export',
  about: `export of ${EVENTS} events in each format: events a second, and the server's memory`,
  long: true,
  async run(stage) {
    const target = await record(stage);
    await download(target, 'format=ndjson&to=2001-01-01');
    await download(target, 'format=csv');
    const rows = [];
    for (const format of FORMATS) {
      const work = () => download(target, `format=${format}`);
      const { ms, result: memory, cost } = await costly(stage, target, EVENTS, work);
      const half = memory.length >> 1;
      const [early, late] = [mean(memory.slice(0, half)), mean(memory.slice(half))];
      rows.push({
        measure: `export of ${EVENTS} events as ${format}, events a second`,
        value: EVENTS / (ms / 1000),
        unit: '',
        absolute: `${(ms / 1000).toFixed(1)} s, ${cost}; resident ${early.toFixed(0)} MiB in the first half, ${late.toFixed(0)} in the second, at most ${Math.max(...memory).toFixed(0)}`,
        atLeast: 20_000,
        aim: 60_000,
        better: 'more',
      } as const);
    }
    return rows;
  },
};

export const auditVerify: Measure = {
  name: 'audit-verify',
  about: `verifying ${EVENTS} sealed events, in the database and offline`,
  long: true,
  async run(stage) {
    const target = await record(stage);
    const client = new KeepAliveClient(target);
    const ask = () => client.succeed('GET', '/api/v1/audit/verify');
    const { ms, result, cost } = await costly(stage, target, EVENTS, ask);
    client.close();
    const found = JSON.parse(result.body) as { ok: boolean; sealed: number };
    if (!found.ok || found.sealed < EVENTS) throw new UnexpectedAnswer(`Verifying found ${result.body}.`);
    const file = join(tmpdir(), `provost-bench-${process.pid}.ndjson`);
    try {
      await download(target, 'format=ndjson', file);
      const offline = await timed(() => Promise.resolve(execFileSync(process.execPath, [VERIFIER, file])));
      const row = { unit: 's', atLeast: 60, aim: 10, better: 'less' } as const;
      return [
        {
          measure: `verify of ${EVENTS} events`,
          value: ms / 1000,
          absolute: `${found.sealed} sealed, ${cost}`,
          ...row,
        },
        {
          measure: `the same offline, of an export`,
          value: offline.ms / 1000,
          absolute: offline.result.toString().split('\n')[0]!,
          ...row,
        },
      ];
    } finally {
      rmSync(file, { force: true });
    }
  },
};

const LARGE = 10_000_000;
const SMALL = 10_000;
/** What each person has in the log, so that both sides have whole pages to answer. */
const EACH = 100;

/**
 * Pages of 50 events by user, from a process that only answers: a worker would be following the log for a quarter of an hour after it is
 * filled. @returns a side whose figure is the microseconds of a page
 */
async function pages(stage: Stage, name: string, events: number): Promise<Side> {
  const server = await stage.provost(name, { ROLE: 'api' });
  progress(`filling the log with ${events} events`);
  const people = await fillPlainEvents(server.databaseUrl, server.tenant.id, events, events / EACH);
  const client = new KeepAliveClient(await server.targetOf(server.tenant.slug, 'auditor'));
  const round = async (seconds: number) => {
    let count = 0;
    const end = performance.now() + seconds * 1000;
    const begin = performance.now();
    for (; performance.now() < end; count++) {
      const userId = people[Math.floor(Math.random() * people.length)]!;
      const { body } = await client.succeed('GET', `/api/v1/audit/events?userId=${userId}&limit=50`);
      if ((JSON.parse(body) as { items: object[] }).items.length !== 50) throw new UnexpectedAnswer(body.slice(0, 200));
    }
    return ((performance.now() - begin) * 1000) / count;
  };
  return { name, round };
}

export const auditQuery: Measure = {
  name: 'audit-query',
  about: `a page of 50 events by user among ${LARGE} events, in turns with ${SMALL}`,
  long: true,
  async run(stage) {
    const sides = [await pages(stage, 'large_log', LARGE), await pages(stage, 'small_log', SMALL)];
    const [large, small] = await alternate(sides, stage.options.rounds, stage.options.seconds);
    return [
      {
        measure: `audit query of 50 events by user: ${LARGE} events over ${SMALL}`,
        value: medianRatio(large!, small!),
        absolute: `${median(large!).toFixed(0)} µs, ${median(small!).toFixed(0)} µs a page; ${await stage.sizeOf('large_log')}`,
        atLeast: 1.5,
        aim: 1.1,
        better: 'less',
      },
    ];
  },
};

const WRITERS = 32;
/** A round has to hold several turns of the sealer. */
const LEAST_SECONDS = 12;
const A_ROUND_AT_MOST = 1_000_000;

export const sealing: Measure = {
  name: 'sealing',
  about: `POST /Users over ${WRITERS} connections while the log is sealed, over the same while it is not`,
  async run(stage) {
    const { target } = await stage.directory();
    const server = await stage.provost();
    const fresh = (): Traffic => ({ kind: 'create', first: stage.freshPeople(A_ROUND_AT_MOST) });
    const [on, off] = ['on', 'off'].map((name) => new Rates(stage, name, target, WRITERS, fresh));
    const sides = [
      { name: 'sealing', round: async (seconds: number) => (await server.followedUp(), on!.round(seconds)) },
      { name: 'not sealing', round: (seconds: number) => withoutSealer(server.databaseUrl, () => off!.round(seconds)) },
    ];
    const { rounds, seconds } = stage.options;
    const [sealed, plain] = await alternate(sides, rounds, Math.max(LEAST_SECONDS, seconds));
    return [
      {
        measure: 'POST /Users with sealing over without',
        value: medianRatio(sealed!, plain!),
        absolute: `${on!.told(sealed!)}, ${off!.told(plain!)}`,
        atLeast: 0.9,
        aim: 0.98,
        better: 'more',
      },
    ];
  },
};

/** As long as somebody else holds the sealer's lock, no process seals. */
function withoutSealer<T>(url: string, work: () => Promise<T>): Promise<T> {
  return withClient(url, async (client) => {
    await client.query(`SELECT pg_advisory_lock(hashtextextended('provost consumer audit-seals', 0))`);
    return work();
  });
}
