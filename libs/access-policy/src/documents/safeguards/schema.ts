/** JSON Schema of safeguards. */
export function schema(): object {
  const limit = (what: string) => ({
    title: 'Limit',
    description: `How many ${what} there may be in a time before the destructive actions of further ones are held.`,
    type: 'object',
    additionalProperties: false,
    required: ['count', 'window'],
    properties: {
      count: { type: 'integer', minimum: 0, maximum: 1_000_000 },
      window: {
        description: 'ISO 8601 or the form of 10_minutes.',
        type: 'string',
        maxLength: 60,
        examples: ['PT10M', '1_hour'],
      },
    },
  });
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Safeguards',
    description:
      'Past a limit, SCIM still succeeds and access still ends at once; what moves or archives content, takes people out of projects or erases them waits until an administrator releases or discards it.',
    type: 'object',
    additionalProperties: false,
    properties: {
      deactivations: limit('deactivations and deletions of users'),
      group_removals: limit('removals from groups'),
      notify: {
        description: 'E-mail addresses that are told; else the members of groups mapped to a role "admin".',
        type: 'array',
        maxItems: 50,
        uniqueItems: true,
        items: {
          type: 'string',
          maxLength: 320,
          pattern: '^[^@\\s]+@[^@\\s]+$',
          'x-fault': 'must be an e-mail address',
        },
      },
    },
    examples: [
      {
        deactivations: { count: 50, window: 'PT10M' },
        group_removals: { count: 200, window: 'PT10M' },
        notify: ['it@example.com'],
      },
    ],
  };
}
