import fc from 'fast-check';
import { LENIENT, STRICT, type ClientProfile } from '../client-profile';
import { BadRequest } from '../errors';
import { createRegistry } from '../schema/create-registry';
import { CUSTOM_URN } from '../schema/custom-user';
import { complex, dateTime, string } from '../schema/define';
import { ENTERPRISE_URN } from '../schema/enterprise-user';
import { USER_URN } from '../schema/user';
import type { Json, JsonObject } from '../schema/types';
import { evaluateElement, evaluateFilter } from './evaluate';
import { parseFilter } from './parse';
import { resolveElementFilter, resolveFilter } from './resolve';

const BADGE_URN = 'urn:example:scim:schemas:extension:badge:1.0:User';
const registry = createRegistry([
  {
    resourceType: 'User',
    schema: {
      id: BADGE_URN,
      name: 'Badge',
      description: 'Badges',
      attributes: [
        string('constructor', 'An attribute that every object seems to have.'),
        { ...string('level', 'A number.'), type: 'integer' },
        { ...string('share', 'A number.'), type: 'decimal' },
        { ...string('photo', 'Bytes.'), type: 'binary' },
        dateTime('validUntil', 'The last day.'),
        complex('desk', 'No value sub-attribute.', [string('floor', 'The floor.')]),
      ],
    },
  },
]);
const user = registry.type('User');

const AVA: JsonObject = {
  schemas: [USER_URN, ENTERPRISE_URN],
  id: 'u1-AbC',
  userName: 'ava@corp.example',
  externalId: '00U1',
  active: true,
  title: 'Head of Ähren',
  nickName: '',
  name: { familyName: 'Lee' },
  emails: [
    { value: 'ava@a.example', type: 'home' },
    { value: 'ava@b.example', type: 'work', primary: true },
  ],
  phoneNumbers: [],
  meta: { created: '2026-03-01T01:00:00+02:00', resourceType: 'User' },
  [ENTERPRISE_URN]: { department: 'Sales', manager: { value: 'U9' } },
  [CUSTOM_URN]: { Level: 5, shirt: 'XL' },
  [BADGE_URN]: { level: 3, share: 0.5, photo: 'YWJj' },
};

const matches = (text: string, resource: JsonObject = AVA, profile: ClientProfile = LENIENT) =>
  evaluateFilter(resolveFilter(user, parseFilter(text, profile), profile), resource);

function refusal(text: string, profile: ClientProfile = LENIENT): string {
  try {
    matches(text, AVA, profile);
  } catch (error) {
    expect(error).toBeInstanceOf(BadRequest);
    expect((error as BadRequest).scimType).toBe('invalidFilter');
    return (error as BadRequest).detail;
  }
  throw new Error(`accepted: ${text}`);
}

