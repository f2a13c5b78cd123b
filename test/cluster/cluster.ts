import { Pool } from 'pg';
import { build } from '../faults/build';
import { type End, Product } from '../faults/product';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { RoundRobinProxy } from './round-robin-proxy';

export type Json = Record<string, unknown>;
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Json;
  readonly text: string;
}

export const OPERATOR = 'a bootstrap token of the cluster tests'.replaceAll(' ', '-');
export const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

/** What may be changed about the processes; URLs are made of the database's. */
export interface ClusterOptions {
  readonly environment?: (databaseUrl: string) => Promise<NodeJS.ProcessEnv>;
}

/** Two API processes and a worker of the built product on one database, behind a proxy, as in docker-compose.yml. */
export class Cluster {
  readonly apis: Product[] = [];
  readonly workers: Product[] = [];
  scimToken = '';
  private made = 0;

  private constructor(
    readonly database: TestDatabase,
    readonly proxy: RoundRobinProxy,
    private readonly environment: NodeJS.ProcessEnv,
    /** As the superuser: row-level security does not apply. */
    readonly sql: Pool,
  ) {}

  static async start(options: ClusterOptions = {}): Promise<Cluster> {
    build();
    const database = await createTestDatabase();
    const more = await options.environment?.(database.url);
    const proxy = await RoundRobinProxy.start();
    const environment = {
      DATABASE_URL: database.url,
      PUBLIC_URL: proxy.root,
      BOOTSTRAP_ADMIN_TOKEN: OPERATOR,
      WEBHOOK_ALLOW_PRIVATE: '1',
      ...more,
    };
    const sql = new Pool({ connectionString: database.url, max: 2 });
    sql.on('error', () => undefined);
    const cluster = new Cluster(database, proxy, environment, sql);
    // All at once, on a database that none has seen: one of them makes the first tokens.
    await Promise.all([cluster.startApi(), cluster.startApi(), cluster.startWorker()]).catch(async (error: unknown) => {
      await cluster.stop();
      throw error;
    });
    const all = [...cluster.apis, ...cluster.workers];
    cluster.scimToken = all.map(({ stdout }) => /SCIM token +(\S+)/.exec(stdout)?.[1]).find(Boolean) ?? '';
    cluster.balance();
    return cluster;
  }

  async startApi(): Promise<Product> {
    const api = await Product.spawn({ ...this.environment, ROLE: 'api' });
    this.apis.push(api);
    await api.ready();
    return api;
  }

  async startWorker(): Promise<Product> {
    const worker = await Product.spawn({ ...this.environment, ROLE: 'worker' });
    this.workers.push(worker);
    await worker.ready();
    return worker;
  }

  /** The proxy passes requests to all API processes that run. */
  balance(): void {
    this.proxy.to(...this.apis.filter(({ isRunning }) => isRunning).map(({ port }) => port));
  }

  async stop(): Promise<End[]> {
    const ends = await Promise.all([...this.apis, ...this.workers].map((product) => product.end()));
    await this.proxy.stop();
    await this.sql.end();
    await this.database.drop();
    return ends;
  }

  /** Sends a request through the proxy, or to a process. @param path from the root */
  async send(
    method: string,
    path: string,
    {
      body,
      token = OPERATOR,
      to,
      headers = {},
    }: { body?: unknown; token?: string; to?: Product; headers?: object } = {},
  ): Promise<Answer> {
    const response = await fetch(`${to?.root ?? this.proxy.root}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    let parsed: Json = {};
    if (/json/.test(response.headers.get('content-type') ?? '')) parsed = JSON.parse(text || '{}') as Json;
    return { status: response.status, headers: response.headers, body: parsed, text };
  }

  /** @throws Error with the answer when the status is another */
  async must(status: number, method: string, path: string, body?: unknown, to?: Product): Promise<Json> {
    const token = path.startsWith('/scim') ? this.scimToken : OPERATOR;
    const answer = await this.send(method, path, { body, token, to });
    if (answer.status !== status) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer.body;
  }

  /** @returns the id */
  async person(more: Json = {}, to?: Product): Promise<string> {
    const userName = `person-${++this.made}@example.com`;
    const user = { schemas: [USER], userName, active: true, emails: [{ value: userName, primary: true }], ...more };
    return (await this.must(201, 'POST', '/scim/v2/Users', user, to)).id as string;
  }

  /** @returns the id */
  async group(displayName: string, members: readonly string[] = [], to?: Product): Promise<string> {
    const body = { schemas: [GROUP], displayName, members: members.map((value) => ({ value })) };
    return (await this.must(201, 'POST', '/scim/v2/Groups', body, to)).id as string;
  }

  /** Okta's PATCH of one operation. */
  patch(path: string, operation: Json, to?: Product): Promise<Answer> {
    const body = { schemas: [PATCH_OP], Operations: [operation] };
    return this.send('PATCH', `/scim/v2${path}`, { body, token: this.scimToken, to });
  }

  async setActive(id: string, active: boolean, to?: Product): Promise<void> {
    const { status, text } = await this.patch(`/Users/${id}`, { op: 'replace', value: { active } }, to);
    if (status !== 200) throw new Error(`PATCH answered ${status}: ${text}`);
  }

  /** @returns the token of a new credential and its id */
  async credential(kind: string, to?: Product): Promise<{ id: string; token: string }> {
    const body = { kind, name: `${kind} of a test` };
    return (await this.must(201, 'POST', '/api/v1/credentials', body, to)) as { id: string; token: string };
  }
}
