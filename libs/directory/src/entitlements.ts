import {
  changes,
  type JsonObject,
  type ParsedResource,
  type Projection,
  type ResourceType,
} from '@provost/scim-protocol';
import { isUuid, statement, uuidV7, type TenantDatabase } from '@provost/entities';
import { eventValues, insertEvents, type EventSignal, type NewEvent } from '@provost/event-log';
import { notFound, requireVersion } from './faults';
import { groupRow, storedResource } from './group-row';
import { idTime } from './id-time';
import { retryLostRace } from './lost-race';
import { render, type Rendered, type ResourceRow } from './rendering';
import type { RequestContext } from './request-context';

const GET = statement(
  'entitlement.get',
  `SELECT id, resource::text, created_at, updated_at, version FROM entitlements
   WHERE tenant_id = $1::uuid AND id = $2::uuid AND resource_type = $3`,
);
const CREATE = statement(
  'entitlement.create',
  `WITH r AS (INSERT INTO entitlements (tenant_id, id, resource_type, display_name, display_name_key, external_id,
       created_at, updated_at, resource)
     VALUES ($1::uuid, $2::uuid, $3, $4, $5, $6, $8::timestamptz, $8::timestamptz, $7::json) RETURNING id),
   e AS (${insertEvents('$1::uuid', 8, ', r')})
   SELECT id FROM r`,
);
const UPDATE = statement(
  'entitlement.update',
  `WITH r AS (UPDATE entitlements SET display_name = $4, display_name_key = $5, external_id = $6, resource = $7::json,
       version = version + 1, updated_at = $8::timestamptz
     WHERE tenant_id = $1::uuid AND id = $2::uuid AND version = $3 RETURNING id),
   e AS (${insertEvents('$1::uuid', 8, ', r')})
   SELECT id FROM r`,
);
const DELETE = statement(
  'entitlement.delete',
  `WITH r AS (DELETE FROM entitlements WHERE tenant_id = $1::uuid AND id = $2::uuid AND version = $3 RETURNING id),
   e AS (${insertEvents('$1::uuid', 4, ', r')})
   SELECT id FROM r`,
);

/** Okta's Roles and Entitlements: what its governance discovers here and assigns to users (catalogue §1.9). */
export class Entitlements {
  constructor(
    private readonly db: TenantDatabase,
    private readonly signal: EventSignal,
  ) {}

  /** @throws NotFound */
  async get(ctx: RequestContext, type: ResourceType, id: string, projection: Projection): Promise<Rendered> {
    return render(type, await this.read(ctx, type, id), '', projection, ctx.baseUrl);
  }

  async create(
    ctx: RequestContext,
    type: ResourceType,
    parsed: ParsedResource,
    projection: Projection,
    id = uuidV7(),
  ): Promise<Rendered> {
    const at = idTime(id);
    const resource = storedResource(id, parsed.resource);
    const row = groupRow(resource);
    await this.db.write(ctx.scope, CREATE, [
      ctx.scope.tenantId,
      id,
      type.name,
      row.displayName,
      row.displayNameKey,
      row.externalId,
      row.resource,
      ...eventValues(at, ctx.event, [this.event(type, id, undefined, resource)]),
    ]);
    this.signal.announce();
    const fresh = { id, resource: row.resource, created_at: at, updated_at: at, version: 1 };
    return render(type, fresh, '', projection, ctx.baseUrl);
  }

  /** @throws NotFound, PreconditionFailed, and what `edit` throws */
  async edit(
    ctx: RequestContext,
    type: ResourceType,
    id: string,
    ifMatch: string | undefined,
    projection: Projection,
    edit: (current: JsonObject) => JsonObject,
  ): Promise<Rendered> {
    return retryLostRace(`${type.name} ${id}`, async () => {
      const row = await this.read(ctx, type, id);
      requireVersion(ifMatch, row.version);
      const current = JSON.parse(row.resource) as JsonObject;
      const resource = storedResource(id, edit(current));
      if (!changes(type, current, resource).length) return render(type, row, '', projection, ctx.baseUrl);
      const next = groupRow(resource);
      const at = new Date();
      const written = await this.db.write(ctx.scope, UPDATE, [
        ctx.scope.tenantId,
        id,
        row.version,
        next.displayName,
        next.displayNameKey,
        next.externalId,
        next.resource,
        ...eventValues(at, ctx.event, [this.event(type, id, current, resource)]),
      ]);
      if (!written.length) return undefined;
      this.signal.announce();
      const after = { ...row, resource: next.resource, version: row.version + 1, updated_at: at };
      return render(type, after, '', projection, ctx.baseUrl);
    });
  }

  /** @throws NotFound, PreconditionFailed */
  async delete(ctx: RequestContext, type: ResourceType, id: string, ifMatch: string | undefined): Promise<void> {
    await retryLostRace(`${type.name} ${id}`, async () => {
      const row = await this.read(ctx, type, id);
      requireVersion(ifMatch, row.version);
      const event = this.event(type, id, JSON.parse(row.resource) as JsonObject, undefined);
      const values = [ctx.scope.tenantId, id, row.version, ...eventValues(new Date(), ctx.event, [event])];
      return (await this.db.write(ctx.scope, DELETE, values)).length ? true : undefined;
    });
    this.signal.announce();
  }

  private async read(ctx: RequestContext, type: ResourceType, id: string): Promise<ResourceRow> {
    const [row] = isUuid(id)
      ? await this.db.read<ResourceRow>(ctx.scope, GET, [ctx.scope.tenantId, id, type.name])
      : [];
    if (!row) throw notFound(type.name, id);
    return row;
  }

  private event(type: ResourceType, id: string, from: JsonObject | undefined, to: JsonObject | undefined): NewEvent {
    return {
      type: from ? (to ? 'entitlement.updated' : 'entitlement.deleted') : 'entitlement.created',
      subjectType: type.name,
      subjectId: id,
      data: { displayName: (to ?? from)!.displayName, changes: changes(type, from, to) },
    };
  }
}
