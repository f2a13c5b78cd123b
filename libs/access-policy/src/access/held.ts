import type { Access, AccessStatus, HeldRole, Source } from './access';
import type { Holding } from './statement';
import type { WorkspaceIndex } from './workspace-index';

/** What somebody holds at a moment, before it is asked anything. */
export interface Held {
  readonly status: AccessStatus;
  /** Everything that any source gives; empty unless the status is active. */
  readonly holdings: readonly Holding[];
  /** What would be held if the role were approved. */
  readonly waiting: readonly Holding[];
  /** Registered workspaces of their projects and of their running grants. */
  readonly assigned: ReadonlySet<string>;
  readonly validUntil: number;
}

/** Roles, permissions and workspaces, each with every source that gives it. */
export function accessOf({ status, holdings, waiting, assigned, validUntil }: Held, index: WorkspaceIndex): Access {
  const roles = new Map<string, { sources: Set<Source>; endsAt: number }>();
  const permissions = new Map<string, Set<Source>>();
  const workspaces = new Map<number, Set<Source>>();
  for (const { source, statement, endsAt } of holdings) {
    if (statement.role !== undefined) {
      const held = roles.get(statement.role);
      if (!held) roles.set(statement.role, { sources: new Set([source]), endsAt });
      else {
        held.sources.add(source);
        held.endsAt = Math.max(held.endsAt, endsAt);
      }
    }
    for (const permission of statement.permissions) add(permissions, permission, source);
    statement.scope.eachWorkspace(index, assigned, (position) => add(workspaces, position, source));
  }
  const pending = new Map<string, Set<Source>>();
  for (const { source, statement } of waiting) if (statement.role !== undefined) add(pending, statement.role, source);
  return {
    status,
    roles: sorted(roles).map(([role, held]) => roleOf(role, [...held.sources], held.endsAt)),
    permissions: sorted(permissions).map(([permission, sources]) => ({ permission, sources: [...sources] })),
    workspaces: [...workspaces]
      .sort(([a], [b]) => a - b)
      .map(([position, sources]) => ({ workspace: index.keys[position]!, sources: [...sources] })),
    pending: sorted(pending).map(([role, sources]) => ({ role, sources: [...sources] })),
    validUntil,
  };
}

function roleOf(role: string, sources: Source[], endsAt: number): HeldRole {
  return endsAt === Infinity ? { role, sources } : { role, sources, expiresAt: new Date(endsAt).toISOString() };
}

function add<K>(held: Map<K, Set<Source>>, key: K, source: Source): void {
  const sources = held.get(key);
  if (sources) sources.add(source);
  else held.set(key, new Set([source]));
}

function sorted<V>(held: ReadonlyMap<string, V>): [string, V][] {
  return [...held].sort(([a], [b]) => (a < b ? -1 : 1));
}
