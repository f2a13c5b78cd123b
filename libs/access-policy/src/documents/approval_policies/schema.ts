/** JSON Schema of approval_policies. */
export function schema(): object {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Approval policies',
    description: 'Roles that wait: until they are approved they stand under pending in /access and are not in force.',
    type: 'object',
    additionalProperties: false,
    required: ['roles'],
    properties: {
      roles: {
        description: 'Role → who approves it.',
        type: 'object',
        propertyNames: { minLength: 1, maxLength: 200 },
        additionalProperties: {
          title: 'Approval policy',
          type: 'object',
          additionalProperties: false,
          required: ['approver'],
          properties: {
            approver: { enum: ['manager', 'admins'] },
            expires_after: {
              description: 'How long a request waits: ISO 8601 or the form of 7_days.',
              type: 'string',
              maxLength: 60,
              examples: ['7_days'],
            },
          },
        },
      },
    },
    examples: [{ roles: { admin: { approver: 'manager', expires_after: '7_days' }, owner: { approver: 'admins' } } }],
  };
}
