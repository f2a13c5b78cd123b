import { actionsSchema } from '../../actions';

/** JSON Schema of provisioning_rules. */
export function schema(appName: string): object {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Provisioning rules document',
    description: 'What happens when a person arrives.',
    type: 'object',
    properties: {
      user_creation: {
        title: 'Rule of user creation',
        type: 'object',
        properties: {
          trigger: {
            description:
              'user_added_to_group: when the user first enters a mapped group; user_created: when the user arrives.',
            enum: ['user_added_to_group', 'user_created'],
            default: 'user_created',
          },
          attributes: {
            description:
              'Field of the profile → where it comes from: an attribute of Okta such as user.firstName, or of SCIM such as name.givenName. It comes before the standard table, and after custom_mappings of attribute_mappings.',
            type: 'object',
            propertyNames: { minLength: 1 },
            additionalProperties: { type: 'string', minLength: 1 },
          },
          default_role: {
            description: 'Held by an active user to whom no other source gives a role.',
            type: 'string',
            minLength: 1,
          },
          welcome_email: { type: 'boolean', default: false },
          actions: actionsSchema('user_creation', appName),
        },
        additionalProperties: false,
      },
    },
    additionalProperties: false,
    examples: [
      {
        user_creation: {
          trigger: 'user_added_to_group',
          attributes: { email: 'user.email', department: 'user.department' },
          default_role: 'user',
          welcome_email: true,
        },
      },
      {
        user_creation: {
          trigger: 'user_created',
          actions: [{ action: 'call_webhook', endpoint: 'https://app.example.com/hooks/arrivals' }],
        },
      },
    ],
  };
}
