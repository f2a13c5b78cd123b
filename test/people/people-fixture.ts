import { Client } from 'pg';
import { type Answer, bearer, type Json, ScimServer } from '../scim/scim-client';

export type Person = Json & { id: string; profile: Json };

/** A server with the app's view of people, and documents that are put into force. */
export class People {
  private constructor(
    readonly scim: ScimServer,
    readonly database: Client,
    readonly tenantId: string,
  ) {}

  static async start(): Promise<People> {
    const scim = await ScimServer.start();
    const database = new Client({ connectionString: scim.server.databaseUrl });
    await database.connect();
    const { id } = (await scim.api('GET', '/tenant')).body as { id: string };
    return new People(scim, database, id);
  }

  async stop(): Promise<void> {
    await this.database?.end();
    await this.scim?.stop();
  }

  /** The next version of a document, as a put leaves it in the database. */
  async put(name: string, document: object): Promise<void> {
    await this.database.query(
      `WITH h AS (INSERT INTO policy_heads (tenant_id, name, version) VALUES ($1, $2, 1)
         ON CONFLICT (tenant_id, name) DO UPDATE SET version = policy_heads.version + 1 RETURNING version),
       d AS (INSERT INTO policy_documents (tenant_id, name, version, document, created_at, created_by)
         SELECT $1, $2, h.version, $3, now(), '{}' FROM h)
       INSERT INTO access_versions (tenant_id, documents) VALUES ($1, 1)
         ON CONFLICT (tenant_id) DO UPDATE SET documents = access_versions.documents + 1`,
      [this.tenantId, name, JSON.stringify(document)],
    );
  }

  async get(id: string): Promise<Person> {
    const answer = await this.scim.api('GET', `/users/${id}`);
    if (answer.status !== 200) throw new Error(`users/${id} answered ${answer.status}: ${answer.text}`);
    return answer.body as Person;
  }

  async profile(id: string): Promise<Json> {
    return (await this.get(id)).profile;
  }

  /** What the app does. */
  change(id: string, profile: Json): Promise<Answer> {
    return this.scim.api('PATCH', `/users/${id}`, { profile });
  }

  /** What Okta does. */
  async replace(id: string, path: string, value: unknown): Promise<void> {
    const answer = await this.scim.patch(`/Users/${id}`, { op: 'replace', path, value });
    if (answer.status !== 200) throw new Error(`PATCH answered ${answer.status}: ${answer.text}`);
  }

  /** Events about a person of one type, oldest first: data in clear and what is encrypted. */
  async events(id: string, type: string): Promise<{ data: Json; sealed: boolean }[]> {
    const { rows } = await this.database.query<{ data: Json; sealed: boolean }>(
      `SELECT data, sealed IS NOT NULL AS sealed FROM events WHERE subject_id = $1 AND type = $2 ORDER BY seq`,
      [id, type],
    );
    return rows;
  }

  async list(query = '', token?: string): Promise<{ items: Person[]; nextCursor: string | null }> {
    const { body } = await this.scim.api('GET', `/users${query}`, undefined, token ? bearer(token) : {});
    return body as unknown as { items: Person[]; nextCursor: string | null };
  }
}
