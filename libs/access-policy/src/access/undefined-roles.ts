import type { Finding, Surroundings } from '../document';
import type { AccessRules } from '../documents/access_rules/access-rule';
import { type GroupMappings, roleOf } from '../documents/group_mappings/group-mapping';
import type { ProvisioningRules } from '../documents/provisioning_rules/provisioning-rules';

interface Documents {
  readonly group_mappings?: GroupMappings;
  readonly access_rules?: AccessRules;
  readonly provisioning_rules?: ProvisioningRules;
}

/**
 * Warnings of roles that are given somewhere but defined nowhere, so that whoever has them may do nothing: the default role, and
 * rules with a role and no permissions. A role is defined by a group mapping, and by a rule that has it with permissions.
 * @param name of the document that is being put; it stands in for the one in force, and may take a definition away from the others
 */
export function undefinedRoles<N extends keyof Documents>(
  name: N,
  document: Documents[N],
  { appName, documents }: Surroundings,
): Finding[] {
  const all: Documents = { ...(documents as Documents), [name]: document };
  const rules = all.access_rules?.rules ?? [];
  const defined = new Set<string | undefined>();
  for (const mapping of Object.values(all.group_mappings ?? {})) defined.add(roleOf(mapping, appName));
  for (const { role, permissions } of rules) if (permissions?.length) defined.add(role);

  const warnings: Finding[] = [];
  const warn = (where: keyof Documents, pointer: string, role: string) => {
    if (defined.has(role)) return;
    const detail = `"${role}" is a role that neither group_mappings nor a rule with permissions defines`;
    if (where === name) warnings.push({ pointer, detail });
    else warnings.push({ pointer: '', detail: `${detail}, and ${where} gives it at ${pointer}` });
  };
  const defaultRole = all.provisioning_rules?.user_creation?.default_role;
  if (defaultRole !== undefined) warn('provisioning_rules', '/user_creation/default_role', defaultRole);
  rules.forEach(({ role, permissions }, i) => {
    if (role !== undefined && !permissions?.length) warn('access_rules', `/rules/${i}/role`, role);
  });
  return warnings;
}
