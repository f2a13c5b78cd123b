import type { ParsedResource, ResourceType } from '@provost/scim-protocol';
import type { TenantDatabase } from '@provost/entities';
import type { EventSignal } from '@provost/event-log';
import { userNameTaken, violatedConstraint } from './faults';
import { CREATE_USER, createLeavingOut, type NewUser, newUser } from './new-user';
import { etag, type Rendered } from './rendering';
import type { RequestContext } from './request-context';

export interface BatchedUser {
  readonly id: string;
  readonly parsed: ParsedResource;
}

/**
 * Creates many users in one statement: what a bulk of creates costs is one round trip and one commit.
 * @returns for each its rendering-free result in the same order: Rendered without a body, or Conflict for a taken userName
 */
export async function createUsers(
  db: TenantDatabase,
  signal: EventSignal,
  ctx: RequestContext,
  type: ResourceType,
  users: readonly BatchedUser[],
): Promise<(Omit<Rendered, 'text'> | ReturnType<typeof userNameTaken>)[]> {
  const fresh = users.map(({ id, parsed }) => newUser(type, id, parsed, ctx.event));
  const there = await create(db, ctx, fresh);
  signal.announce();
  return fresh.map(({ id, row }) =>
    there === 'all' || there.has(id)
      ? { id, version: etag(1), location: `${ctx.baseUrl}${type.spec.endpoint}/${id}` }
      : userNameTaken(row.userName),
  );
}

/** Nobody is expected to be there already, which is the cheaper statement. @returns whom it has created */
async function create(db: TenantDatabase, { scope }: RequestContext, users: NewUser[]): Promise<Set<string> | 'all'> {
  const { tenantId } = scope;
  const { statement, values } = CREATE_USER.together(users.map((user) => ({ tenantId, user })));
  try {
    await db.run(scope, statement, values);
    return 'all';
  } catch (error) {
    if (violatedConstraint(error) !== 'users_user_name_key') throw error;
  }
  const again = createLeavingOut(tenantId, users);
  const created = await db.run<{ id: string }>(scope, again.statement, again.values);
  return new Set(created.map(({ id }) => id));
}
