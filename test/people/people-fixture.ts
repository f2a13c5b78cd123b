import { Client } from 'pg';
import { type Answer, bearer, type Json, ScimServer } from '../scim/scim-client';

export type Person = Json & { id: string; profile: Json };

/** A server with the app's view of people, and documents that are put into force. */
export class People {
  private constructor(
    readonly scim: ScimServer,
    readonly database: Client,
  ) {}

  static async start(): Promise<People> {
    const scim = await ScimServer.start();
    const database = new Client({ connectionString: scim.server.databaseUrl });
    await database.connect();
    return new People(scim, database);
  }

  async stop(): Promise<void> {
    await this.database?.end();
    await this.scim?.stop();
  }

  /** Puts the next version of a document into force. */
  async put(name: string, document: object): Promise<void> {
    const answer = await this.scim.api('PUT', `/config/${name}`, document);
    if (answer.status !== 200 && answer.status !== 201)
      throw new Error(`${name} answered ${answer.status}: ${answer.text}`);
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
