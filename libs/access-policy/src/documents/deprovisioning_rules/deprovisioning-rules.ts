import { actionFaults, type ActionEntry, actionsSchema } from '../../actions';
import { DURATION_FORMS, parseDuration, type PolicyDocumentType } from '../../document';

/** What happens when somebody leaves, or leaves a group (contract §5, §7). */
export interface DeprovisioningRules {
  readonly user_removal?: {
    readonly trigger: 'user_deactivated_in_okta';
    /** In the order in which they run. */
    readonly actions: readonly ActionEntry[];
    /** When it has passed, the person is erased; without it, nobody is. */
    readonly retention_period?: string;
    /** Who gets what the person owned when there is no manager: an id or userName. */
    readonly fallback_owner?: string;
  };
  readonly group_removal?: {
    readonly trigger: 'user_removed_from_group';
    readonly actions: readonly ActionEntry[];
  };
}

function schema(appName: string): object {
  return {
    title: 'Deprovisioning rules',
    description: 'What happens with the access and the content of people who leave the company or a group.',
    type: 'object',
    additionalProperties: false,
    minProperties: 1,
    properties: {
      user_removal: {
        title: 'User removal',
        description: 'Fires when a user is deactivated or deleted.',
        type: 'object',
        additionalProperties: false,
        required: ['trigger', 'actions'],
        properties: {
          trigger: { const: 'user_deactivated_in_okta' },
          actions: actionsSchema('user_removal', appName),
          retention_period: {
            description: 'After it the person is erased: ISO 8601 or the form of 30_days. Without it nobody is.',
            type: 'string',
            maxLength: 60,
            examples: ['30_days', 'P30D'],
          },
          fallback_owner: {
            description: 'Id or userName of whoever gets what the user owned when there is no manager.',
            type: 'string',
            minLength: 1,
            maxLength: 500,
          },
        },
      },
      group_removal: {
        title: 'Group removal',
        description: "Fires when a user's membership in a group ends.",
        type: 'object',
        additionalProperties: false,
        required: ['trigger', 'actions'],
        properties: {
          trigger: { const: 'user_removed_from_group' },
          actions: actionsSchema('group_removal', appName),
        },
      },
    },
    examples: [
      {
        user_removal: {
          trigger: 'user_deactivated_in_okta',
          actions: [`revoke_${appName}_access`, 'transfer_ownership', 'archive_user_content', 'notify_team_members'],
          retention_period: '30_days',
        },
        group_removal: { trigger: 'user_removed_from_group', actions: ['adjust_permissions', 'remove_from_projects'] },
      },
      {
        user_removal: {
          trigger: 'user_deactivated_in_okta',
          actions: [
            { action: 'transfer_ownership', fallback_owner: 'it@example.com' },
            { action: 'call_webhook', endpoint: 'https://app.example.com/hooks/leavers', event: 'employee.left' },
          ],
        },
      },
    ],
  };
}

export const deprovisioningRules: PolicyDocumentType<DeprovisioningRules> = {
  name: 'deprovisioning_rules',
  about: 'What happens with access and content when a user is deactivated, is deleted, or leaves a group.',
  decidesAccess: false,
  schema,
  check({ user_removal: removal, group_removal: group }) {
    const wrong = removal?.retention_period !== undefined && !parseDuration(removal.retention_period);
    const faults = [
      ...actionFaults('/user_removal/actions', removal?.actions ?? []),
      ...(wrong ? [{ pointer: '/user_removal/retention_period', detail: DURATION_FORMS }] : []),
      ...actionFaults('/group_removal/actions', group?.actions ?? []),
    ];
    return { faults, warnings: [] };
  },
};
