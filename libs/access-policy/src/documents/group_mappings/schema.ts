/** JSON Schema of group_mappings; APP_NAME names the key of the role. */
export function schema(appName: string): object {
  const role = `${appName}_role`;
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Group mappings',
    description:
      'What the members of a group have: a role, permissions, workspaces. A key is bound to the group that it first matches, by display name, id or externalId, and stays so while it is in the document.',
    type: 'object',
    propertyNames: { minLength: 1 },
    additionalProperties: {
      title: 'Group mapping',
      type: 'object',
      properties: {
        [role]: { description: 'The role in the application.', type: 'string', minLength: 1 },
        role: { description: `The same as ${role}.`, type: 'string', minLength: 1 },
        permissions: {
          description: 'Names that the application asks for; "all" answers yes to every permission.',
          type: 'array',
          items: { type: 'string', minLength: 1 },
        },
        workspaces: {
          description:
            'Where the permissions hold: keys, patterns with *, "all" for every workspace, "assigned_only" for those in which the person is a member of a project or was granted the workspace. Without this key they hold everywhere, with an empty list nowhere.',
          type: 'array',
          items: { type: 'string', minLength: 1 },
        },
        inherit: {
          description: 'Whether the people of the nodes below this group in group_hierarchy have this mapping as well.',
          type: 'boolean',
        },
        description: { type: 'string' },
      },
      additionalProperties: false,
      allOf: [
        {
          anyOf: [
            { required: [role] },
            { required: ['role'] },
            { required: ['permissions'] },
            { required: ['workspaces'] },
          ],
          'x-fault': `gives nothing; it needs ${role}, permissions or workspaces`,
        },
        {
          not: { type: 'object', required: [role, 'role'] },
          'x-fault': `names the role twice; keep either ${role} or role`,
        },
      ],
    },
    examples: [
      {
        [`${appName}-admins`]: { [role]: 'admin', permissions: ['all'], workspaces: ['all'] },
        [`${appName}-managers`]: { [role]: 'manager', permissions: ['create_projects'], workspaces: ['department_*'] },
        [`${appName}-users`]: { [role]: 'user', permissions: ['basic_access'], workspaces: ['assigned_only'] },
      },
    ],
  };
}
