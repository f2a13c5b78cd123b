import {
  changes,
  type JsonObject,
  type ParsedResource,
  type Projection,
  type ResourceType,
} from '@provost/scim-protocol';
import { isUuid, statement, uuidV7, type TenantDatabase } from '@provost/entities';
import { eventValues, insertEvents, type EventSignal, type NewEvent, WriteStatement } from '@provost/event-log';
import { notFound, requireVersion, userNameTaken, violatedConstraint } from './faults';
import { CREATE_USER, newUser } from './new-user';
import { MEMBERSHIPS_OF_USERS, userGroupsExpression, userGroupsText, type IndirectRow } from './user-groups';
import { render, type Rendered, type ResourceRow } from './rendering';
import type { PersonContext, RequestContext } from './request-context';
import { storedUser, userEvents, userRow, type UserRow } from './user-row';
import { retryLostRace } from './lost-race';

interface UserReadRow extends ResourceRow {
  groups: string | null;
  nested: boolean | null;
  key?: Buffer | null;
}

const GET = statement(
  'user.get',
  `SELECT u.id, u.resource::text, u.created_at, u.updated_at, u.version, m.groups, m.nested
   FROM users u, LATERAL (${userGroupsExpression('$1::uuid', 'u.id', '$3')}) m
   WHERE u.tenant_id = $1::uuid AND u.id = $2::uuid`,
);
const GET_BARE = statement(
  'user.get_bare',
  `SELECT u.id, u.resource::text, u.created_at, u.updated_at, u.version
   FROM users u WHERE u.tenant_id = $1::uuid AND u.id = $2::uuid`,
);
const GET_FOR_WRITE = statement(
  'user.get_for_write',
  `SELECT u.id, u.resource::text, u.created_at, u.updated_at, u.version, m.groups, m.nested,
     (SELECT k.key FROM subject_keys k WHERE k.tenant_id = $1::uuid AND k.subject_id = u.id) AS key
   FROM users u, LATERAL (${userGroupsExpression('$1::uuid', 'u.id', '$3')}) m
   WHERE u.tenant_id = $1::uuid AND u.id = $2::uuid`,
);
const UPDATE = new WriteStatement(
  'user.update',
  14,
  'u',
  (insert) => `WITH u AS (
     UPDATE users SET user_name = $4, user_name_key = $5, external_id = $6, display_name = $7, search_key = $8,
       active = $9, updated_at = $10::timestamptz, version = version + 1, resource = $11::json
     WHERE tenant_id = $1::uuid AND id = $2::uuid AND version = $3 RETURNING id),
   gone AS (DELETE FROM user_terms t USING u WHERE t.tenant_id = $1::uuid AND t.user_id = u.id AND t.term = ANY($12::bigint[])),
   t AS (INSERT INTO user_terms (tenant_id, term, user_id) SELECT $1::uuid, v, u.id FROM u, unnest($13::bigint[]) v
     ON CONFLICT DO NOTHING),
   e AS (${insert})
   SELECT id FROM u`,
);
const LOCK_GROUPS = statement(
  'user.lock_groups',
  `SELECT g.id FROM groups g WHERE g.tenant_id = $1::uuid AND g.id IN
     (SELECT m.group_id FROM memberships m WHERE m.tenant_id = $1::uuid AND m.member_id = $2::uuid)
   ORDER BY g.id FOR NO KEY UPDATE`,
);
const LOCK = statement(
  'user.lock',
  `SELECT u.id, u.resource::text, u.version, u.created_at, u.updated_at,
     (SELECT k.key FROM subject_keys k WHERE k.tenant_id = $1::uuid AND k.subject_id = u.id) AS key
   FROM users u WHERE u.tenant_id = $1::uuid AND u.id = $2::uuid FOR UPDATE`,
);
/** Does nothing when the user is meanwhile in another group than those that were locked ($13). */
const DELETE = statement(
  'user.delete',
  `WITH u AS (DELETE FROM users WHERE tenant_id = $1::uuid AND id = $2::uuid AND NOT EXISTS (SELECT FROM memberships o
       WHERE o.tenant_id = $1::uuid AND o.member_id = $2::uuid AND o.group_id <> ALL($13::uuid[])) RETURNING id),
   m AS (DELETE FROM memberships USING u WHERE tenant_id = $1::uuid AND member_id = u.id RETURNING group_id),
   g AS (UPDATE groups SET member_count = member_count - 1, version = version + 1, updated_at = $4::timestamptz FROM m
     WHERE groups.tenant_id = $1::uuid AND groups.id = m.group_id RETURNING groups.id, groups.display_name),
   t AS (DELETE FROM user_terms USING u WHERE tenant_id = $1::uuid AND user_id = u.id AND term = ANY($3::bigint[])),
   me AS (INSERT INTO events (tenant_id, id, occurred_at, type, subject_type, subject_id, group_id, context, data)
     SELECT $1::uuid, uuid_v7(), $4::timestamptz, 'group.member_removed', 'User', $2::uuid, g.id, $5::json,
       json_build_object('group', g.display_name) FROM g RETURNING seq),
   e AS (${insertEvents('$1::uuid', 4, ', u, (SELECT count(*) FROM me) AS left_before')})
   SELECT id FROM u`,
);

