import { createRegistry } from './create-registry';
import { schemaById } from './discovery';
import type { JsonObject } from './types';

/** One line an attribute: name, type, * for multi-valued, and whatever is not the default of RFC 7643 §2.2. */
function table(attributes: JsonObject[], indent = ''): string[] {
  return attributes.flatMap((a) => [
    [
      indent + String(a.name),
      a.multiValued ? `${String(a.type)}*` : a.type,
      ...(a.required ? ['required'] : []),
      ...(a.caseExact ? ['caseExact'] : []),
      ...[a.mutability, a.returned, a.uniqueness].filter(
        (flag) => !['readWrite', 'default', 'none'].includes(String(flag)),
      ),
      ...((a.canonicalValues as string[] | undefined) ?? []),
      ...((a.referenceTypes as string[] | undefined) ?? []).map((t) => `->${t}`),
    ].join(' '),
    ...table((a.subAttributes as JsonObject[] | undefined) ?? [], '  '),
  ]);
}
const lines = (urn: string) => table(schemaById(createRegistry(), urn, '').attributes as JsonObject[]);
const plural = (value: string, types = '') => [
  `  ${value}`,
  '  display string',
  `  type string${types}`,
  '  primary boolean',
];

it('User is that of RFC 7643 §8.7.1, with addresses.primary', () => {
  expect(lines('urn:ietf:params:scim:schemas:core:2.0:User')).toEqual([
    'userName string required server',
    'name complex',
    ...['formatted', 'familyName', 'givenName', 'middleName', 'honorificPrefix', 'honorificSuffix'].map(
      (n) => `  ${n} string`,
    ),
    'displayName string',
    'nickName string',
    'profileUrl reference caseExact ->external',
    ...['title', 'userType', 'preferredLanguage', 'locale', 'timezone'].map((n) => `${n} string`),
    'active boolean',
    'password string writeOnly never',
    'emails complex*',
    ...plural('value string', ' work home other'),
    'phoneNumbers complex*',
    ...plural('value string', ' work home mobile fax pager other'),
    'ims complex*',
    ...plural('value string', ' aim gtalk icq xmpp msn skype qq yahoo'),
    'photos complex*',
    ...plural('value reference caseExact ->external', ' photo thumbnail'),
    'addresses complex*',
    ...['formatted', 'streetAddress', 'locality', 'region', 'postalCode', 'country'].map((n) => `  ${n} string`),
    '  type string work home other',
    '  primary boolean',
    'groups complex* readOnly',
    '  value string readOnly',
    '  $ref reference caseExact readOnly ->User ->Group',
    '  display string readOnly',
    '  type string readOnly direct indirect',
    'entitlements complex*',
    ...plural('value string'),
    'roles complex*',
    ...plural('value string'),
    'x509Certificates complex*',
    ...plural('value binary caseExact'),
  ]);
});

it('Group requires its displayName and knows the display of members', () => {
  expect(lines('urn:ietf:params:scim:schemas:core:2.0:Group')).toEqual([
    'displayName string required',
    'members complex*',
    '  value string immutable',
    '  $ref reference caseExact immutable ->User ->Group',
    '  display string readOnly',
    '  type string immutable User Group',
  ]);
});

it('the enterprise extension is that of RFC 7643 §4.3', () => {
  expect(lines('urn:ietf:params:scim:schemas:extension:enterprise:2.0:User')).toEqual([
    ...['employeeNumber', 'costCenter', 'organization', 'division', 'department'].map((n) => `${n} string`),
    'manager complex',
    '  value string',
    '  $ref reference caseExact ->User',
    '  displayName string readOnly',
  ]);
});

it('Okta reads displayName and description of roles and entitlements (catalogue §1.9)', () => {
  for (const name of ['Role', 'Entitlement']) {
    expect(lines(`urn:okta:scim:schemas:core:1.0:${name}`)).toEqual([
      'displayName string required',
      'description string',
      'type string',
    ]);
  }
});

it('id and externalId are case exact, the location belongs to the server (RFC 7643 §3.1)', () => {
  const type = createRegistry().type('Group');
  expect(type.attribute('ID')).toMatchObject({ caseExact: true, mutability: 'readOnly', returned: 'always' });
  expect(type.attribute('externalid')).toMatchObject({ caseExact: true, mutability: 'readWrite', uniqueness: 'none' });
  expect(type.attribute('meta')).toMatchObject({ mutability: 'readOnly', returned: 'default' });
});
