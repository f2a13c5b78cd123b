import { LENIENT, STRICT, type ClientProfile } from '../client-profile';
import { BadRequest, PayloadTooLarge } from '../errors';
import { createRegistry } from '../schema/create-registry';
import { CUSTOM_URN } from '../schema/custom-user';
import { boolean, complex, many, plural, reference, string } from '../schema/define';
import { ENTERPRISE_URN } from '../schema/enterprise-user';
import { USER_URN } from '../schema/user';
import type { Json, JsonObject } from '../schema/types';
import { applyPatch, parsePatch, PATCH_URN } from './index';

const OWN = 'urn:example:scim:schemas:extension:own:1.0:User';
const immutable = { mutability: 'immutable' } as const;
const user = createRegistry([
  {
    resourceType: 'User',
    schema: {
      id: OWN,
      name: 'Own',
      description: 'Attributes of every awkward kind',
      attributes: [
        string('site', 'Required.', { required: true }),
        string('serial', 'Set once.', immutable),
        string('tags', 'Many strings.', { multiValued: true }),
        string('keys', 'Many strings, exact.', { multiValued: true, caseExact: true }),
        many('badges', 'Elements with an immutable value.', [
          string('value', 'The badge.', immutable),
          string('colour', 'The colour.'),
          boolean('primary', 'The main one.'),
        ]),
        complex('desk', 'Set once.', [string('floor', 'The floor.'), string('room', 'The room.')], immutable),
        many('links', 'References.', [...plural(string('value', 'The id.')), reference('$ref', 'The URI.', ['User'])]),
      ],
    },
  },
]).type('User');

const BASE: JsonObject = Object.freeze({ schemas: [USER_URN], id: 'u1', userName: 'ava' });

function patch(Operations: Json[], before: JsonObject = BASE, profile: ClientProfile = LENIENT): JsonObject {
  const { steps } = parsePatch(user, { schemas: [PATCH_URN], Operations }, profile);
  return applyPatch(user, before, steps, profile);
}
const own = (attributes: JsonObject): JsonObject => ({
  ...BASE,
  schemas: [USER_URN, OWN],
  [OWN]: { site: 'Berlin', ...attributes },
});
const block = (resource: JsonObject) => resource[OWN] as JsonObject;
const at = (path: string) => `${OWN}:${path}`;
const scimType = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    return error instanceof BadRequest ? error.scimType : error;
  }
  return undefined;
};

