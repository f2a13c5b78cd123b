import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { encodedPath, exchange, Json, WireAnswer } from './wire-client';

export const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
export const ENT = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

/** The server under test. */
export interface Server {
  readonly baseUrl: string;
  readonly apiUrl: string;
  readonly scimToken: string;
  readonly operatorToken: string;
  readonly databaseUrl: string;
}

/** The people of the vectors: `<U1>` is Ava in all of them. */
const PEOPLE: Readonly<Record<string, Json>> = {
  U1: { userName: 'ava@corp.example', displayName: 'Ava Lee', name: { givenName: 'Ava', familyName: 'Lee' } },
  U2: { userName: 'bo@corp.example', displayName: 'Bo Diaz', name: { givenName: 'Bo', familyName: 'Diaz' } },
  U3: { userName: 'cy@corp.example', displayName: 'Cy Roe', name: { givenName: 'Cy', familyName: 'Roe' } },
  U4: { userName: 'di@corp.example', displayName: 'Di Sol', name: { givenName: 'Di', familyName: 'Sol' } },
  U9: { userName: 'max@corp.example', displayName: 'Maxine Head', name: { givenName: 'Maxine', familyName: 'Head' } },
};

/** The directory during one vector, all of it made and read over SCIM. */
export class World {
  /** What the placeholders stand for: `U1` → id. */
  readonly names = new Map<string, string>();
  private readonly collections = new Set(['/Groups', '/Users']);

  constructor(readonly server: Server) {}

  /** Sends a SCIM request with the token; the path may hold placeholders, the query may be raw. */
  send(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<WireAnswer> {
    const filled = this.fill(path);
    return exchange({
      method,
      url: /^https?:/.test(filled) ? filled : this.server.baseUrl + encodedPath(filled),
      headers: {
        Authorization: `Bearer ${this.server.scimToken}`,
        Accept: 'application/scim+json',
        ...(body === undefined ? {} : { 'Content-Type': 'application/scim+json' }),
        ...headers,
      },
      body,
    });
  }

  /** Sends a request to the administration API as the operator, which stands for the tenant `default`. */
  api(method: string, path: string, body?: unknown): Promise<WireAnswer> {
    return exchange({
      method,
      url: `${new URL(this.server.apiUrl).origin}/api/v1${this.fill(path)}`,
      headers: {
        Authorization: `Bearer ${this.server.operatorToken}`,
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      body,
    });
  }

  /** The events of a type about a subject, as the log has them, the personal part not opened. */
  async events(type: string, subjectId: string): Promise<{ data: unknown; sealed: Buffer | null }[]> {
    const client = new Client({ connectionString: this.server.databaseUrl });
    await client.connect();
    try {
      const { rows } = await client.query<{ data: unknown; sealed: Buffer | null }>(
        'select data, sealed from events where type = $1 and subject_id = $2',
        [type, subjectId],
      );
      return rows;
    } finally {
      await client.end();
    }
  }

  /** Creates a user and binds the placeholder to the id; the defaults are the vectors' people. */
  async user(name: string, change: Json = {}): Promise<Json> {
    const person = PEOPLE[name] ?? { userName: `${name.toLowerCase()}@corp.example` };
    const emails = [{ value: change.userName ?? person.userName, type: 'work', primary: true }];
    return this.created(name, '/Users', { schemas: [CORE], active: true, emails, ...person, ...change });
  }

  /** Creates a group with the users that these placeholders name. */
  async group(name: string, displayName = 'Sales', members: readonly string[] = []): Promise<Json> {
    const value = members.map((member) => ({ value: this.id(member) }));
    return this.created(name, '/Groups', { schemas: [GROUP], displayName, members: value });
  }

  /** Creates many users, a few at a time, and returns their ids. */
  async crowd(
    count: number,
    describe: (n: number) => Json = (n) => ({ userName: `user${n}@corp.example` }),
  ): Promise<string[]> {
    const ids: string[] = [];
    let next = 0;
    const worker = async (): Promise<void> => {
      for (let n = next++; n < count; n = next++) {
        const { body } = await this.expect(201, 'POST', '/Users', { schemas: [CORE], ...describe(n) });
        ids.push(String(body.id));
      }
    };
    await Promise.all(Array.from({ length: 8 }, worker));
    return ids;
  }

  /** Creates a resource of any type and binds the placeholder to its id. */
  async created(name: string, path: string, resource: Json): Promise<Json> {
    const { body } = await this.expect(201, 'POST', path, JSON.parse(this.fill(JSON.stringify(resource))));
    this.names.set(name, String(body.id));
    this.collections.add(path);
    return body;
  }

  /** Reads `/Users/<U1>` or another path that must be there. */
  async read(path: string): Promise<Json> {
    return (await this.expect(200, 'GET', path)).body;
  }

  /** The resources that a filter finds, at most a hundred. */
  async found(type: '/Users' | '/Groups', filter: string): Promise<Json[]> {
    const { body } = await this.expect(200, 'GET', `${type}?filter=${encodeURIComponent(this.fill(filter))}&count=100`);
    return body.Resources as Json[];
  }

  /** The ids in a group, in no order that means anything. */
  async membersOf(name: string): Promise<string[]> {
    const { members } = await this.read(`/Groups/<${name}>`);
    return ((members ?? []) as { value: string }[]).map((m) => m.value).sort();
  }

  /** A PATCH that must succeed. */
  async patched(path: string, ...Operations: Json[]): Promise<void> {
    const { status, text } = await this.send('PATCH', path, { schemas: [PATCH_OP], Operations });
    if (status !== 200 && status !== 204) throw new Error(`PATCH ${path} answered ${status}: ${text}`);
  }

  /** The id that a placeholder stands for. Throws when nothing was created under that name. */
  id(name: string): string {
    const id = this.names.get(name);
    if (!id) throw new Error(`Nothing is arranged as <${name}>.`);
    return id;
  }

  /** The ids of several placeholders, sorted as {@link membersOf} does. */
  ids(...names: string[]): string[] {
    return names.map((name) => this.id(name)).sort();
  }

  /** Puts ids and the base URL where a text has placeholders; `<missing>` and `<unknown>` are ids that nobody has. */
  fill(text: string): string {
    return text
      .replaceAll('<base>', this.server.baseUrl)
      .replaceAll('<token>', this.server.scimToken)
      .replace(/<u1-upper-case>/g, () => this.id('U1').toUpperCase())
      .replace(/<(missing|unknown)>/g, (_, name: string) => {
        const id = this.names.get(name) ?? randomUUID();
        this.names.set(name, id);
        return id;
      })
      .replace(/<([A-Z]+\d+)>/g, (placeholder, name: string) => this.names.get(name) ?? placeholder);
  }

  /** Empties the directory over SCIM, so that each vector starts with nobody. */
  async clear(): Promise<void> {
    this.names.clear();
    for (const path of this.collections) {
      for (;;) {
        const { body } = await this.expect(200, 'GET', `${path}?count=200&attributes=id`);
        const resources = body.Resources as { id: string }[];
        if (!resources.length) break;
        await Promise.all(resources.map(({ id }) => this.expect(204, 'DELETE', `${path}/${id}`)));
      }
    }
  }

  private async expect(status: number, method: string, path: string, body?: unknown): Promise<WireAnswer> {
    const answer = await this.send(method, path, body);
    if (answer.status !== status)
      throw new Error(`${method} ${this.fill(path)} answered ${answer.status}: ${answer.text.slice(0, 500)}`);
    return answer;
  }
}
