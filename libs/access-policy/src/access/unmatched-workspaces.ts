import type { Finding } from '../document';
import { pointerTo } from '../document/json-pointer';
import { WorkspaceIndex } from './workspace-index';
import { ALL, ASSIGNED_ONLY, WorkspacePattern } from './workspace-pattern';

/**
 * Warnings of `workspaces` lists that do not say what they seem to: entries to which no registered workspace answers, and entries
 * beside "all", which includes them.
 * @param lists each with the pointer to it
 */
export function unmatchedWorkspaces(
  lists: Iterable<readonly [pointer: string, workspaces: readonly string[]]>,
  registered: readonly string[],
): Finding[] {
  const index = new WorkspaceIndex(registered);
  const warnings: Finding[] = [];
  for (const [pointer, workspaces] of lists) {
    const redundant = workspaces.length > 1 && workspaces.includes(ALL);
    if (redundant) warnings.push({ pointer, detail: 'has "all" beside other entries, which "all" includes' });
    workspaces.forEach((entry, i) => {
      if (entry === ALL || entry === ASSIGNED_ONLY) return;
      const pattern = WorkspacePattern.is(entry) ? new WorkspacePattern(entry) : undefined;
      if (pattern ? index.matching(pattern).length > 0 : index.has(entry)) return;
      const what = pattern ? 'is a pattern that matches no registered workspace' : 'is no registered workspace';
      warnings.push({ pointer: pointerTo(pointer, i), detail: `${what}: "${entry}"` });
    });
  }
  return warnings;
}
