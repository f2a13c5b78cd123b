import { ConfigServer } from '../policy-documents/config-server';
import { type Answer, bearer, type Headers, type Json } from '../scim/scim-client';
import { startServer, type TestServer } from '../support/server';

/** What is asked: a permission, and where; without a place it is asked for nowhere in particular. */
export interface Question {
  readonly type?: string;
  readonly id?: string;
  readonly context?: unknown;
}

export interface Named {
  readonly roles: string[];
  readonly permissions: string[];
  readonly workspaces: string[];
}

/** A server of the file's own, as the app and the administrator of its default tenant ask it about access. */
export class AccessServer {
  private readonly others: TestServer[] = [];

  private constructor(readonly config: ConfigServer) {}

  static async start(environment: NodeJS.ProcessEnv = {}): Promise<AccessServer> {
    return new AccessServer(await ConfigServer.start(environment));
  }

  get scim() {
    return this.config.scim;
  }

  get resources() {
    return this.config.resources;
  }

  async stop(): Promise<void> {
    for (const other of this.others) await other.stop();
    await this.config.stop();
  }

  /** One more process' worth of server on the same database; its root. */
  async another(environment: NodeJS.ProcessEnv = { ROLE: 'api' }): Promise<TestServer> {
    const other = await startServer({ DATABASE_URL: this.scim.server.databaseUrl, ...environment });
    this.others.push(other);
    return other;
  }

  /** POST with the app's credential, unless `headers` have another. */
  post(path: string, body: unknown, headers: Headers = {}): Promise<Answer> {
    const own = { 'content-type': 'application/json', ...this.resources.as('app') };
    return this.scim.send('POST', path, body, { ...own, ...headers });
  }

  /** The answer to one evaluation. */
  async evaluate(userId: string, permission: string, question: Question = {}): Promise<Json & { decision: boolean }> {
    const { status, text, body } = await this.post('/access/v1/evaluation', asked(userId, permission, question));
    expect({ status, text }).toEqual({ status: 200, text });
    return body as Json & { decision: boolean };
  }

  /** The decision and, where it is no, the reason. */
  async decision(userId: string, permission: string, question: Question = {}): Promise<true | string> {
    const { decision, context } = await this.evaluate(userId, permission, question);
    return decision || ((context as Json).reason as string);
  }

  /** Everything that somebody has, with the sources. */
  async access(userId: string, headers?: Headers): Promise<Json & { roles: Json[]; permissions: Json[] }> {
    const body = await this.resources.must(200, 'GET', `/users/${userId}/access`, undefined, headers);
    return body as Json & { roles: Json[]; permissions: Json[] };
  }

  /** The names alone. */
  async names(userId: string): Promise<Named> {
    const { roles, permissions, workspaces } = (await this.access(userId)) as Record<keyof Named, Json[]>;
    return {
      roles: roles.map(({ role }) => role as string),
      permissions: permissions.map(({ permission }) => permission as string),
      workspaces: workspaces.map(({ workspace }) => workspace as string),
    };
  }

  async roles(userId: string): Promise<string[]> {
    return (await this.names(userId)).roles;
  }

  /** Adds members to a group or removes them, as Okta does. */
  async members(op: 'add' | 'remove', groupId: string, ...ids: string[]): Promise<void> {
    const operation =
      op === 'add'
        ? { op, path: 'members', value: ids.map((value) => ({ value })) }
        : { op, path: ids.map((id) => `value eq "${id}"`).reduce((a, b) => `${a} or ${b}`) };
    const patch = op === 'add' ? operation : { op, path: `members[${operation.path}]` };
    await this.patched(`/Groups/${groupId}`, patch);
  }

  /** Replaces an attribute of a user or group, as Okta does. */
  replace(path: string, attribute: string, value: unknown): Promise<void> {
    return this.patched(path, { op: 'replace', path: attribute, value });
  }

  async patched(path: string, operation: Json): Promise<void> {
    const { status, text } = await this.scim.patch(path, operation);
    expect({ ok: status === 200 || status === 204, text }).toEqual({ ok: true, text });
  }

  async deleted(path: string): Promise<void> {
    expect((await this.scim.scim('DELETE', path)).status).toBe(204);
  }

  put(name: string, document: unknown) {
    return this.config.put(name, document);
  }

  async workspaces(...keys: string[]): Promise<void> {
    for (const key of keys) await this.resources.must(201, 'PUT', `/workspaces/${key}`, { name: key });
  }

  async granted(userId: string, more: Json): Promise<string> {
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    const body = { userId, expiresAt, reason: 'spec', ...more };
    return (await this.resources.must(201, 'POST', '/grants', body)).id as string;
  }

  /** A credential of another tenant, which is made when it is new. */
  async foreign(slug: string, kind: string): Promise<Headers> {
    await this.scim.api('POST', '/tenants', { slug, name: slug });
    return bearer((await this.scim.credential({ kind }, { 'x-tenant': slug })).token);
  }
}

/** The body of an evaluation. */
export function asked(userId: string, permission: string, { type = 'app', id = 'x', context }: Question = {}): Json {
  return {
    subject: { type: 'user', id: userId },
    action: { name: permission },
    resource: { type, id },
    ...(context !== undefined && { context }),
  };
}
