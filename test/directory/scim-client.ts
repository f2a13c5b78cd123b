import { exchange, type Json, type WireAnswer } from '../wire/wire-client';
import type { TestServer } from '../support/server';

export const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/** A provisioning client with a credential of its own. */
export class ScimClient {
  constructor(
    private readonly server: TestServer,
    private readonly token: string,
    readonly tenantId: string,
    readonly credentialId: string,
  ) {}

  /** A client of a new tenant. */
  static async ofNewTenant(server: TestServer, slug: string): Promise<ScimClient> {
    const { body } = await administrate(server, 'POST', 'tenants', { slug, name: slug });
    return ScimClient.ofTenant(server, slug, String(body.id));
  }

  /** One more client of a tenant. */
  static async ofTenant(server: TestServer, slug: string, tenantId: string): Promise<ScimClient> {
    const { body } = await administrate(server, 'POST', 'credentials', { kind: 'scim', name: 'spec' }, slug);
    return new ScimClient(server, String(body.token), tenantId, String(body.id));
  }

  send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<WireAnswer> {
    return exchange({
      method,
      url: `${this.server.baseUrl}${path}`,
      headers: {
        authorization: `Bearer ${this.token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/scim+json' }),
        ...headers,
      },
      body,
    });
  }

  /** Sends what must succeed. @throws Error with the answer when the status is no 2xx */
  async must(method: string, path: string, body?: unknown): Promise<Json> {
    const answer = await this.send(method, path, body);
    if (answer.status > 299)
      throw new Error(`${method} ${path} answered ${answer.status}: ${answer.text.slice(0, 500)}`);
    return answer.body;
  }

  /** @returns the id */
  async user(userName: string, more: Json = {}): Promise<string> {
    return String((await this.must('POST', '/Users', { schemas: [USER], userName, ...more })).id);
  }

  /** @returns the id */
  async group(displayName: string, members: readonly string[] = []): Promise<string> {
    const value = members.map((id) => ({ value: id }));
    return String((await this.must('POST', '/Groups', { schemas: [GROUP], displayName, members: value })).id);
  }

  patch(path: string, ...Operations: Json[]): Promise<WireAnswer> {
    return this.send('PATCH', path, { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations });
  }

  /** The results of a bulk request, in the order in which they came. */
  async bulk(Operations: readonly Json[], failOnErrors?: number): Promise<BulkResult[]> {
    const schemas = ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'];
    const body = await this.must('POST', '/Bulk', { schemas, Operations, ...(failOnErrors ? { failOnErrors } : {}) });
    return body.Operations as BulkResult[];
  }

  async members(groupId: string): Promise<string[]> {
    const { members } = await this.must('GET', `/Groups/${groupId}`);
    return ((members ?? []) as { value: string }[]).map(({ value }) => value).sort();
  }

  async list(type: '/Users' | '/Groups', query: Record<string, string | number>): Promise<ListAnswer> {
    const parameters = new URLSearchParams(
      Object.entries(query).map(([name, value]): [string, string] => [name, `${value}`]),
    );
    return (await this.must('GET', `${type}?${parameters}`)) as unknown as ListAnswer;
  }
}

export interface BulkResult {
  readonly method: string;
  readonly bulkId?: string;
  readonly status: string;
  readonly location?: string;
  readonly version?: string;
  readonly response?: { scimType?: string; detail?: string };
}
export interface ListAnswer {
  readonly totalResults: number;
  readonly startIndex?: number;
  readonly itemsPerPage: number;
  readonly nextCursor?: string;
  readonly Resources: (Json & { id: string })[];
}

/** A request of the operator, for a tenant or for none. */
export async function administrate(
  server: TestServer,
  method: string,
  path: string,
  body?: unknown,
  slug?: string,
): Promise<WireAnswer> {
  const answer = await exchange({
    method,
    url: `${server.apiUrl}/api/v1/${path}`,
    headers: {
      authorization: `Bearer ${server.operatorToken}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(slug === undefined ? {} : { 'x-tenant': slug }),
    },
    body,
  });
  if (answer.status > 299) throw new Error(`${method} ${path} answered ${answer.status}: ${answer.text}`);
  return answer;
}
