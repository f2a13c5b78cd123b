import type { Question } from './world.fixture';

/** What somebody has by one reading of the documents, in a form in which two readings can be compared. */
export interface Interpretation {
  readonly status: 'active' | 'staged' | 'inactive';
  /** Name → sources. */
  readonly roles: ReadonlyMap<string, ReadonlySet<string>>;
  readonly permissions: ReadonlyMap<string, ReadonlySet<string>>;
  readonly workspaces: ReadonlyMap<string, ReadonlySet<string>>;
  readonly pending: ReadonlyMap<string, ReadonlySet<string>>;
  readonly roleEnds: ReadonlyMap<string, number>;
  ask(question: Question): {
    decision: boolean;
    reason: string;
    sources: ReadonlySet<string>;
    stepUp?: readonly string[];
  };
}

/** A source of a mapping as text; of a path only its ends and its length, as several ways may be the shortest. */
export function mappingSource(group: string, groupId: string | undefined, path: readonly string[]): string {
  return `mapping of ${group} (${groupId ?? 'node'}) by ${path[0]} … ${path.at(-1)}, ${path.length} long`;
}

/** The same of a hierarchy. */
export function hierarchySource(path: readonly string[]): string {
  return `hierarchy by ${path[0]} … ${path.at(-1)}, ${path.length} long`;
}
