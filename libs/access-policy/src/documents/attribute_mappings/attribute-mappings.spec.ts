import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type PolicyDocumentType, validateDocument } from '../../document';
import { attributeMappings } from './index';

const validate = (raw: unknown, appName = 'taskade') =>
  validateDocument(attributeMappings as PolicyDocumentType, raw, { appName, documents: {}, workspaces: [] });
const told = (raw: unknown) => validate(raw).faults.map(({ pointer, detail }) => `${pointer}: ${detail}`);

it('takes the sample document byte for byte, bare and wrapped', () => {
  const sample = JSON.parse(readFileSync(join(__dirname, 'custom_mappings.fixture.json'), 'utf8')) as unknown;
  expect(validate(sample)).toEqual({ document: sample, faults: [], warnings: [] });
  expect(validate({ attribute_mappings: sample })).toEqual({ document: sample, faults: [], warnings: [] });
});

it("takes its schema's own examples, for every application", () => {
  for (const appName of ['taskade', 'a.c+me']) {
    const { examples } = attributeMappings.schema(appName) as { examples: unknown[] };
    for (const example of examples) expect(validate(example, appName)).toMatchObject({ faults: [], warnings: [] });
  }
});

it.each<[unknown, string]>([
  [
    { custom_mappings: { 'okta:custom:x': 'other:x' } },
    '/custom_mappings/okta:custom:x: must name a field of the profile, such as "taskade:costCenter"',
  ],
  [{ custom_mappings: { x: 5 } }, '/custom_mappings/x: must name a field of the profile, such as "taskade:costCenter"'],
  [
    { custom_mappings: { 'okta:login': 'login' } },
    '/custom_mappings/okta:login: cannot be read at column 1: "okta:login" is no source; write okta:custom:login or the path of a SCIM attribute',
  ],
  [
    { standard: { 'emails[type is "x"].value': 'email' } },
    '/standard/emails[type is "x"].value: cannot be read at column 13: an operator is expected (eq, ne, co, sw, ew, gt, ge, lt, le or pr); found: is "x"].value pr',
  ],
  [
    { custom_mappings: { 'title pr or x': 'y' } },
    '/custom_mappings/title pr or x: cannot be read at column 1: this is not the path of an attribute; write one such as emails[type eq "work"].value',
  ],
  [
    { conditions: [{ when: 'a eq', set: { b: 1 } }] },
    '/conditions/0/when: cannot be read at column 5: a value to compare with is expected; nothing more follows',
  ],
  [{ multi_valued: { phone: 'last' } }, '/multi_valued/phone: must be one of "first", "primary", "join", "all"'],
  [
    { mappings: {} },
    '/mappings: is not a key of an attribute mapping document (did you mean custom_mappings?); known are standard, custom_mappings, transformations, lookups, conditions, multi_valued',
  ],
  [
    { lookups: { __proto__x: {} } },
    '/lookups/__proto__x: is no such key: it must be a name of letters, digits, _ and -',
  ],
])('refuses %j', (raw, fault) => expect(told(raw)).toEqual([fault]));

it('says quickly that a document is too large', () => {
  const custom_mappings = Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`okta:custom:x${i}`, `x${i}`]));
  expect(told({ custom_mappings })).toEqual(['/custom_mappings: must have at most 500 keys']);
});

it('warns of rules for fields that nothing is mapped to', () => {
  expect(validate({ transformations: { location: { a: 'b' } }, multi_valued: { jobTitle: 'all' } }).warnings).toEqual([
    { pointer: '/transformations/location', detail: 'is for a field that no source is mapped to' },
  ]);
});