describe('resolveFilter and evaluateFilter', () => {
  it.each([
    ['USERNAME Eq "AVA@corp.example"', true], // R01
    ['id eq "u1-abc"', false], // R02
    ['id eq "u1-AbC"', true],
    ['externalId eq "00u1"', false],
    ['emails pr', true], // R03
    ['phoneNumbers pr', false],
    ['nickName pr', false],
    ['displayName pr', false],
    ['name pr', true],
    ['name.givenName pr', false],
    ['displayName ne "Boss"', true], // R04
    ['title ne "head of ähren"', false],
    ['not (displayName eq "Boss")', true],
    ['displayName gt "a"', false],
    ['title pr or userType eq "X" and active eq false', true], // R07
    ['emails.type eq "home" and emails.value co "@b.example"', true], // R08
    ['emails[type eq "home" and value co "@b.example"]', false], // R09
    ['emails[type eq "work" and value co "@B.example"]', true],
    ['emails[not (type eq "work")]', true],
    [`${USER_URN.toUpperCase()}:userName sw "a"`, true], // R10
    [`${ENTERPRISE_URN}:manager.value eq "u9"`, true], // R11
    [`${ENTERPRISE_URN}:manager eq "u9"`, true],
    [`${ENTERPRISE_URN}:manager pr`, true],
    [`${ENTERPRISE_URN}:costCenter pr`, false],
    [`schemas eq "${ENTERPRISE_URN}"`, true], // R13
    [`schemas ne "${ENTERPRISE_URN}"`, false],
    ['schemas eq "urn:other"', false],
    ['meta.created eq "2026-02-28T23:00:00Z"', true], // R14
    ['meta.created gt "2026-02-28T23:59:00+01:00"', true],
    ['meta.created lt "2026-03-01"', true],
    ['meta.created ge "2026-03-01T01:00:00 02:00"', true],
    ['meta.resourceType eq User', true],
    ['emails[type eq "work"].value eq "AVA@b.example"', true], // EN-M2
    ['emails[type eq "work"].value eq "ava@a.example"', false],
    ['emails[type eq "work"].display pr', false],
    ['emails[type eq "work"].value ne "ava@a.example"', true],
    ['emails eq "ava@a.example"', true],
    ['emails co "@B."', true],
    ['emails ne "ava@a.example"', false],
    ['emails ne "other"', true],
    ['emails.primary eq "True"', true], // EN-U8
    ['active eq "false"', false],
    ['active ne false', true],
    ['displayName eq null', true],
    ['title eq null', false],
    ['title ne null', true],
    ['emails.display eq null', true],
    ['userName ew "EXAMPLE"', true],
    ['userName ge "ava@corp.example"', true],
    ['userName lt "b"', true],
    ['title eq "head of ÄHREN"', true],
    [`${BADGE_URN}:constructor pr`, false],
    [`${BADGE_URN}:constructor eq "x"`, false],
    [`${BADGE_URN}:level gt 2`, true],
    [`${BADGE_URN}:level gt "2"`, true],
    [`${BADGE_URN}:level le 2.5`, false],
    [`${BADGE_URN}:share eq 0.5`, true],
    [`${BADGE_URN}:photo eq "YWJj"`, true],
    [`${BADGE_URN}:photo eq "ywjj"`, false],
    [`${BADGE_URN}:validUntil lt "2026-01-01T00:00:00Z"`, false],
    [`${CUSTOM_URN}:level eq 5`, true],
    [`${CUSTOM_URN}:LEVEL eq "5"`, true],
    [`${CUSTOM_URN}:shirt sw "x"`, true],
    [`${CUSTOM_URN}:other pr`, false],
  ])('%s is %s', (text, expected) => {
    expect(matches(text)).toBe(expected);
  });

  it.each([
    ['active gt true', 'active'], // R05
    [`${BADGE_URN}:photo gt "a"`, 'binary'],
    [`${BADGE_URN}:photo co "a"`, 'binary'],
    ['meta.created co "2026"', 'dateTime'],
    ['active sw "t"', 'boolean'],
    [`${BADGE_URN}:level co 1`, 'integer'],
    ['favourite eq "x"', 'favourite'],
    ['name.favourite eq "x"', 'name.favourite'],
    ['emails[favourite eq "x"]', 'favourite'],
    ['emails[type eq "work"].favourite eq "x"', 'favourite'],
    ['name eq "x"', 'name.formatted'],
    ['addresses eq "x"', 'addresses'],
    [`${BADGE_URN}:desk eq "x"`, 'floor'],
    ['userName[value eq "x"]', 'userName'],
    ['name[givenName eq "x"]', 'name'],
    ['emails.value[type eq "x"]', 'emails.value'],
    ['password eq "x"', 'cannot be used'], // R27
    ['password pr', 'cannot be used'],
    ['meta.created gt "yesterday"', 'dateTime'],
    ['meta.created gt "2026-02-30T00:00:00Z"', 'dateTime'],
    ['active eq "yes"', 'boolean'],
    [`${BADGE_URN}:level eq "many"`, 'integer'],
    ['title gt null', 'null'],
    [ENTERPRISE_URN + ' pr', 'extension'],
    ['urn:unknown:thing pr', 'urn:unknown:thing'],
    ['__proto__ pr', '__proto__'],
    ['constructor pr', 'constructor'],
    [`${CUSTOM_URN}:toString pr`, 'toString'],
  ])('refuses %s', (text, names) => expect(refusal(text)).toContain(names));

  it('holds a strict client to the grammar and the types (K4, K12)', () => {
    for (const text of ['active eq "True"', 'title eq 5', `${ENTERPRISE_URN}:manager eq "x"`, 'emails eq "x"']) {
      refusal(text, STRICT);
    }
    expect(matches('emails co "@a."', AVA, STRICT)).toBe(true);
    expect(matches(`${CUSTOM_URN}:level eq 5`, AVA, STRICT)).toBe(true);
  });

  it('compares the literal of a bare digit string with a string attribute', () => {
    expect(matches('externalId eq 12345678901234567890', { externalId: '12345678901234567890' })).toBe(true);
    expect(matches('externalId eq 42', { externalId: '42' })).toBe(true);
  });

  it('evaluates an element by itself', () => {
    const emails = user.attribute('emails')!;
    const filter = resolveElementFilter(user, emails, parseFilter('type eq "work" or primary eq true'), LENIENT);
    expect(evaluateElement(filter, { type: 'WORK' })).toBe(true);
    expect(evaluateElement(filter, { type: 'home', primary: true })).toBe(true);
    expect(evaluateElement(filter, {})).toBe(false);
    expect(evaluateElement(filter, 'work')).toBe(false);
  });

  it('agrees with a plain reading of each operator on every kind of stored value', () => {
    const stored = fc.option(fc.string({ unit: fc.constantFrom('a', 'A', 'b', 'ß', '😀', '\ufffd') }), {
      nil: undefined,
    });
    const literal = fc.string({ unit: fc.constantFrom('a', 'B', '😀'), minLength: 1 });
    const bytes = (s: string) => Buffer.from(s.toLowerCase());
    fc.assert(
      fc.property(stored, literal, (value, wanted) => {
        const resource: JsonObject = value === undefined ? {} : { title: value };
        const is = (op: string) => matches(`title ${op} ${JSON.stringify(wanted)}`, resource);
        const order = value === undefined ? NaN : Buffer.compare(bytes(value), bytes(wanted));
        const low = value?.toLowerCase();
        expect(is('eq')).toBe(order === 0);
        expect(is('ne')).toBe(order !== 0);
        expect(is('gt')).toBe(order > 0);
        expect(is('ge')).toBe(order >= 0);
        expect(is('lt')).toBe(order < 0);
        expect(is('le')).toBe(order <= 0);
        expect(is('co')).toBe(low !== undefined && low.includes(wanted.toLowerCase()));
        expect(is('sw')).toBe(low !== undefined && low.startsWith(wanted.toLowerCase()));
        expect(is('ew')).toBe(low !== undefined && low.endsWith(wanted.toLowerCase()));
      }),
    );
  });

  it('is not upset by stored values of another type', () => {
    const wrong: Json[] = [null, 5, true, [], {}, ['x'], { value: 'x' }, [[1]], 'x'];
    for (const value of wrong) {
      for (const name of ['userName', 'emails', 'name', 'active', 'meta', ENTERPRISE_URN]) {
        for (const text of [
          'userName sw "a"',
          'emails[type eq "x"]',
          'name pr',
          'active ne true',
          'meta.created gt "2026-01-01"',
        ]) {
          expect(typeof matches(text, { [name]: value })).toBe('boolean');
        }
      }
    }
  });
});
