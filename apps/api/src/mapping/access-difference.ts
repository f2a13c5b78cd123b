import type { AccessNames } from '@provost/access-policy';

/** What somebody would gain and lose. */
export interface AccessDifference {
  readonly gained: AccessNames;
  readonly lost: AccessNames;
}

/** @returns undefined when both are the same */
export function accessDifference(from: AccessNames, to: AccessNames): AccessDifference | undefined {
  if (same(from.roles, to.roles) && same(from.permissions, to.permissions) && same(from.workspaces, to.workspaces))
    return undefined;
  return { gained: without(to, from), lost: without(from, to) };
}

/** Whether anything is in it. */
export function isSomething({ roles, permissions, workspaces }: AccessNames): boolean {
  return roles.length + permissions.length + workspaces.length > 0;
}

function without(names: AccessNames, others: AccessNames): AccessNames {
  return {
    roles: less(names.roles, others.roles),
    permissions: less(names.permissions, others.permissions),
    workspaces: less(names.workspaces, others.workspaces),
  };
}

/** Both sorted, each name once. */
function same(a: readonly string[], b: readonly string[]): boolean {
  return a === b || (a.length === b.length && a.every((name, i) => name === b[i]));
}

function less(names: readonly string[], others: readonly string[]): readonly string[] {
  if (names === others || !names.length) return [];
  const known = new Set(others);
  return names.filter((name) => !known.has(name));
}