/** What a PUT or PATCH makes of a user: the new canonical resource, and whether a password came with it. */
export type UserEdit = (current: JsonObject) => { resource: JsonObject; password: boolean };

/** The people of a tenant. Every change is one statement that also appends its events. */
export class Users {
  constructor(
    private readonly db: TenantDatabase,
    private readonly signal: EventSignal,
  ) {}

  /** @throws NotFound */
  async get(ctx: RequestContext, type: ResourceType, id: string, projection: Projection): Promise<Rendered> {
    if (!isUuid(id)) throw notFound('User', id);
    const wantsGroups = projection.wants('groups');
    const [row] = wantsGroups
      ? await this.db.read<UserReadRow>(ctx.scope, GET, [ctx.scope.tenantId, id, groupsUrl(ctx)])
      : await this.db.read<UserReadRow>(ctx.scope, GET_BARE, [ctx.scope.tenantId, id]);
    if (!row) throw notFound('User', id);
    return this.rendered(ctx, type, row, projection);
  }

  /** @throws Conflict uniqueness when the userName is taken in any case */
  async create(
    ctx: RequestContext,
    type: ResourceType,
    parsed: ParsedResource,
    projection: Projection,
    id = uuidV7(),
  ): Promise<Rendered> {
    const user = newUser(type, id, parsed, ctx.event);
    const { row, at } = user;
    try {
      await this.db.share(ctx.scope, CREATE_USER, { tenantId: ctx.scope.tenantId, user }, row.userNameKey);
    } catch (error) {
      throw violatedConstraint(error) === 'users_user_name_key' ? userNameTaken(row.userName) : error;
    }
    this.signal.announce();
    const fresh = { id, resource: row.resource, created_at: at, updated_at: at, version: 1 };
    return render(type, fresh, userGroupsText(null), projection, ctx.baseUrl);
  }

  /**
   * Applies an edit to what is stored, again if somebody else was faster. A change of nothing writes nothing and keeps
   * the version (catalogue R44).
   * @throws NotFound, PreconditionFailed, Conflict uniqueness, and what `edit` throws
   */
  async edit(
    ctx: PersonContext,
    type: ResourceType,
    id: string,
    ifMatch: string | undefined,
    projection: Projection,
    edit: UserEdit,
  ): Promise<Rendered> {
    if (!isUuid(id)) throw notFound('User', id);
    return retryLostRace(`User ${id}`, async () => {
      const [row] = await this.db.read<UserReadRow>(ctx.scope, GET_FOR_WRITE, [ctx.scope.tenantId, id, groupsUrl(ctx)]);
      if (!row) throw notFound('User', id);
      requireVersion(ifMatch, row.version);
      const current = JSON.parse(row.resource) as JsonObject;
      const { resource: edited, password } = edit(current);
      const resource = storedUser(id, edited);
      const events = userEvents(type, id, current, resource, password);
      const changed = changes(type, current, resource).length > 0;
      if (!changed && !password) return this.rendered(ctx, type, row, projection);
      const at = new Date();
      const next = userRow(type, resource);
      if (changed) {
        if (!(await this.update(ctx, id, row, userRow(type, current), next, at, events))) return undefined;
      } else await this.record(ctx, events, at);
      this.signal.announce();
      const written = changed ? { resource: next.resource, version: row.version + 1, updated_at: at } : {};
      return this.rendered(ctx, type, { ...row, ...written }, projection);
    });
  }

