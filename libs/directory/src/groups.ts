import {
  applyPatch,
  splitMembers,
  type JsonObject,
  type Member,
  type MemberStep,
  type ParsedResource,
  type PatchStep,
  type Projection,
  type ResourceType,
} from '@provost/scim-protocol';
import { isUuid, statement, uuidV7, type TenantDatabase } from '@provost/entities';
import { eventValues, insertEvents, type EventSignal } from '@provost/event-log';
import { notFound, requireVersion } from './faults';
import { membersText, membersUrls, MEMBERS_OF_GROUP } from './group-members';
import { groupEvents, groupRow, storedResource } from './group-row';
import { idTime } from './id-time';
import { MemberDelta } from './member-delta';
import { memberDeltas, MemberWrites } from './member-writes';
import { etag, render, type Rendered, type ResourceRow } from './rendering';
import type { RequestContext } from './request-context';
import { retryLostRace } from './lost-race';

interface GroupReadRow extends ResourceRow {
  member_count: number;
}

const GET = statement(
  'group.get',
  `SELECT id, resource::text, created_at, updated_at, version, member_count
   FROM groups WHERE tenant_id = $1::uuid AND id = $2::uuid`,
);
const LOCK = statement(
  'group.lock',
  `SELECT id, resource::text, created_at, updated_at, version, member_count
   FROM groups WHERE tenant_id = $1::uuid AND id = $2::uuid FOR NO KEY UPDATE`,
);
const LOCK_DELETED = statement('group.lock_deleted', LOCK.text.replace('FOR NO KEY UPDATE', 'FOR UPDATE'));
const CREATE = statement(
  'group.create',
  `WITH g AS (INSERT INTO groups (tenant_id, id, display_name, display_name_key, external_id, created_at, updated_at, resource)
     VALUES ($1::uuid, $2::uuid, $3, $4, $5, $7::timestamptz, $7::timestamptz, $6::json) RETURNING id),
   e AS (${insertEvents('$1::uuid', 7, ', g')})
   SELECT id FROM g`,
);
const LOCK_PARENTS = statement(
  'group.lock_parents',
  `SELECT g.id FROM groups g WHERE g.tenant_id = $1::uuid AND g.id IN
     (SELECT m.group_id FROM memberships m WHERE m.tenant_id = $1::uuid AND m.member_id = $2::uuid)
   ORDER BY g.id FOR NO KEY UPDATE`,
);
/** Does nothing when the group is meanwhile in another one than those that were locked ($12). */
const DELETE = statement(
  'group.delete',
  `WITH d AS (DELETE FROM groups WHERE tenant_id = $1::uuid AND id = $2::uuid AND NOT EXISTS (SELECT FROM memberships o
       WHERE o.tenant_id = $1::uuid AND o.member_id = $2::uuid AND o.group_id <> $2::uuid AND o.group_id <> ALL($12::uuid[]))
     RETURNING id, display_name),
   m AS (DELETE FROM memberships USING d WHERE tenant_id = $1::uuid AND group_id = $2::uuid RETURNING member_id, member_type),
   p AS (DELETE FROM memberships USING d WHERE tenant_id = $1::uuid AND member_id = $2::uuid AND group_id <> $2::uuid
     RETURNING group_id),
   up AS (UPDATE groups SET member_count = member_count - 1, version = version + 1, updated_at = $3::timestamptz FROM p
     WHERE groups.tenant_id = $1::uuid AND groups.id = p.group_id RETURNING groups.id, groups.display_name),
   moved AS (INSERT INTO events (tenant_id, id, occurred_at, type, subject_type, subject_id, group_id, context, data)
     SELECT $1::uuid, uuid_v7(), $3::timestamptz, 'group.member_removed', x.member_type, x.member_id, x.group_id, $4::json,
       json_build_object('group', x.display_name)
     FROM (SELECT m.member_type, m.member_id, d.id AS group_id, d.display_name FROM m, d
       UNION ALL SELECT 'Group', $2::uuid, up.id, up.display_name FROM up) x RETURNING seq),
   e AS (${insertEvents('$1::uuid', 3, ', d, (SELECT count(*) FROM moved) AS left_before')})
   SELECT id FROM d`,
);

/** Groups and who is in them. */
export class Groups {
  private readonly members: MemberWrites;

  constructor(
    private readonly db: TenantDatabase,
    private readonly signal: EventSignal,
  ) {
    this.members = new MemberWrites(db);
  }

  /** Members are read only when they are wanted. @throws NotFound */
  async get(ctx: RequestContext, type: ResourceType, id: string, projection: Projection): Promise<Rendered> {
    if (!isUuid(id)) throw notFound('Group', id);
    const [row] = await this.db.read<GroupReadRow>(ctx.scope, GET, [ctx.scope.tenantId, id]);
    if (!row) throw notFound('Group', id);
    return this.rendered(ctx, type, row, projection);
  }

