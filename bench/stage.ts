import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@provost/embedded-postgres';
import { type AccessTenant, accessTenant, barePermissions, SIZES } from './access-tenant';
import { BARE_SCHEMA } from './bare-server';
import { type ChildServer, startNode } from './child-server';
import { fillBareUsers, fillUsers, withClient } from './fill';
import { KeepAliveClient, type Target } from './keep-alive-client';
import type { Options } from './options';
import { printStatements, STATISTICS } from './profile';
import { progress } from './progress';
import { processorTime } from './processor-time';
import { ProvostServer, type Tenant } from './provost-server';
import { person } from './person';

/** How many people the directories hold that requests are thrown at. */
export const PEOPLE = 100_000;

/** A tenant that is full, and the ids of its people by their numbers. */
export interface Directory extends Tenant {
  readonly users: readonly string[];
}

/**
 * The PostgreSQL of this run and the servers on it. Each is started when the first measure asks for it, so that `--only`
 * pays for nothing else. All of it is gone after close().
 */
export class Stage {
  private readonly started: { stop(): Promise<void> }[] = [];
  private readonly made = new Map<string, Promise<unknown>>();
  private freshNumber = 10_000_000;

  private constructor(
    readonly options: Options,
    private readonly folder: string,
    private readonly postgres: EmbeddedPostgres,
  ) {}

  static async open(options: Options): Promise<Stage> {
    const folder = mkdtempSync(join(tmpdir(), 'provost-bench-'));
    try {
      progress('starting PostgreSQL');
      // A server for each measure that wants one of its own, all on one PostgreSQL.
      const settings: Record<string, string> = { max_connections: '400' };
      if (options.profile !== undefined) settings.shared_preload_libraries = 'pg_stat_statements';
      return new Stage(options, folder, await startEmbeddedPostgres({ dataDir: folder, durable: true, settings }));
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** Provost on a database of that name, made now. @param more of its environment */
  provost(name = 'measured', more: NodeJS.ProcessEnv = {}): Promise<ProvostServer> {
    return this.once(`provost ${name}`, async () => {
      progress(`starting Provost on the database ${name}`);
      const url = await this.createDatabase(name);
      if (this.options.profile !== undefined) await withClient(url, (client) => client.query(STATISTICS));
      const server = await ProvostServer.start(url, this.options.profile, more);
      this.started.push(server);
      return server;
    });
  }

  /** The first tenant of that Provost with so many people in it. */
  directory(name = 'measured', count = PEOPLE): Promise<Directory> {
    return this.once(`directory ${name}`, async () => {
      const { databaseUrl, tenant } = await this.provost(name);
      return this.filled(databaseUrl, tenant, count);
    });
  }

  /** A tenant of its own with so many people, in the database that the others use. */
  async newDirectory(slug: string, count: number): Promise<Directory> {
    const server = await this.provost();
    return this.filled(server.databaseUrl, await server.newTenant(slug), count);
  }

  /** The bare server, holding the people of `directory()` under the same ids and as long. */
  bare(): Promise<Target> {
    return this.once('bare', async () => {
      const { users, target } = await this.directory();
      progress('starting the bare server');
      const url = await this.createDatabase('bare');
      await withClient(url, (client) => client.query(BARE_SCHEMA));
      const example = new KeepAliveClient(target);
      const { body } = await example.succeed('GET', `/scim/v2/Users/${users[0]!}`);
      example.close();
      // What Provost adds to what it was given: id, groups, meta.
      const added = body.length - JSON.stringify(person(0)).length;
      const rest = 'x'.repeat(added - `,"rest":""`.length);
      await fillBareUsers(url, users, (n) => JSON.stringify({ ...person(n), rest }));
      const { pid, port } = await this.baseline('bare-server.js', url);
      return { pid, port, base: '' };
    });
  }

  /** A tenant whose groups are access, in a database and behind a Provost of its own: `alone` shall pay for no other's rows. */
  accessTenant(name: keyof typeof SIZES): Promise<AccessTenant> {
    return this.once(`access ${name}`, async () => accessTenant(await this.provost(name), SIZES[name]));
  }

  /** The bare server with permissions of the people of the crowded tenant. */
  bareDecisions(): Promise<Target> {
    return this.once('bare decisions', async () => {
      const tenant = await this.accessTenant('crowded');
      progress('starting the bare server');
      const url = await this.createDatabase('bare_decisions');
      await withClient(url, (client) => client.query(BARE_SCHEMA));
      await barePermissions(url, tenant);
      const { pid, port } = await this.baseline('bare-server.js', url);
      return { pid, port, base: '' };
    });
  }

  /** SCIMMY with as many people in its Map. */
  scimmy(): Promise<Target> {
    return this.once('scimmy', async () => {
      progress('starting SCIMMY');
      const { pid, port } = await this.baseline('scimmy-server.js', String(PEOPLE));
      return { pid, port, base: '/scim/v2', token: 'bench' };
    });
  }

  /** The processor time that PostgreSQL has used up, in microseconds, where that can be told. */
  databaseTime(): number | undefined {
    const [pid] = readFileSync(join(this.folder, 'postgres', 'postmaster.pid'), 'utf8').split('\n', 1);
    return processorTime(Number(pid), true);
  }

  /** The number of the first of so many people whom nobody has created yet. */
  freshPeople(count: number): number {
    const first = this.freshNumber;
    this.freshNumber += count;
    return first;
  }

  /** The size of the database of that name, for people. */
  async sizeOf(name: string): Promise<string> {
    const server = await this.provost(name);
    return withClient(server.databaseUrl, async (client) => {
      const { rows } = await client.query<{ size: string }>(
        `SELECT pg_size_pretty(pg_database_size(current_database())) AS size`,
      );
      return rows[0]!.size;
    });
  }

  async close(): Promise<void> {
    if (this.options.profile !== undefined)
      for (const server of this.started)
        if (server instanceof ProvostServer)
          await withClient(server.databaseUrl, printStatements).catch(() => undefined);
    await Promise.all(this.started.map((server) => server.stop()));
    await this.postgres.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async filled(databaseUrl: string, tenant: Tenant, count: number): Promise<Directory> {
    progress(`filling a tenant with ${count} people`);
    const users = await fillUsers(databaseUrl, tenant.id, count);
    // Statistics shall be about what is measured.
    if (this.options.profile !== undefined)
      await withClient(databaseUrl, (client) => client.query('SELECT pg_stat_statements_reset()'));
    return { ...tenant, users };
  }

  private async baseline(file: string, argument: string): Promise<ChildServer> {
    const server = await startNode([join(__dirname, file), argument], {}, /ready/);
    this.started.push(server);
    return server;
  }

  private async createDatabase(name: string): Promise<string> {
    await withClient(this.postgres.url, (client) => client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`));
    // By hand: a socket's URL has no host, which WHATWG's URL refuses.
    return this.postgres.url.replace(/^(\w+:\/\/[^/?]*)\/[^?]*/, `$1/${name}`);
  }

  private once<T>(key: string, make: () => Promise<T>): Promise<T> {
    const made = (this.made.get(key) as Promise<T> | undefined) ?? make();
    this.made.set(key, made);
    return made;
  }
}