  /** Removes the person from the directory and from every group. @throws NotFound, PreconditionFailed */
  async delete(ctx: PersonContext, type: ResourceType, id: string, ifMatch: string | undefined): Promise<void> {
    if (!isUuid(id)) throw notFound('User', id);
    const { tenantId } = ctx.scope;
    await retryLostRace(`User ${id}`, () =>
      this.db.transaction(ctx.scope, async (tx) => {
        // Groups before users, as adding a member does: two of us never wait for each other.
        const groups = await tx.query<{ id: string }>(LOCK_GROUPS, [tenantId, id]);
        const [row] = await tx.query<UserReadRow>(LOCK, [tenantId, id]);
        if (!row) throw notFound('User', id);
        requireVersion(ifMatch, row.version);
        const resource = JSON.parse(row.resource) as JsonObject;
        const { terms } = userRow(type, resource);
        const gone = userEvents(type, id, resource, undefined);
        const events = eventValues(new Date(), ctx.event, gone, row.key ?? undefined);
        const deleted = await tx.query(DELETE, [tenantId, id, terms, ...events, groups.map((group) => group.id)]);
        return deleted.length ? true : undefined;
      }),
    );
    this.signal.announce();
  }

  private async update(
    ctx: PersonContext,
    id: string,
    row: UserReadRow,
    before: UserRow,
    next: UserRow,
    at: Date,
    events: NewEvent[],
  ): Promise<boolean> {
    try {
      const own = [
        ctx.scope.tenantId,
        id,
        row.version,
        next.userName,
        next.userNameKey,
        next.externalId,
        next.displayName,
        next.searchKey,
        next.active,
        at,
        next.resource,
        before.terms.filter((t) => !next.terms.includes(t)),
        next.terms.filter((t) => !before.terms.includes(t)),
      ];
      const write = UPDATE.for(own, at, ctx.event, events, row.key ?? undefined);
      const written = await this.db.write(ctx.scope, ...write, id);
      return written.length > 0;
    } catch (error) {
      throw violatedConstraint(error) === 'users_user_name_key' ? userNameTaken(next.userName) : error;
    }
  }

  private async record(ctx: PersonContext, events: NewEvent[], at: Date): Promise<void> {
    await this.db.write(ctx.scope, RECORD, [ctx.scope.tenantId, ...eventValues(at, ctx.event, events)]);
  }

  private async rendered(
    ctx: PersonContext,
    type: ResourceType,
    row: UserReadRow,
    projection: Projection,
  ): Promise<Rendered> {
    let groups = row.groups ?? '[]';
    if (row.nested && projection.wants('groups')) {
      const [indirect] = await this.db.read<IndirectRow>(ctx.scope, MEMBERSHIPS_OF_USERS, [
        ctx.scope.tenantId,
        [row.id],
        groupsUrl(ctx),
      ]);
      groups = indirect?.groups ?? groups;
    }
    return render(type, row, userGroupsText(groups), projection, ctx.baseUrl);
  }
}

const RECORD = statement('user.record', insertEvents('$1::uuid', 2));

function groupsUrl(ctx: PersonContext): string {
  return `${ctx.baseUrl}/Groups/`;
}
