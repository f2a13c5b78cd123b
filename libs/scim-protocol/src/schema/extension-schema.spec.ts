import { ScimError } from '../errors';
import { parseExtensionSchema } from './extension-schema';
import type { Json, JsonObject } from './types';

const urn = 'urn:example:scim:schemas:extension:acme:2.0:User';
const schema = (patch: JsonObject) =>
  parseExtensionSchema({ urn, name: 'Acme', attributes: [{ name: 'badge' }], ...patch });
const attribute = (patch: JsonObject) => schema({ attributes: [{ name: 'badge', ...patch }] }).attributes[0];
const refused = (run: () => unknown, about: string) => {
  expect(run).toThrow(expect.objectContaining({ status: 400, scimType: 'invalidValue' }));
  try {
    run();
  } catch (error) {
    expect((error as ScimError).detail).toContain(about);
  }
};

it('fills in the defaults of RFC 7643 §2.2', () => {
  expect(schema({})).toEqual({
    id: urn,
    name: 'Acme',
    description: '',
    attributes: [
      {
        name: 'badge',
        type: 'string',
        description: '',
        multiValued: false,
        required: false,
        caseExact: false,
        mutability: 'readWrite',
        returned: 'default',
        uniqueness: 'none',
      },
    ],
  });
  expect(attribute({ mutability: 'writeOnly' })?.returned).toBe('never');
  expect(attribute({ type: 'reference' })).toMatchObject({ caseExact: true, referenceTypes: ['external'] });
  expect(
    attribute({ type: 'complex', subAttributes: [{ name: '$ref', type: 'reference' }] })?.subAttributes,
  ).toHaveLength(1);
  expect(parseExtensionSchema({ id: urn, attributes: [{ name: 'a' }] }).name).toBe('User');
});

it('keeps what is given (OK-E2)', () => {
  const given = {
    name: 'region',
    type: 'string',
    description: 'Where',
    multiValued: true,
    required: true,
    caseExact: true,
    mutability: 'immutable',
    returned: 'request',
    uniqueness: 'none',
    canonicalValues: ['emea', 'apac'],
  };
  expect(schema({ attributes: [given] }).attributes[0]).toEqual(given);
});

it.each<[string, JsonObject]>([
  ['urn', { urn: 'acme' }],
  ['urn', { urn: 'http://acme.example/User' }],
  ['urn', { urn: `${urn}:` }],
  ['urn', { urn: `urn:a:${'x'.repeat(300)}` }],
  ['built in', { urn: 'URN:ietf:params:scim:schemas:core:2.0:user' }],
  ['built in', { urn: 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:x' }],
  ['built in', { urn: 'urn:ietf:params:scim:api:messages:2.0:PatchOp' }],
  ['name', { name: 7 }],
  ['attributes', { attributes: [] }],
  ['attributes', { attributes: { name: 'x' } }],
  ['attributes', { attributes: Array.from({ length: 501 }, (_, i) => ({ name: `a${i}` })) }],
  ['colour', { colour: 'red' }],
  ['defined twice', { attributes: [{ name: 'a' }, { name: 'A' }] }],
  ['object', { attributes: ['a'] }],
])('refuses a schema with a wrong %s', (about, patch) => refused(() => schema(patch), about));

it.each<[string, JsonObject]>([
  ['reserved', { name: 'Groups' }],
  ['reserved', { name: 'password' }],
  ['attribute name', { name: '__proto__' }],
  ['attribute name', { name: 'toString' }],
  ['attribute name', { name: 'a.b' }],
  ['attribute name', { name: '$ref' }],
  ['needs a name', { name: null }],
  ['multivalued', { multivalued: true }],
  ['multiValued', { multiValued: 'yes' }],
  ['type', { type: 'text' }],
  ['mutability', { mutability: 'readonly' }],
  ['returned', { returned: 'sometimes' }],
  ['uniqueness', { uniqueness: 'server' }],
  ['never', { mutability: 'writeOnly', returned: 'default' }],
  ['required and readOnly', { required: true, mutability: 'readOnly' }],
  ['subAttributes', { type: 'complex' }],
  ['subAttributes', { type: 'string', subAttributes: [{ name: 'x' }] }],
  [
    'must not be complex',
    { type: 'complex', subAttributes: [{ name: 'x', type: 'complex', subAttributes: [{ name: 'y' }] }] },
  ],
  ['canonicalValues', { canonicalValue: ['x'] }],
  ['list of strings', { canonicalValues: 'x' }],
  ['string', { canonicalValues: [1] }],
  ['referenceTypes', { referenceTypes: ['User'] }],
  ['string', { description: 1 }],
])('refuses an attribute: %s', (about, patch) =>
  refused(() => attribute(patch), about === 'canonicalValues' ? 'canonicalValue' : about),
);

it('refuses what is no object', () => {
  for (const json of [null, 'x', 1, [], true] as Json[]) refused(() => parseExtensionSchema(json), 'object');
});
