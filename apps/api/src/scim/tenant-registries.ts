import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { statement, TenantDatabase } from '@provost/entities';
import { appendEvents, type EventContext, EventSignal } from '@provost/event-log';
import {
  Conflict,
  createRegistry,
  type Json,
  parseExtensionSchema,
  type Schema,
  type SchemaRegistry,
} from '@provost/scim-protocol';

const LIST = statement(
  'schema.list',
  `SELECT urn, resource_type, definition, created_at FROM tenant_schemas WHERE tenant_id = $1::uuid ORDER BY created_at, urn`,
);
const ADD = statement(
  'schema.add',
  `INSERT INTO tenant_schemas (tenant_id, urn, resource_type, definition, created_at)
   VALUES ($1::uuid, $2, $3, $4::json, now()) ON CONFLICT DO NOTHING RETURNING urn`,
);
interface SchemaRow {
  urn: string;
  resource_type: 'User' | 'Group';
  definition: Schema;
}
/** Told to all instances when a tenant adds a schema. */
const SCHEMAS_CHANGED = 'schemas';

/** The resource types of each tenant: the standard ones with its own extensions. */
@Injectable()
export class TenantRegistries {
  private readonly standard = createRegistry();
  private readonly known = new LRUCache<string, Promise<SchemaRegistry>>({ max: 1_000, ttl: 60_000 });

  constructor(
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(EventSignal) private readonly signal: EventSignal,
  ) {
    signal.onTopic(SCHEMAS_CHANGED, () => this.known.clear());
  }

  of(tenantId: string): Promise<SchemaRegistry> {
    let registry = this.known.get(tenantId);
    if (!registry) {
      registry = this.load(tenantId);
      this.known.set(tenantId, registry);
      registry.catch(() => this.known.delete(tenantId));
    }
    return registry;
  }

  async list(tenantId: string): Promise<Schema[]> {
    return (await this.rows(tenantId)).map((row) => row.definition);
  }

  /**
   * Adds an extension; `/Schemas` and `/ResourceTypes` show it at once.
   * @throws BadRequest invalidValue for a definition that does not fit, Conflict when the URN is taken
   */
  async add(tenantId: string, body: Json, context: EventContext): Promise<Schema> {
    const schema = parseExtensionSchema(body);
    const resourceType = (body as { resourceType?: unknown }).resourceType === 'Group' ? 'Group' : 'User';
    createRegistry([...(await this.extensions(tenantId)), { resourceType, schema }]);
    const added = await this.db.run({ tenantId }, ADD, [tenantId, schema.id, resourceType, JSON.stringify(schema)]);
    if (!added.length) throw new Conflict(`There is a schema ${schema.id} already.`, 'uniqueness');
    const data = { document: 'schemas', urn: schema.id };
    await appendEvents(this.db, { tenantId }, context, [
      { type: 'config.changed', subjectType: 'Tenant', subjectId: tenantId, data },
    ]);
    this.signal.announce();
    await this.signal.tell(SCHEMAS_CHANGED);
    return schema;
  }

  private async load(tenantId: string): Promise<SchemaRegistry> {
    const extensions = await this.extensions(tenantId);
    return extensions.length ? createRegistry(extensions) : this.standard;
  }

  private async extensions(tenantId: string) {
    return (await this.rows(tenantId)).map((row) => ({ resourceType: row.resource_type, schema: row.definition }));
  }

  private rows(tenantId: string): Promise<SchemaRow[]> {
    return this.db.read<SchemaRow>({ tenantId }, LIST, [tenantId]);
  }
}
