import { isUuid, statement, type TenantTransaction } from '@provost/entities';
import type { InputFault } from '../http';

/** More than that would tell nobody more. */
const MOST_FAULTS = 100;

const WORKSPACE = statement(
  'workspace.hold',
  `SELECT key FROM workspaces WHERE tenant_id = $1::uuid AND key = $2 FOR KEY SHARE`,
);
// FOR SHARE: its workspace, which is that of its content, must not change meanwhile either.
const PROJECT = statement(
  'project.hold',
  `SELECT workspace FROM projects WHERE tenant_id = $1::uuid AND key = $2 FOR SHARE`,
);
const STRANGERS = statement(
  'user.strangers',
  `SELECT i.id FROM unnest($2::uuid[]) AS i (id)
   WHERE NOT EXISTS (SELECT FROM users u WHERE u.tenant_id = $1::uuid AND u.id = i.id)`,
);

/** What a workspace that is named must be; held in place until the transaction ends. */
export async function workspaceFaults(
  tx: TenantTransaction,
  tenantId: string,
  workspace: string | null | undefined,
): Promise<InputFault[]> {
  if (workspace === null || workspace === undefined) return [];
  const [found] = await tx.query(WORKSPACE, [tenantId, workspace]);
  return found ? [] : [{ pointer: '/workspace', detail: 'is not a registered workspace; register it first' }];
}

/**
 * Where content is that names a project, a workspace, or both: what is in a project is in that project's workspace. Both
 * are held in place until the transaction ends.
 */
export async function placeOf(
  tx: TenantTransaction,
  tenantId: string,
  named: { project?: string | null; workspace?: string | null },
): Promise<{ workspace: string | null; faults: InputFault[] }> {
  const given = named.workspace ?? null;
  if (named.project === null || named.project === undefined)
    return { workspace: given, faults: await workspaceFaults(tx, tenantId, given) };
  const [project] = await tx.query<{ workspace: string | null }>(PROJECT, [tenantId, named.project]);
  if (!project)
    return {
      workspace: given,
      faults: [{ pointer: '/project', detail: 'is not a registered project; register it first' }],
    };
  const { workspace } = project;
  if (given === null || given === workspace) return { workspace, faults: [] };
  const detail =
    workspace === null
      ? 'must be absent, as the project is in no workspace'
      : `must be the workspace of the project, "${workspace}", or absent`;
  return { workspace, faults: [{ pointer: '/workspace', detail }] };
}

/** Whether a user is in the directory. */
export async function isUser(tx: TenantTransaction, tenantId: string, id: string): Promise<boolean> {
  return !(await tx.query(STRANGERS, [tenantId, [id]])).length;
}

/** A list of users as a set. @returns a fault for each element that names nobody, at most a hundred */
export async function usersOf(
  tx: TenantTransaction,
  tenantId: string,
  pointer: string,
  list: readonly unknown[],
): Promise<{ ids: string[]; faults: InputFault[] }> {
  const ids = [...new Set(list.filter((id): id is string => typeof id === 'string' && isUuid(id)))];
  const strangers = await tx.query<{ id: string }>(STRANGERS, [tenantId, ids]);
  const known = new Set(ids);
  for (const { id } of strangers) known.delete(id);
  const faults: InputFault[] = [];
  for (const [i, id] of list.entries()) {
    if (faults.length === MOST_FAULTS) break;
    if (!known.has(id as string)) faults.push({ pointer: `${pointer}/${i}`, detail: 'is not the SCIM id of a user' });
  }
  return { ids, faults };
}
