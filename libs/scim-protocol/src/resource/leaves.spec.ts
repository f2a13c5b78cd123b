import { createRegistry } from '../schema/create-registry';
import { CUSTOM_URN } from '../schema/custom-user';
import { ENTERPRISE_URN } from '../schema/enterprise-user';
import { parseExtensionSchema } from '../schema/extension-schema';
import { leaves } from './leaves';

const urn = 'urn:example:Acme:User';
const schema = parseExtensionSchema({
  urn,
  attributes: [
    { name: 'pin', returned: 'never' },
    { name: 'tags', multiValued: true },
    { name: 'age', type: 'integer' },
  ],
});
const User = createRegistry([{ resourceType: 'User', schema }]).type('User');

it('leaves are the scalars with their lower-cased paths', () => {
  const found = [
    ...leaves(User, {
      userName: 'Ava',
      active: false,
      name: { familyName: 'Lee' },
      emails: [{ value: 'a', primary: true }, { value: 'b' }],
      password: 'x',
      nothing: 'x',
      [ENTERPRISE_URN]: { department: 'Sales', manager: { value: '9' } },
      [CUSTOM_URN]: { Badge: 'B-7', level: 3, employeeType: 'x' },
      [urn]: { pin: '1', tags: ['t', 'u'], age: 4 },
      meta: { created: '2026-01-01T00:00:00Z' },
    }),
  ].map(({ path, value, attribute }) => [path, value, attribute.name]);
  const enterprise = ENTERPRISE_URN.toLowerCase();
  const custom = CUSTOM_URN.toLowerCase();
  expect(found).toEqual([
    ['username', 'Ava', 'userName'],
    ['active', false, 'active'],
    ['name.familyname', 'Lee', 'familyName'],
    ['emails.value', 'a', 'value'],
    ['emails.primary', true, 'primary'],
    ['emails.value', 'b', 'value'],
    [`${enterprise}:department`, 'Sales', 'department'],
    [`${enterprise}:manager.value`, '9', 'value'],
    [`${custom}:badge`, 'B-7', 'Badge'],
    [`${custom}:level`, '3', 'level'],
    [`${custom}:employeetype`, 'x', 'employeeType'],
    ['urn:example:acme:user:tags', 't', 'tags'],
    ['urn:example:acme:user:tags', 'u', 'tags'],
    ['urn:example:acme:user:age', 4, 'age'],
    ['meta.created', '2026-01-01T00:00:00Z', 'created'],
  ]);
});
