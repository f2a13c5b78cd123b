const names = (description: string) => ({ description, type: 'array', items: { type: 'string', minLength: 1 } });

/** JSON Schema of group_hierarchy. */
export function schema(): object {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Group hierarchy',
    description:
      'Groups with their parents. The people of a node are the members of the SCIM group of its name, of the SCIM groups that members names, and the users whom members names.',
    type: 'object',
    propertyNames: { minLength: 1 },
    additionalProperties: {
      title: 'Group of the hierarchy',
      type: 'object',
      properties: {
        parent: { description: 'The key of the node above.', type: 'string', minLength: 1 },
        members: names('Display names of SCIM groups, and userNames or their part before the @.'),
        inherited_permissions: names('Held by its own people and by those of every node below.'),
        specific_permissions: names('Held by its own people only.'),
        description: { type: 'string' },
      },
      additionalProperties: false,
    },
    examples: [
      {
        executives: { members: ['ceo', 'cfo'], inherited_permissions: ['financial_reports'] },
        engineering: { parent: 'executives', members: ['dev_team'], specific_permissions: ['code_access'] },
      },
    ],
  };
}
