import { createRegistry } from '../schema/create-registry';
import { CUSTOM_URN } from '../schema/custom-user';
import { ENTERPRISE_URN } from '../schema/enterprise-user';
import { parseExtensionSchema } from '../schema/extension-schema';
import type { JsonObject } from '../schema/types';
import { fullUser, group } from './examples.fixture';
import { parseProjection, projectResource } from './projection';

const registry = createRegistry();
const User = registry.type('User');
const Group = registry.type('Group');
const stored = (): JsonObject => {
  const user = fullUser();
  delete user.password;
  return { ...user, [CUSTOM_URN]: { Badge: 'B-7', level: 3 } };
};
const attributes = (list: string) => projectResource(User, stored(), parseProjection(User, { attributes: list }));
const excluded = (list: string) => projectResource(User, stored(), parseProjection(User, { excludedAttributes: list }));

describe('attributes', () => {
  it('select names, beside id and schemas (R25)', () => {
    expect(attributes('userName')).toEqual({
      schemas: stored().schemas,
      id: stored().id,
      userName: 'bea@corp.example',
    });
  });

  it('select sub-attributes and URN paths in any case (R29)', () => {
    const {
      schemas: _s,
      id: _i,
      ...rest
    } = attributes(
      `EMAILS.value, ${ENTERPRISE_URN.toUpperCase()}:Department,name.givenName,${ENTERPRISE_URN}:manager.value`,
    );
    expect(rest).toEqual({
      emails: [{ value: 'bea@corp.example' }, { value: 'bea@jonas.example' }],
      name: { givenName: 'Bea' },
      [ENTERPRISE_URN]: { department: 'Tour Operations', manager: { value: '26118915' } },
    });
  });

  it('select a whole extension, and attributes of an open one', () => {
    expect(attributes(ENTERPRISE_URN)[ENTERPRISE_URN]).toEqual(stored()[ENTERPRISE_URN]);
    expect(attributes(`${CUSTOM_URN}:badge`)[CUSTOM_URN]).toEqual({ Badge: 'B-7' });
  });

  it('let the whole win over its parts, in either order', () => {
    expect(attributes('name,name.givenName').name).toEqual(stored().name);
    expect(attributes('name.givenName,name').name).toEqual(stored().name);
  });

  it('never select what is returned never (R27), and ignore unknown names', () => {
    const secret = { ...stored(), password: 'x' };
    const projection = parseProjection(User, { attributes: 'password,nothing,name.nothing' });
    expect(Object.keys(projectResource(User, secret, projection)).sort()).toEqual(['id', 'schemas']);
  });
});

describe('excludedAttributes', () => {
  it('leave out names and parts, but not id (R26)', () => {
    const result = excluded(`id,emails,name.formatted,${ENTERPRISE_URN}:manager,${CUSTOM_URN}`);
    const expected = stored();
    delete expected.emails;
    delete expected[CUSTOM_URN];
    delete (expected.name as JsonObject).formatted;
    delete (expected[ENTERPRISE_URN] as JsonObject).manager;
    expect(result).toEqual(expected);
  });

  it('leave out the members of a group (EN-G2), which are empty rather than absent otherwise (OK-I5)', () => {
    const projection = parseProjection(Group, { excludedAttributes: 'members' });
    expect(projection.wants('members')).toBe(false);
    expect(projectResource(Group, group(), projection)).not.toHaveProperty('members');
    const part = parseProjection(Group, { excludedAttributes: 'members.display' });
    expect(projectResource(Group, { ...group(), members: [] }, part).members).toEqual([]);
    expect(projectResource(Group, group(), part).members).toEqual(
      (group().members as JsonObject[]).map(({ display: _, ...rest }) => rest),
    );
  });
});

describe('a projection', () => {
  it('is whole when nothing is asked for, and then gives the resource itself', () => {
    const resource = stored();
    for (const lists of [{}, { attributes: '' }, { attributes: ' , ' }, { excludedAttributes: 'nothing' }]) {
      const projection = parseProjection(User, lists);
      expect(projection.isWhole).toBe(true);
      expect(projection.topLevel()).toBeUndefined();
      expect(projectResource(User, resource, projection)).toBe(resource);
    }
  });

  it('tells what to read', () => {
    const projection = parseProjection(User, { attributes: `name.givenName,${ENTERPRISE_URN}:department,groups` });
    expect(projection.isWhole).toBe(false);
    expect([...(projection.topLevel() ?? [])].sort()).toEqual(
      ['groups', 'id', 'name', 'schemas', ENTERPRISE_URN].sort(),
    );
    expect(
      ['groups', 'GROUPS', 'meta', 'id', 'password', ENTERPRISE_URN, CUSTOM_URN].map((n) => projection.wants(n)),
    ).toEqual([true, true, false, true, false, true, false]);
    expect(parseProjection(User, {}).wants('groups')).toBe(true);
    expect(parseProjection(User, { excludedAttributes: 'groups.display' }).wants('groups')).toBe(true);
  });

  it('takes one list only (R28)', () => {
    expect(() => parseProjection(User, { attributes: 'a', excludedAttributes: 'b' })).toThrow(
      expect.objectContaining({ status: 400, scimType: 'invalidValue' }),
    );
  });
});

it('holds an extension to its own "returned" (RFC 7643 §7)', () => {
  const schema = parseExtensionSchema({
    urn: 'urn:example:scim:schemas:extension:acme:1.0:User',
    name: 'Acme',
    attributes: [
      { name: 'badge', returned: 'always' },
      { name: 'note', returned: 'request' },
      { name: 'pin', mutability: 'writeOnly' },
      { name: 'desk' },
      { name: 'car', type: 'complex', subAttributes: [{ name: 'plate' }, { name: 'key', returned: 'never' }] },
    ],
  });
  const type = createRegistry([{ resourceType: 'User', schema }]).type('User');
  const block = { badge: 'B', note: 'N', pin: '1', desk: 'D', car: { plate: 'P', key: 'K' } };
  const resource = { schemas: [], id: 'u', userName: 'a', [schema.id]: block };
  const seen = (lists: object) => projectResource(type, resource, parseProjection(type, lists))[schema.id];
  expect(parseProjection(type, {}).isWhole).toBe(false);
  expect(seen({})).toEqual({ badge: 'B', desk: 'D', car: { plate: 'P' } });
  expect(seen({ attributes: 'userName' })).toEqual({ badge: 'B' });
  expect(seen({ attributes: schema.id })).toEqual({ badge: 'B', desk: 'D', car: { plate: 'P' } });
  expect(seen({ attributes: `${schema.id}:note,${schema.id}:pin,${schema.id}:car.key` })).toEqual({
    badge: 'B',
    note: 'N',
  });
  expect(seen({ excludedAttributes: `${schema.id}:badge,${schema.id}:desk` })).toEqual({
    badge: 'B',
    car: { plate: 'P' },
  });
});
