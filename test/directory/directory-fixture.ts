import { DataSource } from 'typeorm';
import { Cursors, Entitlements, Groups, Listing, PagePositions, renderRows, Users } from '@provost/directory';
import type { PageOfRows, RequestContext } from '@provost/directory';
import { dataSourceOptions, statement, tenantDatabase, uuidV7, type TenantDatabase } from '@provost/entities';
import { EventSignal } from '@provost/event-log';
import {
  createRegistry,
  type Json,
  type JsonObject,
  LENIENT,
  parsePatch,
  parseProjection,
  parseResource,
  PATCH_URN,
  type SchemaRegistry,
  type SearchRequest,
} from '@provost/scim-protocol';
import { createTestDatabase } from '../support/database';

const ADD_TENANT = statement(
  'fixture.tenant',
  `INSERT INTO tenants (id, slug, name, created_at) VALUES ($1, $2, $2, now())`,
);
const ADD_CREDENTIAL = statement(
  'fixture.credential',
  `INSERT INTO credentials (tenant_id, id, kind, name, token_hash, created_at)
   VALUES ($1::uuid, $2::uuid, 'scim', 'fixture', decode(replace($2::text, '-', ''), 'hex'), now())`,
);

/** The directory without HTTP, on a database of its own: the classes that the product uses, on the product's connections. */
export class DirectoryFixture {
  readonly users: Users;
  readonly groups: Groups;
  readonly entitlements: Entitlements;
  readonly cursors = new Cursors(Buffer.alloc(32, 7));
  readonly listing: Listing;

  private constructor(
    readonly url: string,
    readonly dataSource: DataSource,
    readonly db: TenantDatabase,
    private readonly drop: () => Promise<void>,
    mostFound: number | undefined,
  ) {
    // Never started: nobody listens here.
    const signal = new EventSignal(url);
    this.users = new Users(db, signal);
    this.groups = new Groups(db, signal);
    this.entitlements = new Entitlements(db, signal);
    this.listing = new Listing(db, new PagePositions(db), this.cursors, mostFound);
  }

  /**
   * @param connections how many for writes and lists, how many lanes for point reads and as many for short writes, and whether they
   *   carry names of statements, as a direct connection does
   * @param mostFound as Listing takes it: less brings the readings of large directories about in small ones
   */
  static async open(
    connections: { pool?: number; lanes?: number; carriesNames?: boolean } = {},
    mostFound?: number,
  ): Promise<DirectoryFixture> {
    const { url, drop } = await createTestDatabase();
    const dataSource = await new DataSource(
      dataSourceOptions(url, connections.pool, connections.carriesNames),
    ).initialize();
    return new DirectoryFixture(
      url,
      dataSource,
      tenantDatabase(dataSource, { reads: connections.lanes, writes: connections.lanes }),
      drop,
      mostFound,
    );
  }

  async close(): Promise<void> {
    await this.db.close();
    await this.dataSource.destroy();
    await this.drop();
  }

  /** A new tenant, as a request with a credential of it sees it. */
  async tenant(registry: SchemaRegistry = createRegistry()): Promise<RequestContext> {
    const tenantId = uuidV7();
    await this.db.run('platform', ADD_TENANT, [tenantId, `t-${tenantId}`]);
    return this.credential(tenantId, registry);
  }

  /** A further credential of a tenant. */
  async credential(tenantId: string, registry: SchemaRegistry = createRegistry()): Promise<RequestContext> {
    const credentialId = uuidV7();
    await this.db.run({ tenantId }, ADD_CREDENTIAL, [tenantId, credentialId]);
    return {
      scope: { tenantId, credentialId },
      event: { actor: { type: 'scim', id: credentialId }, request: { id: 'test' } },
      profile: LENIENT,
      registry,
      baseUrl: 'https://provost.example/scim/v2',
    };
  }

  /** Creates a resource as a POST does. */
  async create(ctx: RequestContext, typeName: 'User' | 'Group' | 'Role', body: JsonObject): Promise<JsonObject> {
    const type = ctx.registry.type(typeName);
    const store = typeName === 'User' ? this.users : typeName === 'Group' ? this.groups : this.entitlements;
    const parsed = parseResource(type, body, ctx.profile);
    return JSON.parse((await store.create(ctx, type, parsed, parseProjection(type, {}))).text) as JsonObject;
  }

  /** A PATCH of a group. */
  async patchGroup(ctx: RequestContext, id: string, operations: Json[]): Promise<void> {
    const type = ctx.registry.type('Group');
    const body = { schemas: [PATCH_URN], Operations: operations };
    const { steps } = parsePatch(type, body, ctx.profile, { id });
    await this.groups.patch(ctx, type, id, undefined, steps, undefined);
  }

  page(ctx: RequestContext, typeName: string, request: Partial<SearchRequest>): Promise<PageOfRows> {
    return this.listing.page(ctx, ctx.registry.type(typeName), { startIndex: 1, sortOrder: 'ascending', ...request });
  }

  /** The resources of a page as a client reads them. */
  async list(ctx: RequestContext, typeName: string, request: Partial<SearchRequest> = {}): Promise<JsonObject[]> {
    const type = ctx.registry.type(typeName);
    const { rows } = await this.page(ctx, typeName, request);
    const resources: JsonObject[] = [];
    for await (const text of renderRows(this.db, ctx, type, rows, parseProjection(type, {})))
      resources.push(JSON.parse(text) as JsonObject);
    return resources;
  }

  /** Rows that nobody's policy hides: as the superuser that owns the test database. */
  async query<T>(sql: string, values: unknown[] = []): Promise<T[]> {
    return this.dataSource.query<T[]>(sql, values);
  }
}
