import type { WorkspaceIndex } from './workspace-index';
import { ALL, ASSIGNED_ONLY, WorkspacePattern } from './workspace-pattern';

const NONE: ReadonlySet<string> = new Set();

/** Where what a source gives holds, and which workspaces it gives (contract §5, "Where a permission holds"). */
export class Scope {
  /** A source without workspaces: everywhere, also outside of all workspaces. */
  static readonly EVERYWHERE = new Scope(true, false, false, NONE, []);

  private constructor(
    private readonly everywhere: boolean,
    /** Every registered workspace is given. */
    readonly all: boolean,
    /** The workspaces that are assigned to the person are given. */
    private readonly assigned: boolean,
    private readonly keys: ReadonlySet<string>,
    private readonly patterns: readonly WorkspacePattern[],
    private readonly project?: string,
  ) {}

  /** Of a `workspaces` list; without one it is everywhere, of an empty one nowhere. */
  static ofList(entries: readonly string[] | undefined): Scope {
    if (!entries) return Scope.EVERYWHERE;
    const keys = new Set<string>();
    const patterns = new Map<string, WorkspacePattern>();
    for (const entry of entries) {
      if (entry === ALL || entry === ASSIGNED_ONLY) continue;
      if (WorkspacePattern.is(entry)) patterns.set(entry, new WorkspacePattern(entry));
      else keys.add(entry);
    }
    return new Scope(false, entries.includes(ALL), entries.includes(ASSIGNED_ONLY), keys, [...patterns.values()]);
  }

  static ofWorkspace(key: string): Scope {
    return new Scope(false, false, false, new Set([key]), []);
  }

  /** In one project and its content, not in the rest of its workspace; gives no workspace. */
  static ofProject(key: string): Scope {
    return new Scope(false, false, false, NONE, [], key);
  }

  /** Wherever one of them holds; none of them a project's. */
  static union(scopes: readonly Scope[]): Scope {
    if (scopes.length === 1) return scopes[0]!;
    return new Scope(
      scopes.some((scope) => scope.everywhere),
      scopes.some((scope) => scope.all),
      scopes.some((scope) => scope.assigned),
      new Set(scopes.flatMap((scope) => [...scope.keys])),
      [...new Map(scopes.flatMap((scope) => scope.patterns).map((pattern) => [pattern.text, pattern])).values()],
    );
  }

  /**
   * @param workspace registered, or undefined for what is in none
   * @param assigned workspaces assigned to the person
   */
  holdsAt(workspace: string | undefined, project: string | undefined, assigned: ReadonlySet<string>): boolean {
    if (this.everywhere || this.all) return true;
    if (this.project !== undefined) return this.project === project;
    if (workspace === undefined) return false;
    if (this.keys.has(workspace) || (this.assigned && assigned.has(workspace))) return true;
    for (const pattern of this.patterns) if (pattern.matches(workspace)) return true;
    return false;
  }

  /** Tells the position in the index of every workspace that it gives, some of them perhaps twice. */
  eachWorkspace(index: WorkspaceIndex, assigned: ReadonlySet<string>, tell: (position: number) => void): void {
    if (this.all) {
      for (let i = 0; i < index.keys.length; i++) tell(i);
      return;
    }
    for (const key of this.keys) tellKey(key);
    if (this.assigned) for (const key of assigned) tellKey(key);
    for (const pattern of this.patterns) for (const position of index.matching(pattern)) tell(position);

    function tellKey(key: string): void {
      const position = index.position(key);
      if (position !== undefined) tell(position);
    }
  }
}
