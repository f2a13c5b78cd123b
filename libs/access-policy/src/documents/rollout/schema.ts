/** JSON Schema of rollout. */
export function schema(): object {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Rollout',
    description:
      'Phases in their order. Users in none of the phases up to the active one are provisioned as staged and have no access.',
    type: 'object',
    properties: {
      phases: {
        type: 'array',
        minItems: 1,
        items: {
          title: 'Phase of the rollout',
          description: 'With groups and when both must hold; with neither it admits everybody.',
          type: 'object',
          properties: {
            name: { type: 'string', minLength: 1 },
            groups: {
              description: 'Display names of SCIM groups; members of groups nested in them count.',
              type: 'array',
              minItems: 1,
              items: { type: 'string', minLength: 1 },
            },
            when: {
              description: 'A SCIM filter (RFC 7644 §3.4.2.2) over attributes, profile fields and groups.display.',
              type: 'string',
              minLength: 1,
              examples: ['department eq "Sales"'],
            },
            description: { type: 'string' },
          },
          required: ['name'],
          additionalProperties: false,
        },
      },
      active: { description: 'The name of the phase that the rollout has come to.', type: 'string', minLength: 1 },
    },
    required: ['phases', 'active'],
    additionalProperties: false,
    examples: [
      {
        phases: [
          { name: 'pilot', groups: ['it'] },
          { name: 'sales', when: 'department eq "Sales"' },
          { name: 'everyone' },
        ],
        active: 'pilot',
      },
    ],
  };
}
