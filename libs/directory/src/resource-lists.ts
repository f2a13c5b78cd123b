import { type Projection, type ResourceType } from '@provost/scim-protocol';
import type { TenantDatabase } from '@provost/entities';
import { membersText, membersUrls, MEMBERS_OF_GROUP } from './group-members';
import type { ListRow } from './matching-rows';
import { render } from './rendering';
import type { RequestContext } from './request-context';
import { MEMBERSHIPS_OF_USERS, userGroupsText, type IndirectRow } from './user-groups';

/** How many members are read and held at once while a list of groups is sent. */
const MEMBERS_AT_ONCE = 10_000;

/**
 * Turns the rows of a page into resources, as JSON texts in the order of the rows. Groups with their members come in
 * portions: a page of large groups is streamed, never held (pains 9).
 */
export async function* renderRows(
  db: TenantDatabase,
  ctx: RequestContext,
  type: ResourceType,
  rows: readonly ListRow[],
  projection: Projection,
): AsyncGenerator<string> {
  if (type.name === 'Group' && projection.wants('members')) {
    yield* groupsWithMembers(db, ctx, type, rows, projection);
    return;
  }
  const indirect = type.name === 'User' ? await indirectGroups(db, ctx, rows) : undefined;
  const wantsGroups = type.name === 'User' && projection.wants('groups');
  for (const row of rows) {
    const computed = wantsGroups ? userGroupsText(indirect?.get(row.id) ?? row.groups ?? null) : '';
    yield render(type, row, computed, projection, ctx.baseUrl).text;
  }
}

async function indirectGroups(
  db: TenantDatabase,
  ctx: RequestContext,
  rows: readonly ListRow[],
): Promise<Map<string, string>> {
  const nested = rows.filter((row) => row.nested).map((row) => row.id);
  if (!nested.length) return new Map();
  const found = await db.run<IndirectRow>(ctx.scope, MEMBERSHIPS_OF_USERS, [
    ctx.scope.tenantId,
    nested,
    `${ctx.baseUrl}/Groups/`,
  ]);
  return new Map(found.map((row) => [row.user_id, row.groups]));
}

async function* groupsWithMembers(
  db: TenantDatabase,
  ctx: RequestContext,
  type: ResourceType,
  rows: readonly ListRow[],
  projection: Projection,
): AsyncGenerator<string> {
  for (let from = 0; from < rows.length;) {
    const portion: ListRow[] = [];
    for (let sum = 0; from < rows.length && (sum === 0 || sum + rows[from]!.member_count! <= MEMBERS_AT_ONCE); from++) {
      sum += rows[from]!.member_count!;
      portion.push(rows[from]!);
    }
    const ids = portion.filter((row) => row.member_count! > 0).map((row) => row.id);
    const found = ids.length
      ? await db.run<{ group_id: string; members: string }>(ctx.scope, MEMBERS_OF_GROUP, [
          ctx.scope.tenantId,
          ids,
          ...membersUrls(ctx.baseUrl),
        ])
      : [];
    const members = new Map(found.map((row) => [row.group_id, row.members]));
    for (const row of portion) yield render(type, row, membersText(members.get(row.id)), projection, ctx.baseUrl).text;
  }
}
