import type { PolicyDocumentType, Surroundings } from './policy-document-type';
import { validateDocument } from './validate-document';

const surroundings: Surroundings = { appName: 'taskade', documents: {}, workspaces: ['w1'] };

/** A kind of document with one of everything. */
const colours: PolicyDocumentType<Record<string, { near?: string }>> = {
  name: 'colours',
  about: 'Which colours there are.',
  decidesAccess: false,
  schema: (appName) => ({
    title: 'Colours',
    type: 'object',
    propertyNames: { maxLength: 10 },
    additionalProperties: {
      title: 'Colour',
      type: 'object',
      additionalProperties: false,
      minProperties: 1,
      properties: {
        [`${appName}_shade`]: { enum: ['dark', 'light', 1] },
        near: { type: 'string', minLength: 1, maxLength: 5 },
        hex: { type: 'string', pattern: '^#[0-9a-f]{6}$', examples: ['#aabbcc'] },
        code: { type: 'string', pattern: '^[A-Z]{2}$', 'x-fault': 'must be two capital letters' },
        mix: { type: 'array', items: { type: 'string' }, uniqueItems: true, minItems: 2, maxItems: 3 },
        share: { type: 'integer', minimum: 0, maximum: 100 },
        wet: { type: ['boolean', 'null'] },
        source: {
          anyOf: [
            { type: 'string', title: 'name' },
            { title: 'recipe', type: 'object', required: ['by'], properties: { by: { type: 'string' } } },
          ],
        },
        deep: { $ref: '#/$defs/deep' },
        default: { $ref: '#/$defs/deeper', description: 'Called as a keyword is.' },
      },
      dependentRequired: { hex: ['code'] },
    },
    $defs: {
      deep: { type: 'object', additionalProperties: { $ref: '#/$defs/deeper' } },
      deeper: { type: 'object', additionalProperties: { type: 'object' } },
    },
  }),
  check(document, { workspaces }) {
    const warnings = Object.entries(document)
      .filter(([, { near }]) => near !== undefined && !workspaces.includes(near))
      .map(([key]) => ({ pointer: `/${key}/near`, detail: 'is near nothing' }));
    const faults = document.none ? [{ pointer: '/none', detail: 'is no colour' }] : [];
    return { faults, warnings };
  },
};
const validate = (raw: unknown) => validateDocument(colours as PolicyDocumentType, raw, surroundings);
const faultsOf = (raw: unknown) => validate(raw).faults.map(({ pointer, detail }) => `${pointer}: ${detail}`);

it('takes a document bare and wrapped in its name', () => {
  expect(validate({ red: { share: 3 } })).toEqual({ document: { red: { share: 3 } }, faults: [], warnings: [] });
  expect(validate({ colours: { red: { share: 3 } } }).document).toEqual({ red: { share: 3 } });
  expect(validate({})).toEqual({ document: {}, faults: [], warnings: [] });
});

it('points faults into what was given, and warnings into the document', () => {
  expect(faultsOf({ colours: { red: 1 } })).toEqual(['/colours/red: must be an object, not a number']);
  expect(faultsOf({ colours: { none: { share: 1 } } })).toEqual(['/colours/none: is no colour']);
  expect(faultsOf({ colours: 7 })).toEqual(['/colours: must be an object, not a number']);
  const { document, warnings } = validate({ colours: { red: { near: 'w2' } } });
  expect(document).toBeDefined();
  expect(warnings).toEqual([{ pointer: '/red/near', detail: 'is near nothing' }]);
});

it.each<[unknown, string]>([
  [[], ': must be an object, not a list'],
  [null, ': must be an object, not null'],
  [undefined, ': must be an object, not nothing'],
  ['x', ': must be an object, not a text'],
  [
    { 'a/b~c': {} },
    '/a~1b~0c: must not be empty; give at least one of taskade_shade, near, hex, code, mix, share, wet, source, deep, default',
  ],
  [
    { a: { shade: 1 } },
    '/a/shade: is not a key of a colour (did you mean share?); known are taskade_shade, near, hex, code, mix, share, wet, source, deep, default',
  ],
  [{ a: { taskade_shade: 'grey' } }, '/a/taskade_shade: must be one of "dark", "light", 1'],
  [{ a: { near: '' } }, '/a/near: must not be empty'],
  [{ a: { near: 'abcdef' } }, '/a/near: must have at most 5 characters'],
  [{ a: { hex: 'red', code: 'AA' } }, '/a/hex: does not have the form of "#aabbcc"'],
  [{ a: { hex: '#aabbcc' } }, '/a/code: is missing; "hex" needs it'],
  [{ a: { code: 'a' } }, '/a/code: must be two capital letters'],
  [{ a: { mix: ['x'] } }, '/a/mix: must have at least 2 entries'],
  [{ a: { mix: ['x', 'y', 'x'] } }, '/a/mix: must not hold the same twice; entries 0 and 2 do'],
  [{ a: { mix: ['x', 'y', 'z', 'u'] } }, '/a/mix: must have at most 3 entries'],
  [{ a: { mix: ['x', true] } }, '/a/mix/1: must be a text, not true'],
  [{ a: { share: 1.5 } }, '/a/share: must be a whole number, not a number'],
  [{ a: { share: -1 } }, '/a/share: must be at least 0'],
  [{ a: { share: 101 } }, '/a/share: must be at most 100'],
  [{ a: { wet: 'yes' } }, '/a/wet: must be true or false or null, not a text'],
  [{ a: { source: 5 } }, '/a/source: must be a name or a recipe'],
  [{ a: { source: {} } }, '/a/source/by: is missing'],
  [{ a: { source: { by: 1 } } }, '/a/source/by: must be a text, not a number'],
  [{ abcdefghijkl: { share: 1 } }, '/abcdefghijkl: is no such key: it must have at most 10 characters'],
  [{ a: { default: { b: 1 } } }, '/a/default/b: must be an object, not a number'],
  [{ a: { deep: { b: { c: [] } } } }, '/a/deep/b/c: must be an object, not a list'],
])('says what is wrong with %j', (raw, fault) => {
  expect(faultsOf(raw)).toEqual([fault]);
});

