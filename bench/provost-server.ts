import { join } from 'node:path';
import { type ChildServer, startNode } from './child-server';
import { withClient } from './fill';
import { KeepAliveClient, type Target } from './keep-alive-client';

/** A tenant of a running Provost and the token of its SCIM client. */
export interface Tenant {
  readonly id: string;
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
  ) {}

  /** @param profileDir where the process leaves a .cpuprofile when it ends */
  static async start(databaseUrl: string, profileDir: string | undefined): Promise<ProvostServer> {
    const main = join(__dirname, '..', 'apps', 'api', 'src', 'main.js');
    const profiling = profileDir === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', profileDir];
    const environment = { DATABASE_URL: databaseUrl, LOG_LEVEL: 'warn', ROLE: 'all' };
    const server = await startNode([...profiling, main], environment, /Keep them\./);
    const shown = (what: string) => new RegExp(`${what} +(\\S+)`).exec(server.output)![1]!;
    const id = await withClient(databaseUrl, async (client) => {
      const { rows } = await client.query<{ id: string }>(`SELECT id FROM tenants WHERE slug = 'default'`);
      return rows[0]!.id;
    });
    const target = { pid: server.pid, port: server.port, base: '/scim/v2', token: shown('SCIM token') };
    return new ProvostServer(server, databaseUrl, { id, target }, shown('Admin token'));
  }

  /** One more tenant, with a SCIM credential of its own. */
  async newTenant(slug: string): Promise<Tenant> {
    const { pid, port } = this.server;
    const client = new KeepAliveClient({ pid, port, base: '', token: this.operatorToken });
    try {
      const made = await client.succeed('POST', '/api/v1/tenants', JSON.stringify({ slug, name: slug }));
      const { id } = JSON.parse(made.body) as { id: string };
      const target = { pid, port, base: '/scim/v2', token: await this.newToken(slug) };
      return { id, target };
    } finally {
      client.close();
    }
  }

  stop(): Promise<void> {
    return this.server.stop();
  }

  private async newToken(slug: string): Promise<string> {
    const answer = await fetch(`http://127.0.0.1:${this.server.port}/api/v1/credentials`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${this.operatorToken}`,
        'content-type': 'application/json',
        'x-tenant': slug,
      },
      body: JSON.stringify({ kind: 'scim', name: 'bench' }),
    });
    if (!answer.ok) throw new Error(`A credential for ${slug} was answered ${answer.status}: ${await answer.text()}`);
    return ((await answer.json()) as { token: string }).token;
  }
}
