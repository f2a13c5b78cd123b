const scalar = { type: ['string', 'number', 'boolean'], maxLength: 10_000 };

/** JSON Schema of attribute_mappings; fields may be written with APP_NAME before them. */
export function schema(appName: string): object {
  const field = {
    pattern: '^[A-Za-z][A-Za-z0-9_-]*$',
    maxLength: 200,
    'x-fault': 'must be a name of letters, digits, _ and -',
  };
  const target = {
    type: 'string',
    maxLength: 300,
    pattern: `^(?:${appName.replace(/[^A-Za-z0-9]/g, '\\$&')}:)?[A-Za-z][A-Za-z0-9_-]*$`,
    'x-fault': `must name a field of the profile, such as "${appName}:costCenter"`,
  };
  const byField = (title: string, description: string, rows: object) => ({
    title,
    description,
    type: 'object',
    maxProperties: 500,
    propertyNames: field,
    additionalProperties: rows,
  });
  const table = (title: string) => ({
    title,
    type: 'object',
    maxProperties: 10_000,
    additionalProperties: scalar,
  });
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Attribute mapping document',
    description:
      'How SCIM attributes become the profile that the application sees. Without a document the standard table holds.',
    type: 'object',
    additionalProperties: false,
    properties: {
      standard: {
        title: 'Standard table',
        description:
          'Changes to the standard table, source to field: a row replaces those with its source or its field; null takes the source out. Standard are userName to email, name.givenName to firstName, name.familyName to lastName, title to jobTitle, department, manager, employeeNumber to employeeId.',
        type: 'object',
        maxProperties: 500,
        additionalProperties: { ...target, type: ['string', 'null'] },
      },
      custom_mappings: {
        title: 'Custom mappings',
        description: `Source to field. okta:custom:x is the attribute x of the custom extension or of any other; paths such as emails[type eq "work"].value and paths with a URN are sources as well.`,
        type: 'object',
        maxProperties: 500,
        additionalProperties: target,
      },
      transformations: byField(
        'Transformations',
        'By field: which value takes the place of which. A value without a row passes unchanged.',
        table('Transformation'),
      ),
      lookups: byField(
        'Lookup tables',
        'By field: the text of each code. A code without a row passes unchanged and is reported.',
        table('Lookup table'),
      ),
      conditions: {
        description: 'Fields that are set where a condition holds, in their order.',
        type: 'array',
        maxItems: 500,
        items: {
          title: 'Conditional setting',
          type: 'object',
          required: ['when', 'set'],
          additionalProperties: false,
          properties: {
            when: {
              description: 'A SCIM filter over the fields of the profile, SCIM attributes and groups.display.',
              type: 'string',
              minLength: 1,
            },
            set: byField('Setting', 'By field: its value; null takes the field out.', {
              type: ['string', 'number', 'boolean', 'null', 'array'],
              maxLength: 10_000,
              items: scalar,
              maxItems: 100,
            }),
          },
        },
      },
      multi_valued: byField('Rules for several values', 'By field: which of several values it shows.', {
        type: 'string',
        enum: ['first', 'primary', 'join', 'all'],
      }),
    },
    examples: [
      {
        custom_mappings: {
          'okta:custom:employeeType': `${appName}:employmentType`,
          'okta:custom:officeLocation': `${appName}:location`,
        },
        transformations: { employmentType: { contractor: 'external', employee: 'internal' } },
      },
      {
        standard: { 'emails[primary eq true].value': 'email', employeeNumber: null },
        custom_mappings: { phoneNumbers: `${appName}:phone` },
        lookups: { department: { '4711': 'Research' } },
        conditions: [{ when: 'department eq "Research"', set: { region: 'EMEA' } }],
        multi_valued: { phone: 'all' },
      },
    ],
  };
}
