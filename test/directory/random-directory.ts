import fc from 'fast-check';
import {
  createRegistry,
  CUSTOM_URN,
  ENTERPRISE_URN,
  type JsonObject,
  parseExtensionSchema,
} from '@provost/scim-protocol';

export const ACME = 'urn:acme:scim:schemas:extension:staff:2.0:User';

/** The standard types and a tenant's own extension with every type of attribute that an extension may have. */
export const REGISTRY = createRegistry([
  {
    resourceType: 'User',
    schema: parseExtensionSchema({
      urn: ACME,
      attributes: [
        { name: 'level', type: 'integer' },
        { name: 'score', type: 'decimal' },
        { name: 'hired', type: 'dateTime' },
        { name: 'remote', type: 'boolean' },
        { name: 'code', type: 'string', caseExact: true },
        { name: 'key', type: 'binary', caseExact: true },
        { name: 'tags', type: 'string', multiValued: true },
        {
          name: 'desk',
          type: 'complex',
          subAttributes: [
            { name: 'floor', type: 'integer' },
            { name: 'label', type: 'string' },
          ],
        },
        {
          name: 'badges',
          type: 'complex',
          multiValued: true,
          subAttributes: [
            { name: 'value', type: 'string' },
            { name: 'issued', type: 'dateTime' },
            { name: 'grade', type: 'integer' },
          ],
        },
      ],
    }),
  },
]);

/** What makes trouble in SQL, in LIKE, in folding and in ordering. */
export const FRAGMENTS = [
  ...[
    'Ava',
    'AVA',
    'ava',
    'Müller',
    'MÜLLER',
    'straße',
    'STRASSE',
    'ΣΊΣΥΦΟΣ',
    'σίσυφος',
    'İstanbul',
    'istanbul',
    'ılık',
  ],
  ...[
    "O'Brien",
    'quo"te',
    'back\\slash',
    '100%',
    'a_b',
    'axb',
    '😀',
    '\uffee',
    'e\u0301',
    'é',
    'ﬁ',
    'Ǆ',
    '\u2028',
    'a b',
  ],
  ...['true', '5', '$1', '::text', '%', '_', '\\', "'", '--', 'work', 'home', 'direct', 'User', ' x', 'W/"1"'],
];

/** Capitals that an older ICU than this one's does not fold (Georgian, and alphabets that few write). */
const YOUNG_LETTERS = /[\u1c80-\u1cbf\u2c00-\u2c5f\ua790-\ua7ff\u{10570}-\u{1ffff}]/gu;

export const text = fc
  .array(
    fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...FRAGMENTS) }, fc.string({ unit: 'grapheme', maxLength: 3 })),
    {
      minLength: 1,
      maxLength: 3,
    },
  )
  .map((parts) =>
    parts
      .join('')
      .replaceAll('\0', '')
      .replace(YOUNG_LETTERS, (c) => c.toLowerCase()),
  )
  .filter((t) => t !== '');
const name = text.filter((t) => t.trim() !== '').map((t) => t.replace(/[\u0000-\u001f\u007f-\u009f]/g, '-'));
const kind = fc.constantFrom('work', 'home', 'Work', 'other');

export const moment = fc
  .tuple(fc.integer({ min: 0, max: 6 }), fc.constantFrom('Z', '+02:00', '-05:30', '.5Z', '.123456Z', ''))
  .map(([day, rest]) => `2024-02-2${day}T22:00:00${rest}`);
export const number = fc.constantFrom(-3, 0, 1, 2, 10, 1000000);
export const decimal = fc.constantFrom(-1.5, 0, 0.1, 2, 2.5, 1e21);
export const bytes = fc.constantFrom('QUJD', 'qujd', 'AAAA');

const element = (value: fc.Arbitrary<string>) =>
  fc.record({ value, type: kind, display: text }, { requiredKeys: ['value'] });
const plural = (value: fc.Arbitrary<string>) => fc.array(element(value), { maxLength: 3 });

const user = fc.record(
  {
    userName: name,
    externalId: text,
    name: fc.record({ familyName: text, givenName: text, formatted: text }, { requiredKeys: [] }),
    displayName: text,
    title: text,
    profileUrl: text,
    active: fc.boolean(),
    emails: plural(text),
    phoneNumbers: plural(text),
    roles: plural(text),
    entitlements: plural(text),
    addresses: fc.array(
      fc.record({ type: kind, locality: text, primary: fc.constant(false) }, { requiredKeys: ['type'] }),
      {
        maxLength: 2,
      },
    ),
    [ENTERPRISE_URN]: fc.record(
      { department: text, employeeNumber: text, costCenter: text, manager: fc.record({ value: text }) },
      { requiredKeys: [] },
    ),
    [CUSTOM_URN]: fc.record(
      { officeLocation: text, Shoe: fc.oneof(text, number, fc.boolean()), 'hat-size': fc.oneof(text, decimal) },
      { requiredKeys: [] },
    ),
    [ACME]: fc.record(
      {
        level: number,
        score: decimal,
        hired: moment,
        remote: fc.boolean(),
        code: text,
        key: bytes,
        tags: fc.array(text, { maxLength: 3 }),
        desk: fc.record({ floor: number, label: text }, { requiredKeys: [] }),
        badges: fc.array(fc.record({ value: text, issued: moment, grade: number }, { requiredKeys: ['value'] }), {
          maxLength: 3,
        }),
      },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: ['userName'] },
);

/** A group, its members as numbers: of users, and (negative, from -1) of groups. */
const group = fc.record({
  displayName: name,
  externalId: fc.option(text, { nil: undefined }),
  members: fc.uniqueArray(fc.integer({ min: -4, max: 24 }), { maxLength: 8 }),
});
const role = fc.record({ displayName: name, description: text, type: kind }, { requiredKeys: ['displayName'] });

export interface DirectoryPlan {
  readonly users: JsonObject[];
  readonly groups: { displayName: string; externalId?: string | undefined; members: number[] }[];
  readonly roles: JsonObject[];
}

/** Two dozen people, a few groups that may contain each other in circles, a few roles. */
export const directoryPlan: fc.Arbitrary<DirectoryPlan> = fc.record({
  users: fc.uniqueArray(user as fc.Arbitrary<JsonObject>, {
    minLength: 12,
    maxLength: 28,
    selector: (u) => (u.userName as string).toLowerCase(),
  }),
  groups: fc.array(group, { minLength: 3, maxLength: 6 }),
  roles: fc.array(role as fc.Arbitrary<JsonObject>, { maxLength: 4 }),
});