  /** @throws BadRequest invalidValue for a member that nobody has, under the strict profile */
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
    const values = [ctx.scope.tenantId, id, row.displayName, row.displayNameKey, row.externalId, row.resource];
    const create = [...values, ...eventValues(at, ctx.event, groupEvents(type, id, undefined, resource))];
    const delta = new MemberDelta();
    delta.add(parsed.members ?? []);
    let version = 1;
    if (delta.isEmpty) await this.db.write(ctx.scope, CREATE, create);
    else
      await this.db.transaction(ctx.scope, async (tx) => {
        await tx.query(CREATE, create);
        version = (await this.members.apply(ctx, tx, id, delta, at)).version ?? 1;
      });
    this.signal.announce();
    const fresh = {
      id,
      resource: row.resource,
      created_at: at,
      updated_at: at,
      version,
      member_count: delta.added.size,
    };
    return this.rendered(ctx, type, fresh, projection);
  }

  /** PUT: the attributes that `put` makes, and exactly the members that were sent. @throws NotFound, PreconditionFailed */
  async replace(
    ctx: RequestContext,
    type: ResourceType,
    id: string,
    ifMatch: string | undefined,
    parsed: ParsedResource,
    put: (current: JsonObject) => JsonObject,
    projection: Projection,
  ): Promise<Rendered> {
    const delta = new MemberDelta();
    // K9: what a PUT leaves out is cleared, members included.
    delta.removeAll();
    delta.add(parsed.members ?? []);
    const row = await this.change(ctx, type, id, ifMatch, put, [delta]);
    return this.rendered(ctx, type, row, projection);
  }

  /** @returns the group when `answer` is set, else nothing was read for it. @throws NotFound, PreconditionFailed */
  async patch(
    ctx: RequestContext,
    type: ResourceType,
    id: string,
    ifMatch: string | undefined,
    steps: readonly PatchStep[],
    projection: Projection | undefined,
  ): Promise<Rendered | undefined> {
    if (!isUuid(id)) throw notFound('Group', id);
    const { attributeSteps, memberSteps } = splitMembers(steps, ctx.profile);
    const deltas = memberDeltas(memberSteps);
    const single = deltas.length === 1 && deltas[0] instanceof MemberDelta && !deltas[0].reset ? deltas[0] : undefined;
    const strict = ctx.profile.unknownMember === 'reject';
    if (single && !attributeSteps.length && ifMatch === undefined && !strict) {
      if (!(await this.members.change(ctx, id, single))) throw notFound('Group', id);
      this.signal.announce();
    } else
      await this.change(ctx, type, id, ifMatch, (now) => applyPatch(type, now, attributeSteps, ctx.profile), deltas);
    return projection && this.get(ctx, type, id, projection);
  }

  /** @throws NotFound, PreconditionFailed */
  async delete(ctx: RequestContext, type: ResourceType, id: string, ifMatch: string | undefined): Promise<void> {
    if (!isUuid(id)) throw notFound('Group', id);
    const { tenantId } = ctx.scope;
    await retryLostRace(`Group ${id}`, () =>
      this.db.transaction(ctx.scope, async (tx) => {
        const parents = await tx.query<{ id: string }>(LOCK_PARENTS, [tenantId, id]);
        const [row] = await tx.query<GroupReadRow>(LOCK_DELETED, [tenantId, id]);
        if (!row) throw notFound('Group', id);
        requireVersion(ifMatch, row.version);
        const events = eventValues(
          new Date(),
          ctx.event,
          groupEvents(type, id, JSON.parse(row.resource) as JsonObject, undefined),
        );
        const gone = await tx.query(DELETE, [tenantId, id, ...events, parents.map((parent) => parent.id)]);
        return gone.length ? true : undefined;
      }),
    );
    this.signal.announce();
  }

  /**
   * Adds members to a group of which nothing else changes, where a Bulk request has a circle of references.
   * @returns the group's new version; undefined when nothing changed
   */
  async addMembers(ctx: RequestContext, id: string, members: readonly Member[]): Promise<string | undefined> {
    const delta = new MemberDelta();
    delta.add(members);
    const { version } = await this.members.apply(ctx, undefined, id, delta, new Date());
    this.signal.announce();
    return version === null ? undefined : etag(version);
  }

  /** Attributes and members in one transaction that holds the group's row. */
  private async change(
    ctx: RequestContext,
    type: ResourceType,
    id: string,
    ifMatch: string | undefined,
    edit: (current: JsonObject) => JsonObject,
    deltas: readonly (MemberDelta | MemberStep)[],
  ): Promise<GroupReadRow> {
    if (!isUuid(id)) throw notFound('Group', id);
    const row = await retryLostRace(`Group ${id}`, () =>
      this.db.transaction(ctx.scope, async (tx) => {
        const [current] = await tx.query<GroupReadRow>(LOCK, [ctx.scope.tenantId, id]);
        if (!current) throw notFound('Group', id);
        requireVersion(ifMatch, current.version);
        const before = JSON.parse(current.resource) as JsonObject;
        const resource = storedResource(id, edit(before));
        const events = groupEvents(type, id, before, resource);
        const at = new Date();
        let row = current;
        const attributes = events.length ? { row: groupRow(resource), events } : undefined;
        const steps = deltas.length ? deltas : [new MemberDelta()];
        for (const [i, step] of steps.entries()) {
          const delta = step instanceof MemberDelta ? step : await this.members.where(ctx, tx, id, step);
          const own = i === 0 ? attributes : undefined;
          if (delta.isEmpty && !own) continue;
          const result = await this.members.apply(ctx, tx, id, delta, at, own);
          row = {
            ...row,
            ...(own ? { resource: own.row.resource } : {}),
            ...(result.version === null ? {} : { version: result.version, updated_at: at }),
            member_count: row.member_count + result.added - result.removed,
          };
        }
        return row;
      }),
    );
    this.signal.announce();
    return row;
  }

  private async rendered(
    ctx: RequestContext,
    type: ResourceType,
    row: GroupReadRow,
    projection: Projection,
  ): Promise<Rendered> {
    if (!projection.wants('members')) return render(type, row, '', projection, ctx.baseUrl);
    let members = '[]';
    if (row.member_count > 0) {
      const [found] = await this.db.run<{ members: string | null }>(ctx.scope, MEMBERS_OF_GROUP, [
        ctx.scope.tenantId,
        [row.id],
        ...membersUrls(ctx.baseUrl),
      ]);
      members = found?.members ?? '[]';
    }
    return render(type, row, membersText(members), projection, ctx.baseUrl);
  }
}
