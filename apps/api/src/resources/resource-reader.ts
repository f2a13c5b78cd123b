import { Inject, Injectable } from '@nestjs/common';
import type { Place } from '@provost/access-policy';
import { isUuid, statement, TenantDatabase } from '@provost/entities';
import { isKey } from './resource-key';

/**
 * The running and the coming grants of users, a row a grant. $1 tenant, $2 ids of users. By the database's clock: whoever
 * asks later than it is answered looks at the times again.
 */
export const GRANTS_OF_USERS = statement(
  'grants.of_users',
  `SELECT g.user_id, g.id, g.role, g.permission, g.workspace, g.starts_at, g.expires_at FROM grants g
   WHERE g.tenant_id = $1::uuid AND g.user_id = ANY($2::uuid[]) AND g.expires_at > now() AND g.revoked_at IS NULL`,
);
export interface GrantOfUser {
  user_id: string;
  id: string;
  role: string | null;
  permission: string | null;
  workspace: string | null;
  starts_at: Date | null;
  expires_at: Date;
}

/** The projects of which users are members, a row each. $1 tenant, $2 ids of users. */
export const PROJECTS_OF_USERS = statement(
  'projects.of_users',
  `SELECT m.user_id, p.key, p.workspace FROM project_members m
   JOIN projects p ON p.tenant_id = m.tenant_id AND p.key = m.project_key
   WHERE m.tenant_id = $1::uuid AND m.user_id = ANY($2::uuid[])`,
);
export interface ProjectOfUser {
  user_id: string;
  key: string;
  workspace: string | null;
}

/** The keys of all registered workspaces of a tenant. $1 tenant. */
export const WORKSPACE_KEYS = statement(
  'workspaces.keys',
  `SELECT w.key FROM workspaces w WHERE w.tenant_id = $1::uuid ORDER BY w.key`,
);

/** SQL of what is registered under a type and a key, at most one row. Content is found by the type `content` and by its own. */
export const placeSql = (type: string, key: string) => `
   SELECT 'workspace' AS kind, w.key AS workspace, NULL AS project, false AS archived FROM workspaces w
     WHERE ${type} = 'workspace' AND w.tenant_id = $1::uuid AND w.key = ${key}
   UNION ALL SELECT 'project', p.workspace, p.key, false FROM projects p
     WHERE ${type} = 'project' AND p.tenant_id = $1::uuid AND p.key = ${key}
   UNION ALL SELECT 'content', c.workspace, c.project, c.archived_at IS NOT NULL FROM content c
     WHERE ${type} NOT IN ('workspace', 'project') AND c.tenant_id = $1::uuid AND c.key = ${key}
       AND (${type} = 'content' OR c.type = ${type})`;
/** $1 tenant, $2 type, $3 key. */
const PLACE = statement('resource.place', placeSql('$2::text', '$3'));
export interface PlaceRow {
  kind: 'workspace' | 'project' | 'content';
  workspace: string | null;
  project: string | null;
  archived: boolean;
}

/** Where a resource is that the app asks about. Its kind is `other` when the type is unknown and nothing is registered. */
export interface RegisteredPlace extends Place {
  readonly registered: boolean;
  readonly archived: boolean;
}

/** What a row of placeSql, or its absence, says about a resource of that type. */
export function placeFrom(type: string, row: PlaceRow | undefined): RegisteredPlace {
  if (!row) {
    const kind = (['workspace', 'project', 'content'] as const).find((known) => known === type) ?? 'other';
    return { kind, registered: false, archived: false };
  }
  const { kind, workspace, project, archived } = row;
  return {
    kind,
    registered: true,
    ...(workspace !== null && { workspace }),
    ...(project !== null && { project }),
    archived,
  };
}

/** Reads what the app registered, for whoever computes access from it. */
@Injectable()
export class ResourceReader {
  constructor(@Inject(TenantDatabase) private readonly db: TenantDatabase) {}

  /** Where a resource is, by the app's type and key of it; never throws for what nobody registered. */
  async place(tenantId: string, type: string, key: string): Promise<RegisteredPlace> {
    if (!isKey(type) || !isKey(key)) return placeFrom(type, undefined);
    const [row] = await this.db.read<PlaceRow>({ tenantId }, PLACE, [tenantId, type, key]);
    return placeFrom(type, row);
  }

  /** Running and coming grants of each user, in one query; users without any are absent. */
  async grantsOf(tenantId: string, userIds: readonly string[]): Promise<Map<string, GrantOfUser[]>> {
    return byUser(await this.db.run<GrantOfUser>({ tenantId }, GRANTS_OF_USERS, [tenantId, userIds.filter(isUuid)]));
  }

  /** The projects of each user, in one query; users without any are absent. */
  async projectsOf(tenantId: string, userIds: readonly string[]): Promise<Map<string, ProjectOfUser[]>> {
    return byUser(
      await this.db.run<ProjectOfUser>({ tenantId }, PROJECTS_OF_USERS, [tenantId, userIds.filter(isUuid)]),
    );
  }

  /** The keys of the registered workspaces, in their order. */
  async workspaces(tenantId: string): Promise<string[]> {
    return (await this.db.run<{ key: string }>({ tenantId }, WORKSPACE_KEYS, [tenantId])).map(({ key }) => key);
  }
}

function byUser<Row extends { user_id: string }>(rows: readonly Row[]): Map<string, Row[]> {
  const users = new Map<string, Row[]>();
  for (const row of rows) {
    const known = users.get(row.user_id);
    if (known) known.push(row);
    else users.set(row.user_id, [row]);
  }
  return users;
}
