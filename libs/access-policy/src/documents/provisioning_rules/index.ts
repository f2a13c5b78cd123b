import { actionFaults } from '../../actions';
import { undefinedRoles } from '../../access/undefined-roles';
import type { PolicyDocumentType } from '../../document';
import type { ProvisioningRules } from './provisioning-rules';
import { schema } from './schema';

export type { ProvisioningRules } from './provisioning-rules';

export const provisioningRules: PolicyDocumentType<ProvisioningRules> = {
  name: 'provisioning_rules',
  about: 'What happens when a person arrives: the trigger, the attributes, the default role, the welcome.',
  decidesAccess: true,
  schema,
  check: (document, surroundings) => ({
    faults: actionFaults('/user_creation/actions', document.user_creation?.actions ?? []),
    warnings: undefinedRoles('provisioning_rules', document, surroundings),
  }),
};
