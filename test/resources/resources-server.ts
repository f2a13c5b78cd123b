import { Client } from 'pg';
import { type Answer, bearer, type Headers, type Json, ScimServer } from '../scim/scim-client';

/** A server of the file's own, as the app, the administrator and the auditor of its default tenant meet it. */
export class ResourcesServer {
  private constructor(
    readonly scim: ScimServer,
    private readonly tokens: Readonly<Record<'app' | 'admin' | 'auditor', string>>,
    /** As the superuser: row-level security does not apply. */
    readonly database: Client,
  ) {}

  static async start(environment: NodeJS.ProcessEnv = {}): Promise<ResourcesServer> {
    const scim = await ScimServer.start(environment);
    const token = async (kind: string) => (await scim.credential({ kind })).token;
    const tokens = { app: await token('app'), admin: await token('admin'), auditor: await token('auditor') };
    const database = new Client({ connectionString: scim.server.databaseUrl });
    database.on('error', () => undefined);
    await database.connect();
    return new ResourcesServer(scim, tokens, database);
  }

  async stop(): Promise<void> {
    await this.database.end();
    await this.scim.stop();
  }

  as(kind: 'app' | 'admin' | 'auditor'): Headers {
    return bearer(this.tokens[kind]);
  }

  /** As the app, unless `headers` say otherwise. */
  send(method: string, path: string, body?: unknown, headers: Headers = this.as('app')): Promise<Answer> {
    return this.scim.api(method, path, body, headers);
  }

  /** As `send`, for an answer of that status. @returns its body */
  async must(status: number, method: string, path: string, body?: unknown, headers?: Headers): Promise<Json> {
    const answer = await this.send(method, path, body, headers);
    expect({ status: answer.status, text: answer.text }).toEqual({ status, text: answer.text });
    return answer.body;
  }

  /** The pointers of a refusal of that status. */
  async faults(status: number, method: string, path: string, body?: unknown): Promise<string[]> {
    const answer = await this.send(method, path, body);
    expect(answer).toMatchObject({ status, headers: { 'content-type': 'application/problem+json' } });
    expect(answer.body.detail).toEqual(expect.any(String));
    return ((answer.body.errors ?? []) as Json[]).map(({ pointer }) => pointer as string);
  }

  /** The events whose type begins so, in their order. */
  async events(
    prefix: string,
  ): Promise<{ type: string; subject_id: string; data: Json; context: Json; sealed: boolean }[]> {
    const { rows } = await this.database.query(
      `SELECT type, subject_type, subject_id, data, context, sealed IS NOT NULL AS sealed FROM events
       WHERE starts_with(type, $1) ORDER BY seq`,
      [prefix],
    );
    return rows as { type: string; subject_id: string; data: Json; context: Json; sealed: boolean }[];
  }

  /** Every item of a list, page by page. */
  async all(path: string, limit: number): Promise<Json[]> {
    const items: Json[] = [];
    for (let cursor = ''; ;) {
      const query = `${path.includes('?') ? '&' : '?'}limit=${limit}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`;
      const body = await this.must(200, 'GET', `${path}${query}`);
      expect((body.items as Json[]).length).toBeLessThanOrEqual(limit);
      items.push(...(body.items as Json[]));
      if (body.nextCursor === null) return items;
      cursor = body.nextCursor as string;
    }
  }
}

export const NOBODY = '0192aaaa-0000-7000-8000-000000000000';
export const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string;
