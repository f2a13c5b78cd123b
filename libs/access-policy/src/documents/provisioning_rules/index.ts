import { actionFaults } from '../../actions';
import { ConditionFault } from '../../conditions';
import { undefinedRoles } from '../../access/undefined-roles';
import type { Finding, PolicyDocumentType } from '../../document';
import { pointerTo } from '../../document/json-pointer';
import { type ArrivingAttributes, oktaSources } from '../../profile/okta-attributes';
import { parseSource } from '../../profile/source';
import type { ProvisioningRules } from './provisioning-rules';
import { schema } from './schema';

export type { ProvisioningRules } from './provisioning-rules';

function attributeFaults(attributes: ArrivingAttributes): Finding[] {
  return Object.entries(attributes).flatMap(([field, from]): Finding[] => {
    try {
      oktaSources(from).forEach(parseSource);
      return [];
    } catch (error) {
      if (!(error instanceof ConditionFault)) throw error;
      const detail = 'must be one attribute of Okta such as user.firstName, or of SCIM such as name.givenName';
      return [{ pointer: pointerTo('/user_creation/attributes', field), detail }];
    }
  });
}

export const provisioningRules: PolicyDocumentType<ProvisioningRules> = {
  name: 'provisioning_rules',
  about: 'What happens when a person arrives: the trigger, the attributes, the default role, the welcome.',
  decidesAccess: true,
  schema,
  check: (document, surroundings) => ({
    faults: [
      ...attributeFaults(document.user_creation?.attributes ?? {}),
      ...actionFaults('/user_creation/actions', document.user_creation?.actions ?? []),
    ],
    warnings: undefinedRoles('provisioning_rules', document, surroundings),
  }),
};