it('tells every fault, in the order of the document', () => {
  expect(faultsOf({ a: { share: 'x', source: 5, near: 1 }, b: 2, c: { foo: 1, bar: 1 } })).toEqual([
    '/a/near: must be a text, not a number',
    '/a/share: must be a whole number, not a text',
    '/a/source: must be a name or a recipe',
    '/b: must be an object, not a number',
    expect.stringContaining('/c/foo: is not a key of a colour'),
    expect.stringContaining('/c/bar: is not a key of a colour'),
  ]);
});

it('takes no schema that refers to itself or to nothing', () => {
  const withDefinition = (definition: object) => ({
    ...colours,
    schema: () => ({ $ref: '#/$defs/tree', $defs: { tree: definition } }),
  });
  const judge = (definition: object) => validateDocument(withDefinition(definition), {}, surroundings);
  expect(() => judge({ items: { $ref: '#/$defs/tree' } })).toThrow('The definition tree refers to itself');
  expect(() => judge({ items: { $ref: '#/$defs/leaf' } })).toThrow('refers to #/$defs/leaf, which it does not define');
});

describe('of what is hostile', () => {
  it.each<[string, string]>([
    ['{"__proto__": {"share": 1}}', '/__proto__: is not allowed as a key'],
    ['{"a": {"deep": {"__proto__": {}}}}', '/a/deep/__proto__: is not allowed as a key'],
    ['{"a\\u0000b": {"share": 1}}', '/a\u0000b: must not contain NUL or half a surrogate pair'],
    ['{"a": {"near": "\\ud800"}}', '/a/near: must not contain NUL or half a surrogate pair'],
  ])('refuses %s', (text, fault) => {
    expect(faultsOf(JSON.parse(text))).toEqual([fault]);
    expect(({} as Record<string, unknown>).share).toBeUndefined();
  });

  it('refuses keys that no index can hold', () => {
    const fault = validate({ ['k'.repeat(100_000)]: {} }).faults[0]!;
    expect(fault.detail).toBe('has more than 500 characters, which is too long for a key');
    expect(fault.pointer.length).toBeLessThan(600);
  });

  it('takes names that every object has for names', () => {
    for (const name of ['toString', 'valueOf', 'prototype']) {
      expect(validate({ [name]: { share: 1 } }).faults).toEqual([]);
      expect(faultsOf({ a: { [name]: 1 } })[0]).toContain(`/a/${name}: is not a key of a colour`);
    }
  });

  it('refuses what is nested deeper than any document is', () => {
    let deep: object = {};
    for (let i = 0; i < 100_000; i++) deep = { d: deep };
    expect(validate({ a: { deep } }).faults[0]!.detail).toBe('is nested more than 32 levels deep');
  });

  it.each<[string, unknown]>([
    ['right', { share: 1, mix: ['a', 'b'], source: { by: 'me' } }],
    ['wrong in many ways', { share: -1, mix: [1, 2], source: {}, foo: 1, deep: { a: { b: 1 } } }],
    ['too few', {}],
  ])('judges a hundred thousand entries that are %s without long thought', (_, entry) => {
    const many = Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`e${i}`, entry]));
    const began = process.cpuUsage();
    const { faults, document } = validate(many);
    const { user, system } = process.cpuUsage(began);
    expect(document === undefined ? faults.length : 101).toBe(101);
    if (faults.length) expect(faults[100]!.detail).toBe('and more like these');
    // Some tenths of a second alone; the bound is there for what grows with the square.
    expect((user + system) / 1_000).toBeLessThan(3_000);
  });
});
