import { createRegistry } from './create-registry';
import { CUSTOM_URN } from './custom-user';
import { ENTERPRISE_URN } from './enterprise-user';
import { parseExtensionSchema } from './extension-schema';
import { USER_URN } from './user';

const plus = parseExtensionSchema({
  urn: 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:UserPlus',
  attributes: [{ name: 'department' }],
});
const registry = createRegistry([{ resourceType: 'User', schema: plus }]);
const User = registry.type('User');
const resolved = (path: string) => {
  const target = User.resolve(path);
  if (!target) return undefined;
  if ('extension' in target) return target.extension.id;
  return [target.schema, target.attribute.name, target.sub?.name];
};

describe('resolve', () => {
  it('finds attributes by any spelling', () => {
    expect(resolved('USERNAME')).toEqual([undefined, 'userName', undefined]);
    expect(resolved('name.FAMILYNAME')).toEqual([undefined, 'name', 'familyName']);
    expect(resolved(`${USER_URN.toUpperCase()}:userName`)).toEqual([undefined, 'userName', undefined]);
    expect(resolved(`${ENTERPRISE_URN}:manager.value`)).toEqual([ENTERPRISE_URN, 'manager', 'value']);
    expect(resolved(ENTERPRISE_URN)).toBe(ENTERPRISE_URN);
    for (const path of [
      'nothing',
      'name.nothing',
      `${ENTERPRISE_URN}:nothing`,
      'urn:x:y',
      USER_URN,
      '',
      '.',
      'name.',
    ]) {
      expect(resolved(path)).toBeUndefined();
    }
  });

  it('does not mistake a URN for the beginning of another (pains 14)', () => {
    expect(resolved(`${plus.id}:department`)).toEqual([plus.id, 'department', undefined]);
    expect(resolved(plus.id)).toBe(plus.id);
    expect(resolved(`${ENTERPRISE_URN}Plus`)).toBe(plus.id);
  });

  it('makes up string attributes of the open extension', () => {
    expect(resolved(`${CUSTOM_URN}:badge`)).toEqual([CUSTOM_URN, 'badge', undefined]);
    expect(User.attributeIn(CUSTOM_URN, 'badge')).toMatchObject({ type: 'string', open: true });
    expect(User.attributeIn(CUSTOM_URN, 'EMPLOYEETYPE')?.name).toBe('employeeType');
    for (const name of ['__proto__', 'constructor', 'a b', '1a', '', 'x'.repeat(200), 'badge.value']) {
      expect(resolved(`${CUSTOM_URN}:${name}`)).toBeUndefined();
    }
    expect(User.attributeIn(ENTERPRISE_URN, 'badge')).toBeUndefined();
  });
});

describe('createRegistry', () => {
  it('has the standard resource types by name and endpoint', () => {
    expect(registry.types.map((t) => t.spec.endpoint)).toEqual(['/Users', '/Groups', '/Roles', '/Entitlements']);
    expect(registry.endpoint('/users')).toBe(User);
    expect(() => registry.type('Device')).toThrow('Device');
    expect(registry.type('Group').extensions()).toEqual([]);
  });

  it('lets a tenant define attributes under the custom URN, which stays open', () => {
    const schema = parseExtensionSchema({
      urn: CUSTOM_URN.toUpperCase(),
      attributes: [
        { name: 'level', type: 'integer' },
        { name: 'costCenter', caseExact: true },
      ],
    });
    const type = createRegistry([{ resourceType: 'User', schema }]).type('User');
    expect(type.attributeIn(CUSTOM_URN, 'level')?.type).toBe('integer');
    expect(type.attributeIn(CUSTOM_URN, 'costCenter')?.caseExact).toBe(true);
    expect(type.attributeIn(CUSTOM_URN, 'employeeType')?.open).toBeUndefined();
    expect(type.attributeIn(CUSTOM_URN, 'other')?.open).toBe(true);
    expect(type.extension(CUSTOM_URN)?.attributes).toHaveLength(5);
  });

  it('lets the last definition of a URN hold', () => {
    const again = parseExtensionSchema({ urn: plus.id, attributes: [{ name: 'floor' }] });
    const type = createRegistry([plus, again].map((schema) => ({ resourceType: 'Group', schema }))).type('Group');
    expect(type.extensions()).toEqual([again]);
  });
});
