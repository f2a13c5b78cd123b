import type { PolicyDocumentType } from '../document';
import { groupMappings } from './group_mappings';
import { groupHierarchy } from './group_hierarchy';
import { accessRules } from './access_rules';
import { provisioningRules } from './provisioning_rules';
import { rollout } from './rollout';
import { attributeMappings } from './attribute_mappings';
import { syncConfig } from './sync_config';
import { deprovisioningRules } from './deprovisioning_rules';
import { safeguards } from './safeguards';
import { approvalPolicies } from './approval_policies';

export * from './group_mappings';
export * from './group_hierarchy';
export * from './access_rules';
export * from './provisioning_rules';
export * from './rollout';
export * from './attribute_mappings';
export * from './sync_config';
export * from './deprovisioning_rules';
export * from './safeguards';
export * from './approval_policies';

/** Every policy document that can be put, in the order in which they are listed. */
export const POLICY_DOCUMENTS: readonly PolicyDocumentType[] = [
  groupMappings,
  groupHierarchy,
  accessRules,
  provisioningRules,
  rollout,
  attributeMappings,
  syncConfig,
  deprovisioningRules,
  safeguards,
  approvalPolicies,
];
