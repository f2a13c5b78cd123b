import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { statement, TenantDatabase } from '@provost/entities';
import { type EventContext, EventSignal, eventValues, insertEvents } from '@provost/event-log';
import {
  BadRequest,
  Conflict,
  createRegistry,
  type Json,
  type JsonObject,
  parseExtensionSchema,
  type Schema,
  type SchemaRegistry,
} from '@provost/scim-protocol';

const LIST = statement(
  'schema.list',
  `SELECT urn, resource_type, definition, created_at FROM tenant_schemas WHERE tenant_id = $1::uuid ORDER BY created_at, urn`,
);
/** URNs count in any case (RFC 7643 §2.1 and §10.2.1). The change and its event are one statement. */
const ADD = statement(
  'schema.add',
  `WITH s AS (INSERT INTO tenant_schemas (tenant_id, urn, resource_type, definition, created_at)
     SELECT $1::uuid, $2::text, $3::text, $4::json, $5::timestamptz
     WHERE NOT EXISTS (SELECT FROM tenant_schemas t WHERE t.tenant_id = $1::uuid AND lower(t.urn) = lower($2::text))
     ON CONFLICT DO NOTHING RETURNING urn),
   e AS (${insertEvents('$1::uuid', 5, ', s')})
   SELECT urn FROM s`,
);
interface SchemaRow {
  urn: string;
  resource_type: 'User' | 'Group';
  definition: Schema;
}
/** An extension as the administration API shows it. */
export interface ExtensionView extends Schema {
  readonly urn: string;
  readonly resourceType: 'User' | 'Group';
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

  async list(tenantId: string): Promise<ExtensionView[]> {
    return (await this.rows(tenantId)).map((row) => view(row.resource_type, row.definition));
  }

  /**
   * Adds an extension; `/Schemas` and `/ResourceTypes` show it at once.
   * @throws BadRequest invalidValue for a definition that does not fit, Conflict when the URN is taken
   */
  async add(tenantId: string, body: Json, context: EventContext): Promise<ExtensionView> {
    const schema = parseExtensionSchema(body);
    const resourceType = (body as JsonObject).resourceType ?? 'User';
    if (resourceType !== 'User' && resourceType !== 'Group')
      throw new BadRequest('invalidValue', '"resourceType" must be "User" or "Group".');
    createRegistry([...(await this.extensions(tenantId)), { resourceType, schema }]);
    const data = { document: 'schemas', urn: schema.id };
    const event = { type: 'config.changed', subjectType: 'Tenant', subjectId: tenantId, data } as const;
    const added = await this.db.run({ tenantId }, ADD, [
      tenantId,
      schema.id,
      resourceType,
      JSON.stringify(schema),
      ...eventValues(new Date(), context, [event]),
    ]);
    if (!added.length) throw new Conflict(`There is a schema "${schema.id}" already.`, 'uniqueness');
    this.signal.announce();
    await this.signal.tell(SCHEMAS_CHANGED);
    return view(resourceType, schema);
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

function view(resourceType: 'User' | 'Group', schema: Schema): ExtensionView {
  return { urn: schema.id, resourceType, ...schema };
}
