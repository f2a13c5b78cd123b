/** Columns of access_versions: what access is computed from besides the person has changed when one of them has moved. */
export interface Counters {
  /** Policy documents. */
  readonly documents: string;
  /** Groups, their names and their nesting. */
  readonly groups: string;
  /** Workspaces. */
  readonly workspaces: string;
}

/** SQL of the counters in the moment of the statement; `v` is access_versions, joined from the left. */
export const COUNTERS = `coalesce(v.documents, 0)::text AS documents, coalesce(v.groups, 0)::text AS groups_version,
  coalesce(v.workspaces, 0)::text AS workspaces`;

export interface CountersRow {
  documents: string;
  groups_version: string;
  workspaces: string;
}

export function countersOf({ documents, groups_version, workspaces }: CountersRow): Counters {
  return { documents, groups: groups_version, workspaces };
}

/** Of the three numbers in one text; null where nothing has moved yet. */
export function countersFrom(text: string | null): Counters {
  const [documents = '0', groups = '0', workspaces = '0'] = text?.split(' ') ?? [];
  return { documents, groups, workspaces };
}

/** Whether nothing of `needed` is newer. Counters only ever grow. */
export function covers(known: Counters, needed: Counters): boolean {
  return (
    isAtLeast(known.documents, needed.documents) &&
    isAtLeast(known.groups, needed.groups) &&
    isAtLeast(known.workspaces, needed.workspaces)
  );
}

function isAtLeast(known: string, needed: string): boolean {
  return known === needed || BigInt(known) >= BigInt(needed);
}