describe('applyPatch', () => {
  it('shares what it does not touch and copies what it does', () => {
    const before = own({ badges: [{ value: 'a' }, { value: 'b', primary: true }] });
    const frozen = structuredClone(before);
    const after = patch([{ op: 'add', path: at('badges'), value: [{ value: 'c', primary: true }] }], before);
    expect(before).toEqual(frozen);
    expect((block(after).badges as Json[])[0]).toBe((block(before).badges as Json[])[0]);
    expect(block(after).badges).toEqual([
      { value: 'a' },
      { value: 'b', primary: false },
      { value: 'c', primary: true },
    ]);
  });

  it('applies the same steps to many resources without one seeing the other', () => {
    const body = { schemas: [PATCH_URN], Operations: [{ op: 'add', path: at('badges'), value: [{ value: 'c' }] }] };
    const { steps } = parsePatch(user, body, LENIENT);
    const first = applyPatch(user, own({}), steps, LENIENT);
    patch([{ op: 'replace', path: `${OWN}:badges[value eq "c"].colour`, value: 'red' }], first);
    expect(block(applyPatch(user, own({}), steps, LENIENT)).badges).toEqual([{ value: 'c' }]);
  });

  it('lets an immutable attribute be set once (RFC 7643 §7)', () => {
    const before = own({ serial: 'A', desk: { floor: '1' } });
    const change =
      (path: string, value: Json, op = 'replace') =>
      () =>
        patch([{ op, path: at(path), value }], before);
    expect(block(patch([{ op: 'add', path: at('serial'), value: 'A' }], own({}))).serial).toBe('A');
    expect(change('serial', 'A')()).toEqual(before);
    expect(scimType(change('serial', 'B'))).toBe('mutability');
    expect(scimType(change('serial', null))).toBe('mutability');
    expect(scimType(change('desk.floor', '2'))).toBe('mutability');
    expect(scimType(change('desk', { floor: '1', room: '2' }, 'add'))).toBe('mutability');
    expect(change('desk', { floor: '1' })()).toEqual(before);
    expect(scimType(() => patch([{ op: 'remove', path: at('desk') }], before))).toBe('mutability');
    expect(scimType(() => patch([{ op: 'remove', path: OWN }], before))).toBe('mutability');
  });

  it('keeps immutable sub-attributes of an element, which may go as a whole', () => {
    const before = own({ badges: [{ value: 'a', colour: 'red' }] });
    const on = (op: string, path: string, value?: Json) => () =>
      patch([{ op, path: at(path), ...(value !== undefined && { value }) }], before);
    expect(scimType(on('replace', 'badges[colour eq "red"].value', 'b'))).toBe('mutability');
    expect(scimType(on('add', 'badges[colour eq "red"]', { value: 'b' }))).toBe('mutability');
    expect(scimType(on('remove', 'badges[colour eq "red"].value'))).toBe('mutability');
    expect(block(on('replace', 'badges[value eq "a"].colour', 'blue')()).badges).toEqual([
      { value: 'a', colour: 'blue' },
    ]);
    expect(block(on('remove', 'badges[value eq "a"]')())).not.toHaveProperty('badges');
  });

  it('compares plain strings as their attribute says', () => {
    const before = own({ tags: ['a', 'b'], keys: ['a', 'b'] });
    const add = { op: 'add', value: { [OWN]: { tags: ['A', 'c'], keys: ['A', 'b'] } } };
    expect(block(patch([add], before))).toMatchObject({ tags: ['a', 'b', 'c'], keys: ['a', 'b', 'A'] });
    const remove = (path: string) => block(patch([{ op: 'remove', path: at(path), value: ['A'] }], before));
    expect(remove('tags').tags).toEqual(['b']);
    expect(remove('keys').keys).toEqual(['a', 'b']);
  });

  it('completes what is required of a block, and does not hold up what was incomplete before', () => {
    expect(scimType(() => patch([{ op: 'add', path: at('serial'), value: 'x' }]))).toBe('invalidValue');
    expect(scimType(() => patch([{ op: 'remove', path: at('site') }], own({})))).toBe('mutability');
    const incomplete = { ...BASE, schemas: [USER_URN, OWN], [OWN]: { serial: 'x' } };
    expect(patch([{ op: 'replace', value: { active: false } }], incomplete).active).toBe(false);
    expect(patch([{ op: 'add', path: at('tags'), value: ['t'] }], incomplete)[OWN]).toEqual({
      serial: 'x',
      tags: ['t'],
    });
    const noName: JsonObject = { schemas: [USER_URN], id: 'u1' };
    expect(patch([{ op: 'replace', value: { active: false } }], noName).active).toBe(false);
  });

  it('a reference that points elsewhere loses the URI and the name of the old one', () => {
    const before = own({ links: [{ value: 'u2', $ref: '../Users/u2', display: 'Bo', type: 'peer' }] });
    const after = patch([{ op: 'replace', path: at('links[type eq "peer"].value'), value: 'u3' }], before);
    expect(block(after).links).toEqual([{ value: 'u3', type: 'peer' }]);
  });

  it('keeps the spelling in which an open schema has an attribute', () => {
    const first = patch([{ op: 'add', path: `${CUSTOM_URN}:shirtSize`, value: 5 }]);
    expect(first[CUSTOM_URN]).toEqual({ shirtSize: 5 });
    expect(patch([{ op: 'replace', path: `${CUSTOM_URN}:SHIRTSIZE`, value: 'L' }], first)[CUSTOM_URN]).toEqual({
      shirtSize: 'L',
    });
    expect(patch([{ op: 'remove', path: `${CUSTOM_URN}:shirtsize` }], first)).toEqual(BASE);
    const many = Object.fromEntries(Array.from({ length: 501 }, (_, i) => [`a${i}`, 'x']));
    expect(scimType(() => patch([{ op: 'add', value: { [CUSTOM_URN]: many } }]))).toBe('invalidValue');
  });

  it('a strict client replaces blocks whole', () => {
    const before = {
      ...BASE,
      schemas: [USER_URN, ENTERPRISE_URN],
      [ENTERPRISE_URN]: { department: 'D', division: 'V' },
    };
    const operation = { op: 'replace', path: ENTERPRISE_URN, value: { department: 'E' } };
    expect(patch([operation], before)[ENTERPRISE_URN]).toEqual({ department: 'E', division: 'V' });
    expect(patch([operation], before, STRICT)[ENTERPRISE_URN]).toEqual({ department: 'E' });
  });

  it('names that every object has are only names', () => {
    const hostile = JSON.parse(
      `{"op":"add","value":{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"name":{"__proto__":{"polluted":1},"givenName":"A"},"${CUSTOM_URN}":{"__proto__":"x","constructor":"y","toString":"z"}}}`,
    ) as Json;
    const after = patch([hostile, { op: 'replace', path: 'constructor.prototype', value: 1 }]);
    expect(after).toEqual({ ...BASE, name: { givenName: 'A' } });
    expect(Object.getPrototypeOf(after)).toBe(Object.prototype);
    expect(({} as JsonObject).polluted).toBeUndefined();
  });

  it('does much at once, and refuses what is out of proportion before it costs', () => {
    const value = Array.from({ length: 5_000 }, (_, i) => ({ value: `e${i}` }));
    const all = patch([{ op: 'add', path: 'entitlements', value }]);
    expect(patch([{ op: 'add', path: 'entitlements', value }], all)).toEqual(all);
    expect(patch([{ op: 'remove', path: 'entitlements', value }], all)).toEqual(BASE);
    expect(scimType(() => patch([{ op: 'add', path: 'entitlements', value: [{ value: 'more' }] }], all))).toBe(
      'invalidValue',
    );
    const one = (i: number) => ({ op: 'add', path: 'entitlements', value: [{ value: `n${i}` }] });
    const quadratic = Array.from({ length: 4_900 }, (_, i) => one(i));
    expect(scimType(() => patch(quadratic))).toBeInstanceOf(PayloadTooLarge);
    const costly = `entitlements[${Array(200).fill('value co "x"').join(' or ')}]`;
    const filters = Array.from({ length: 500 }, () => ({ op: 'remove', path: costly }));
    expect(scimType(() => patch(filters, all))).toBeInstanceOf(PayloadTooLarge);
  });
});
