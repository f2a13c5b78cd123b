import { unmatchedWorkspaces } from '../../access/unmatched-workspaces';
import { undefinedRoles } from '../../access/undefined-roles';
import type { Finding, Surroundings } from '../../document';
import { pointerTo } from '../../document/json-pointer';
import type { GroupMappings } from './group-mapping';

/** Nothing but warnings: workspaces that nobody registered, and roles of other documents that lose their definition. */
export function check(document: GroupMappings, surroundings: Surroundings): { faults: Finding[]; warnings: Finding[] } {
  const lists = Object.entries(document).map(
    ([key, { workspaces }]) => [pointerTo(pointerTo('', key), 'workspaces'), workspaces ?? []] as const,
  );
  return {
    faults: [],
    warnings: [
      ...unmatchedWorkspaces(lists, surroundings.workspaces),
      ...undefinedRoles('group_mappings', document, surroundings),
    ],
  };
}
