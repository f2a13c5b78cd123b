import type { Finding, PolicyDocumentType, Surroundings } from '../../document';
import { pointerTo } from '../../document/json-pointer';
import { Flow } from '../../profile/flow';
import { ProfileMapping } from '../../profile/profile-mapping';
import type { AttributeMappings } from '../attribute_mappings/attribute-mappings';
import type { ProvisioningRules } from '../provisioning_rules/provisioning-rules';
import type { SyncConfig } from './sync-config';

export type { ConflictResolution, SyncConfig, UpdateTrigger } from './sync-config';

/** Entries that mean something whatever the mapping is. */
const KNOWN = new Set(['email', 'name', 'department', 'title', 'phone', 'manager']);

function schema(): object {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Sync configuration',
    description:
      'Which attributes of a person follow Okta after creation, and who wins where the application changed one.',
    type: 'object',
    additionalProperties: false,
    properties: {
      update_triggers: {
        description:
          'What brings people up to date. Without profile_changed no attribute flows after creation, but for the manager with manager_updated. Without this key, everything does.',
        type: 'array',
        uniqueItems: true,
        items: { type: 'string', enum: ['profile_changed', 'group_membership_changed', 'manager_updated'] },
      },
      update_attributes: {
        description:
          'Fields of the profile, or SCIM attributes, that flow into the profile after creation. name covers firstName, lastName and displayName, title jobTitle, phone the phone numbers. Without this key all flow, with an empty list none.',
        type: 'array',
        uniqueItems: true,
        maxItems: 500,
        items: { type: 'string', minLength: 1, maxLength: 300 },
      },
      sync_frequency: {
        description: 'Okta pushes each change as it happens.',
        type: 'string',
        enum: ['real_time'],
        'x-fault': 'must be "real_time"; changes are applied when Okta sends them and cannot be put off',
      },
      conflict_resolution: {
        description:
          'What becomes of an attribute that the application changed when Okta next changes it: Okta has its way (okta_wins), the application keeps its value (app_wins), the later change counts (newest_wins). Each conflict is a sync.conflict event.',
        type: 'string',
        enum: ['okta_wins', 'app_wins', 'newest_wins'],
      },
    },
    examples: [
      {
        update_triggers: ['profile_changed', 'group_membership_changed', 'manager_updated'],
        update_attributes: ['email', 'name', 'department', 'title', 'phone'],
        sync_frequency: 'real_time',
        conflict_resolution: 'okta_wins',
      },
    ],
  };
}

function check(document: SyncConfig, { appName, documents }: Surroundings): { faults: Finding[]; warnings: Finding[] } {
  const arriving = (documents.provisioning_rules as ProvisioningRules | undefined)?.user_creation?.attributes;
  const mapping = ProfileMapping.compile(
    appName,
    documents.attribute_mappings as AttributeMappings | undefined,
    arriving,
  );
  const warnings: Finding[] = [];
  for (const [i, entry] of (document.update_attributes ?? []).entries()) {
    const alone = new Flow({ update_attributes: [entry] }, mapping);
    if (!KNOWN.has(entry.toLowerCase()) && !mapping.fields.some((field) => alone.flows(field)))
      warnings.push({
        pointer: pointerTo('/update_attributes', i),
        detail: `is neither a field of the profile nor one of its sources; fields are ${mapping.fields.join(', ')}`,
      });
  }
  return { faults: [], warnings };
}

export const syncConfig: PolicyDocumentType<SyncConfig> = {
  name: 'sync_config',
  about: 'Which attributes follow Okta after creation, and who wins where the application changed one.',
  // Conditions of access rules see the profile, and the profile follows this document.
  decidesAccess: true,
  schema,
  check,
};
