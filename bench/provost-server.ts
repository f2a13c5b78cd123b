import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type ChildServer, startNode } from './child-server';
import { withClient } from './fill';
import { type Target, UnexpectedAnswer } from './keep-alive-client';

export const MAIN = join(__dirname, '..', 'apps', 'api', 'src', 'main.js');
const { scripts } = JSON.parse(readFileSync(join(__dirname, '..', '..', 'package.json'), 'utf8')) as {
  scripts: { start: string };
};
/** As `npm start` has them. */
export const NODE_FLAGS = scripts.start.split(' ').filter((word) => word.startsWith('--'));
const POLL_MS = 20;

/** A tenant of a running Provost and the token of its SCIM client. */
export interface Tenant {
  readonly id: string;
  readonly slug: string;
  readonly target: Target;
}

/** Provost as an operator runs it: its own process, on a database that nobody else uses. */
export class ProvostServer {
  private constructor(
    private readonly server: ChildServer,
    readonly databaseUrl: string,
    /** The tenant of the first start. */
    readonly tenant: Tenant,
    private readonly operatorToken: string,
    private readonly profileDir: string | undefined,
  ) {}

  /**
   * @param profileDir where the process leaves a .cpuprofile when it ends
   * @param more of its environment
   */
  static async start(
    databaseUrl: string,
    profileDir: string | undefined,
    more: NodeJS.ProcessEnv = {},
  ): Promise<ProvostServer> {
    const environment = { DATABASE_URL: databaseUrl, LOG_LEVEL: 'warn', ROLE: 'all', ...more };
    const server = await startNode([...NODE_FLAGS, ...profiling(profileDir), MAIN], environment, /Keep them\./);
    const shown = (what: string) => new RegExp(`${what} +(\\S+)`).exec(server.output)![1]!;
    const id = await withClient(databaseUrl, async (client) => {
      const { rows } = await client.query<{ id: string }>(`SELECT id FROM tenants WHERE slug = 'default'`);
      return rows[0]!.id;
    });
    const target = { pid: server.pid, port: server.port, base: '/scim/v2', token: shown('SCIM token') };
    return new ProvostServer(server, databaseUrl, { id, slug: 'default', target }, shown('Admin token'), profileDir);
  }

  /** One more process on the same database. @param role what it does (ROLE) */
  async startBeside(role: 'api' | 'worker'): Promise<Pick<ChildServer, 'pid' | 'port' | 'stop'>> {
    const environment = { DATABASE_URL: this.databaseUrl, LOG_LEVEL: 'warn', ROLE: role };
    return startNode([...NODE_FLAGS, ...profiling(this.profileDir), MAIN], environment, /Provost is ready/);
  }

  /** One more tenant, with a SCIM credential of its own. */
  async newTenant(slug: string): Promise<Tenant> {
    const { id } = await this.call<{ id: string }>('POST', '/api/v1/tenants', { slug, name: slug });
    return { id, slug, target: await this.targetOf(slug, 'scim') };
  }

  /** Where and as whom to call: a new credential of that tenant. */
  async targetOf(slug: string, kind: 'scim' | 'app' | 'auditor'): Promise<Target> {
    const made = await this.call<{ token: string }>('POST', '/api/v1/credentials', { kind, name: 'bench' }, slug);
    const { pid, port } = this.server;
    return { pid, port, base: kind === 'scim' ? '/scim/v2' : '', token: made.token };
  }

  /** The management API as the operator. @returns the body of the answer @throws Error when that is no success */
  async call<T>(method: string, path: string, body: object, slug?: string): Promise<T> {
    const answer = await this.send(method, path, body, slug);
    return (await answer.json()) as T;
  }

  /** The same, with the answer as it comes. */
  async send(method: string, path: string, body: object, slug?: string): Promise<Response> {
    const answer = await fetch(`http://127.0.0.1:${this.server.port}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.operatorToken}`,
        'content-type': 'application/json',
        ...(slug === undefined ? {} : { 'x-tenant': slug }),
      },
      body: JSON.stringify(body),
    });
    if (!answer.ok)
      throw new UnexpectedAnswer(`${method} ${path} was answered ${answer.status}: ${await answer.text()}`);
    return answer;
  }

  /** Resolves when a consumer of the log, or every one, has handled what was in it at the time of the call. */
  async followedUp(consumer?: string): Promise<void> {
    await withClient(this.databaseUrl, async (client) => {
      const { rows } = await client.query<{ seq: string }>('SELECT coalesce(max(seq), 0)::text AS seq FROM events');
      for (let behind = true; behind; await delay(POLL_MS)) {
        const { rowCount } = await client.query(
          'SELECT FROM event_consumers WHERE position < $1 AND ($2::text IS NULL OR name = $2)',
          [rows[0]!.seq, consumer],
        );
        behind = rowCount !== 0;
      }
    });
  }

  stop(): Promise<void> {
    return this.server.stop();
  }
}

function profiling(dir: string | undefined): string[] {
  return dir === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', dir];
}
