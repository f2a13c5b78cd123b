import { unmatchedWorkspaces } from '../../access/unmatched-workspaces';
import { undefinedRoles } from '../../access/undefined-roles';
import { conditionFaults } from '../../access/condition-faults';
import type { Finding, Surroundings } from '../../document';
import type { AccessRules } from './access-rule';

/** Conditions that do not parse and names that are given twice; workspaces and roles that nothing knows are warned of. */
export function check(document: AccessRules, surroundings: Surroundings): { faults: Finding[]; warnings: Finding[] } {
  const rules = document.rules ?? [];
  const first = new Map<string, number>();
  const faults = rules.flatMap(({ name, when }, i): Finding[] => {
    const before = first.get(name);
    if (before === undefined) first.set(name, i);
    const repeated = { pointer: `/rules/${i}/name`, detail: `is the name of rule ${before} as well; give it another` };
    return [...(before === undefined ? [] : [repeated]), ...conditionFaults(`/rules/${i}/when`, when)];
  });
  if (faults.length) return { faults, warnings: [] };
  const lists = rules.map(({ workspaces }, i) => [`/rules/${i}/workspaces`, workspaces ?? []] as const);
  return {
    faults,
    warnings: [
      ...unmatchedWorkspaces(lists, surroundings.workspaces),
      ...undefinedRoles('access_rules', document, surroundings),
    ],
  };
}
