import { Agent, request } from 'node:http';
import { startServer, type TestServer } from '../support/server';

export const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const CUSTOM = 'urn:ietf:params:scim:schemas:extension:custom:2.0:User';
export const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
export const SEARCH = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest';
export const BULK = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
export const LIST = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';
export const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error';

export type Json = Record<string, unknown>;
export type Headers = Readonly<Record<string, string>>;

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** The parsed body; an empty object when there is none. */
  readonly body: Json;
}

/** A server of the file's own, and requests to it as they are given: nothing is encoded, followed or repaired. */
export class ScimServer {
  private names = 0;
  private readonly agent = new Agent({ keepAlive: true });

  private constructor(readonly server: TestServer) {}

  static async start(environment: NodeJS.ProcessEnv = {}): Promise<ScimServer> {
    return new ScimServer(await startServer(environment));
  }

  stop(): Promise<void> {
    this.agent.destroy();
    return this.server.stop();
  }

  /** To the SCIM base URL, with the tenant's token unless `headers` have another. */
  scim(method: string, path: string, body?: unknown, headers: Headers = {}): Promise<Answer> {
    const type: Headers = body === undefined ? {} : { 'content-type': 'application/scim+json' };
    return this.send(method, `/scim/v2${path}`, body, {
      authorization: `Bearer ${this.server.scimToken}`,
      ...type,
      ...headers,
    });
  }

  /** To the administration API, as the operator unless `headers` have another token. */
  api(method: string, path: string, body?: unknown, headers: Headers = {}): Promise<Answer> {
    const type: Headers = body === undefined ? {} : { 'content-type': 'application/json' };
    return this.send(method, `/api/v1${path}`, body, {
      authorization: `Bearer ${this.server.operatorToken}`,
      ...type,
      ...headers,
    });
  }

  send(method: string, path: string, body: unknown, headers: Headers): Promise<Answer> {
    const { hostname, port } = new URL(this.server.apiUrl);
    const payload =
      body === undefined || typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const length = payload === undefined ? {} : { 'content-length': Buffer.byteLength(payload) };
      // What is refused before it has been read leaves a connection that is of no further use.
      const agent = payload !== undefined && payload.length > 1_000_000 ? false : this.agent;
      const options = { hostname, port, method, path, headers: { ...length, ...headers }, agent };
      const outgoing = request(options, (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          resolve({ status: incoming.statusCode!, headers: incoming.headers, text, body: parsed(text) });
        });
      });
      outgoing.on('error', reject);
      outgoing.end(payload);
    });
  }

  /** A body for POST /Users that nobody else has. */
  user(more: Json = {}): Json {
    return { schemas: [USER], userName: `user${++this.names}@corp.example`, ...more };
  }

  /** Creates one. @returns the body of the answer */
  async created(endpoint: string, body: Json): Promise<Json & { id: string }> {
    const answer = await this.scim('POST', endpoint, body);
    if (answer.status !== 201) throw new Error(`${endpoint} answered ${answer.status}: ${answer.text}`);
    return answer.body as Json & { id: string };
  }

  createdUser(more: Json = {}): Promise<Json & { id: string }> {
    return this.created('/Users', this.user(more));
  }

  createdGroup(displayName: string, members: readonly string[] = []): Promise<Json & { id: string }> {
    const body = { schemas: [GROUP], displayName, members: members.map((value) => ({ value })) };
    return this.created('/Groups', body);
  }

  patch(path: string, ...operations: unknown[]): Promise<Answer> {
    return this.scim('PATCH', path, { schemas: [PATCH_OP], Operations: operations });
  }

  async read(path: string): Promise<Json> {
    return (await this.scim('GET', path)).body;
  }

  /** A credential of the tenant, made by the operator. @returns what POST /credentials answers */
  async credential(input: Json, headers: Headers = {}): Promise<Json & { id: string; token: string }> {
    const answer = await this.api('POST', '/credentials', { name: 'spec', ...input }, headers);
    if (answer.status !== 201) throw new Error(`credentials answered ${answer.status}: ${answer.text}`);
    return answer.body as Json & { id: string; token: string };
  }
}

export const bearer = (token: string): Headers => ({ authorization: `Bearer ${token}` });

/** A filter as a query. */
export const filter = (text: string): string => `filter=${encodeURIComponent(text)}`;

/** Fails unless the answer is a SCIM error of that status and type whose detail is a sentence (RFC 7644 §3.12). */
export function expectScimError(answer: Answer, status: number, scimType?: string): void {
  const { status: _, ...rest } = answer.body;
  expect({ status: answer.status, text: answer.text }).toMatchObject({ status });
  expect(answer.headers['content-type']).toBe('application/scim+json');
  expect(answer.body).toMatchObject({ schemas: [ERROR], status: String(status) });
  expect(rest.scimType).toBe(scimType);
  // It may begin with the name of an attribute.
  expect(answer.body.detail).toMatch(/^\S+ .*\.$/s);
}

function parsed(text: string): Json {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Json) : {};
  } catch {
    return {};
  }
}
