const names = (description: string) => ({ description, type: 'array', items: { type: 'string', minLength: 1 } });

/** JSON Schema of access_rules. */
export function schema(): object {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Access rules document',
    description:
      'Roles, permissions and workspaces by attributes of the person, and what the members of a project have in it.',
    type: 'object',
    properties: {
      rules: {
        type: 'array',
        items: {
          title: 'Access rule',
          type: 'object',
          properties: {
            name: {
              description: 'Shown as the reason of what it gives; each name once.',
              type: 'string',
              minLength: 1,
            },
            when: {
              description: 'A SCIM filter (RFC 7644 §3.4.2.2) over attributes, profile fields and groups.display.',
              type: 'string',
              minLength: 1,
              examples: ['department eq "Sales" and employmentType ne "external"'],
            },
            role: {
              description:
                'Without permissions of its own the rule gives those by which the role is defined elsewhere.',
              type: 'string',
              minLength: 1,
            },
            permissions: names('Names that the application asks for; "all" answers yes to every permission.'),
            workspaces: names(
              'Keys, patterns with *, "all", "assigned_only"; without this key the permissions hold everywhere.',
            ),
            requires: {
              title: 'Requirement of a step-up',
              description:
                'Until the context of an evaluation says so, the decision is false and asks for the step-up.',
              type: 'object',
              properties: { mfa: { type: 'boolean' }, device_trusted: { type: 'boolean' } },
              additionalProperties: false,
            },
            description: { type: 'string' },
          },
          required: ['name', 'when'],
          additionalProperties: false,
          allOf: [
            {
              anyOf: [{ required: ['role'] }, { required: ['permissions'] }, { required: ['workspaces'] }],
              'x-fault': 'gives nothing; it needs role, permissions or workspaces',
            },
          ],
        },
      },
      projects: {
        description: 'By the key of a project: what its members have in it and in the content that belongs to it.',
        type: 'object',
        propertyNames: { minLength: 1 },
        additionalProperties: {
          title: 'Project rule',
          type: 'object',
          properties: { permissions: names('Held in this project only.'), description: { type: 'string' } },
          required: ['permissions'],
          additionalProperties: false,
        },
      },
    },
    additionalProperties: false,
    examples: [
      {
        rules: [
          {
            name: 'sales-staff',
            when: 'department eq "Sales" and employmentType ne "external"',
            role: 'user',
            permissions: ['crm_access'],
            workspaces: ['department_sales'],
          },
          { name: 'auditors', when: 'title co "Auditor"', permissions: ['view_reports'], requires: { mfa: true } },
        ],
        projects: { apollo: { permissions: ['edit_plan'] } },
      },
    ],
  };
}
