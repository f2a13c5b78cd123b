import { createRegistry } from '../schema/create-registry';
import { CUSTOM_URN } from '../schema/custom-user';
import { ENTERPRISE_URN } from '../schema/enterprise-user';
import { parseExtensionSchema } from '../schema/extension-schema';
import type { JsonObject } from '../schema/types';
import { changes } from './changes';
import { fullUser } from './examples.fixture';
import { sameElements, sameJson } from './same-json';

const User = createRegistry().type('User');
const copy = (value: JsonObject) => JSON.parse(JSON.stringify(value)) as JsonObject;
const changed = (patch: JsonObject) => changes(User, fullUser(), { ...fullUser(), ...patch });

describe('changes', () => {
  it('are none between equal resources, in whatever order their lists and names are', () => {
    const other = Object.fromEntries(Object.entries(copy(fullUser())).reverse());
    (other.emails as []).reverse();
    (other.addresses as []).reverse();
    expect(changes(User, fullUser(), other)).toEqual([]);
  });

  it('name simple attributes, sub-attributes and attributes of extensions', () => {
    const to = copy(fullUser());
    to.title = 'Boss';
    delete to.nickName;
    (to.name as JsonObject).givenName = 'Ada';
    delete (to.name as JsonObject).honorificSuffix;
    (to[ENTERPRISE_URN] as JsonObject).department = 'Sales';
    (to[ENTERPRISE_URN] as JsonObject).manager = { value: '9' };
    to[CUSTOM_URN] = { badge: 'B-7' };
    expect(changes(User, fullUser(), to)).toEqual(
      expect.arrayContaining([
        { path: 'title', from: 'Tour Guide', to: 'Boss' },
        { path: 'nickName', from: 'Bee' },
        { path: 'name.givenName', from: 'Bea', to: 'Ada' },
        { path: 'name.honorificSuffix', from: 'III' },
        { path: `${ENTERPRISE_URN}:department`, from: 'Tour Operations', to: 'Sales' },
        { path: `${ENTERPRISE_URN}:manager.value`, from: '26118915', to: '9' },
        { path: `${CUSTOM_URN}:badge`, to: 'B-7' },
      ]),
    );
    expect(changes(User, fullUser(), to)).toHaveLength(9);
  });

  it('give multi-valued attributes whole', () => {
    const emails = [{ value: 'bea@corp.example', type: 'work', primary: true }];
    expect(changed({ emails })).toEqual([{ path: 'emails', from: fullUser().emails, to: emails }]);
  });

  it('count elements that are there twice', () => {
    const [a, b] = [{ value: 'a' }, { value: 'b' }];
    expect(changes(User, { emails: [a, a, b] }, { emails: [b, b, a] })).toHaveLength(1);
    expect(changes(User, { emails: [a, a, b] }, { emails: [b, a, a] })).toEqual([]);
  });

  it('leave out what the server derives', () => {
    expect(changed({ id: 'x', schemas: [], meta: {} })).toEqual([]);
  });

  it('list all of a resource that comes or goes', () => {
    const user = { schemas: ['x'], id: 'u', userName: 'a', active: false, name: { givenName: 'A' } };
    expect(changes(User, undefined, user)).toEqual([
      { path: 'userName', to: 'a' },
      { path: 'active', to: false },
      { path: 'name.givenName', to: 'A' },
    ]);
    expect(changes(User, user, undefined)).toContainEqual({ path: 'active', from: false });
    expect(changes(User, undefined, undefined)).toEqual([]);
  });

  it('show no value that is never returned', () => {
    const schema = parseExtensionSchema({
      urn: 'urn:example:acme:User',
      attributes: [
        { name: 'pin', returned: 'never' },
        { name: 'box', type: 'complex', subAttributes: [{ name: 'code', returned: 'never' }] },
      ],
    });
    const type = createRegistry([{ resourceType: 'User', schema }]).type('User');
    expect(
      changes(
        type,
        { [schema.id]: { pin: '1', box: { code: '2' } } },
        { [schema.id]: { pin: '3', box: { code: '4' } } },
      ),
    ).toEqual([{ path: `${schema.id}:pin` }, { path: `${schema.id}:box.code` }]);
  });
});

describe('JSON equality', () => {
  it('minds types, lengths and names', () => {
    expect(sameJson({ a: [1, { b: null }] }, { a: [1, { b: null }] })).toBe(true);
    for (const [a, b] of [
      [1, '1'],
      [null, {}],
      [[], {}],
      [{ a: 1 }, { a: 1, b: 2 }],
      [{ a: 1, b: 2 }, { a: 1 }],
      [[1], [1, 2]],
      [{ a: 1 }, { b: 1 }],
    ] as const) {
      expect(sameJson(a as never, b as never)).toBe(false);
    }
  });

  it('compares long lists without comparing all with all', () => {
    const list = Array.from({ length: 5_000 }, (_, i) => ({ value: `v${i}`, type: 'x' }));
    const reversed = list.map(({ value, type }) => ({ type, value })).reverse();
    expect(sameElements(list, reversed)).toBe(true);
    expect(sameElements(list, [...reversed.slice(1), { value: 'other', type: 'x' }])).toBe(false);
    expect(sameElements([...list, ...list], [...reversed, ...reversed.slice(1), { type: 'x', value: 'v0' }])).toBe(
      false,
    );
  });
});
