import { ANY_OBJECT, type ControllerDescription, listOf, oneOf, ref, shape, TEXT } from '../openapi';

const URN = 'urn:ietf:params:scim:schemas:extension:acme:2.0:User';
const COST_CENTER = { name: 'costCenter', type: 'string', description: 'Who pays for the person.' };
const STORED = {
  ...COST_CENTER,
  ...{ multiValued: false, required: false, caseExact: false, mutability: 'readWrite' },
  ...{ returned: 'default', uniqueness: 'none' },
};
const EXTENSION = { urn: URN, resourceType: 'User', id: URN, name: 'Acme', description: '', attributes: [STORED] };
const ATTRIBUTES = { ...listOf(ANY_OBJECT), description: 'SCIM attribute definitions (RFC 7643 §7).' };

/** A tenant's own SCIM extensions (contract §3). */
export const EXTENSIONS = {
  tag: 'Tenants',
  schemas: {
    Extension: {
      ...shape({
        ...{ urn: TEXT, resourceType: oneOf('User', 'Group'), id: TEXT, name: TEXT, description: TEXT },
        attributes: ATTRIBUTES,
      }),
      description: 'An extension as it is served, with every default filled in.',
    },
    NewExtension: shape(
      {
        urn: { type: 'string', description: "A URN of the tenant's own, such as the one of the example." },
        name: TEXT,
        description: TEXT,
        resourceType: { ...oneOf('User', 'Group'), default: 'User' },
        attributes: ATTRIBUTES,
      },
      'name',
      'description',
      'resourceType',
    ),
  },
  operations: {
    add: {
      summary: 'Add a SCIM extension of the tenant; /scim/v2/Schemas and /ResourceTypes show it at once.',
      body: {
        schema: ref('NewExtension'),
        examples: { 'cost centers': { urn: URN, name: 'Acme', attributes: [COST_CENTER] } },
      },
      answers: { 201: { description: 'The extension.', schema: ref('Extension'), example: EXTENSION } },
      refusals: { 409: `There is a schema "${URN}" already.` },
    },
    list: {
      summary: 'List the SCIM extensions of the tenant.',
      answers: {
        200: {
          description: 'All of them, on one page.',
          schema: shape({ items: listOf(ref('Extension')), nextCursor: { type: 'null' } }),
          example: { items: [EXTENSION], nextCursor: null },
        },
      },
    },
  },
} satisfies ControllerDescription;
