import fc from 'fast-check';
import {
  createRegistry,
  evaluateFilter,
  type JsonObject,
  LENIENT,
  parseFilter,
  resolveFilter,
} from '@provost/scim-protocol';
import { ConditionFault, parseCondition } from './index';

const ENT = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User';
const AVA = {
  userName: 'ava@corp.example',
  active: true,
  title: 'Head of Ähren',
  nickName: '',
  city: 'İSTANBUL',
  employmentType: 'internal',
  level: 7,
  clearance: '12',
  remote: 'True',
  hired: '2026-03-01',
  skills: ['Lathe', 'Mill'],
  manager: { id: 'u9', name: 'Grace Hopper' },
  emails: [
    { value: 'ava@a.example', type: 'home' },
    { value: 'ava@b.example', type: 'work', primary: true },
  ],
  groups: [
    { value: 'g1', display: 'Engineering' },
    { value: 'g2', display: 'Marketing Leads' },
  ],
  meta: { created: '2026-03-01T01:00:00+02:00' },
  [ENT]: { department: 'Sales', manager: { value: 'U9' }, 'x.y': 1 },
};
const holds = (text: string, attributes: Record<string, unknown> = AVA) => parseCondition(text).holds(attributes);

describe('parseCondition', () => {
  it.each([
    ['USERNAME eq "AVA@corp.example"', true],
    [`${ENT}:department eq "sales" and employmentType ne "external"`, true],
    [`${ENT.toUpperCase()}:Manager.Value eq "u9"`, true],
    [`${ENT}:costCenter pr`, false],
    [`${ENT} pr`, true],
    ['urn:example:none:1.0:User pr', false],
    ['urn:example:none:1.0:User:x ne "y"', true],
    [`${CORE}:title sw "head"`, true],
    ['groups.display eq "engineering"', true],
    ['groups.display co "lead" and not (groups.display eq "Sales")', true],
    ['groups[display eq "Engineering" and value eq "g2"]', false],
    ['groups eq "G1"', true],
    ['manager.name ew "hopper"', true],
    ['emails[type eq "work"].value eq "AVA@b.example"', true],
    ['emails[type eq "home"].primary pr', false],
    ['emails[type eq "home"].value ne "other"', true],
    ['skills eq "mill"', true],
    ['skills ne "mill"', false],
    ['skills[value eq "mill"]', false],
    ['nickName pr', false],
    ['nickName eq null', true],
    ['title ne null', true],
    ['department pr or title eq "head of ÄHREN"', true],
    ['city eq "İstanbul"', true],
    ['city eq "i\u0307stanbul"', true],
    ['city eq "istanbul"', false],
    ['level ge 7', true],
    ['level gt "6"', true],
    ['level co 7', true],
    ['clearance gt 2', true],
    ['clearance eq "12"', true],
    ['title gt 2', false],
    ['level gt "many"', false],
    ['active eq true', true],
    ['active eq "True"', true],
    ['active ne false', true],
    ['remote eq true', true],
    ['title eq true', false],
    ['hired gt "2026-02-28"', true],
    ['hired eq "2026-03-01T00:00:00Z"', true],
    ['hired lt "2026-03-01T00:00:01Z"', true],
    ['meta.created lt "2026-03-01"', true],
    ['meta.created eq "2026-02-28T23:00:00Z"', true],
    ['constructor pr', false],
    ['toString pr or __proto__ pr', false],
  ])('%s is %s', (text, expected) => expect(holds(text)).toBe(expected));

  it.each([
    ['', 1, 'it is empty.'],
    ['department eq', 14, 'a value to compare with is expected'],
    ['department is "Sales"', 12, 'an operator is expected'],
    ['(title pr', 10, 'a closing parenthesis is expected'],
    ['title eq "Sales', 10, 'no closing quote'],
    ['title eq "active gt true" and active gt true', 31, 'only by eq and ne'],
    ['title co null', 1, 'only by eq and ne'],
    ['title pr and okta:custom:level eq 1', 14, 'write "level"'],
    [`${'('.repeat(61)}a pr`, 62, 'nested more than 60 levels'],
    [Array(402).fill('a pr').join(' or '), 1606, 'more than 400 parts'],
    ['a'.repeat(17_000), 1, 'it is longer than 16384 characters'],
  ])('tells the column of what cannot be read in %s', (text, column, detail) => {
    try {
      parseCondition(text);
    } catch (error) {
      expect(error).toBeInstanceOf(ConditionFault);
      expect((error as ConditionFault).detail).toContain(detail);
      expect((error as ConditionFault).column).toBe(column);
      return;
    }
    throw new Error('accepted');
  });

  it('names the paths that it reads', () => {
    const text = `title pr and (title sw "x" or emails[type eq "work"].value pr) and ${ENT}:department pr and groups.display pr`;
    expect(parseCondition(text).paths).toEqual([
      'title',
      'emails.type',
      'emails.value',
      `${ENT}:department`,
      'groups.display',
    ]);
  });

  it('agrees with the evaluation of SCIM filters wherever the schema leaves the same choice', () => {
    const user = createRegistry().type('User');
    const text = fc.string({ unit: fc.constantFrom('a', 'B', 'b', 'ß', '😀', '1'), maxLength: 3 });
    const literal = text.map((value) => JSON.stringify(value));
    const op = fc.constantFrom('eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le');
    const path = fc.constantFrom('title', 'NICKNAME', 'name.givenName', 'emails.value', `${ENT}:department`);
    const compared = fc.tuple(fc.constant('emails'), op, literal).map((parts) => parts.join(' '));
    const test = (paths: fc.Arbitrary<string>) =>
      fc.oneof(
        fc.tuple(paths, op, literal).map((parts) => parts.join(' ')),
        fc.tuple(paths, fc.constantFrom('pr', 'eq null', 'ne null')).map((parts) => parts.join(' ')),
      );
    const inside = test(fc.constantFrom('type', 'value'));
    const flag = fc.constantFrom('active eq true', 'active ne false', 'active pr', 'not (active eq true)');
    const { filter } = fc.letrec<{ filter: string }>((tie) => ({
      filter: fc.oneof(
        { maxDepth: 3 },
        test(path),
        compared,
        flag,
        fc.tuple(inside, inside).map(([a, b]) => `emails[${a} and ${b}]`),
        fc.tuple(inside, test(fc.constant(''))).map(([a, b]) => `emails[${a}].value${b}`),
        fc
          .tuple(tie('filter'), fc.constantFrom('and', 'or'), tie('filter'))
          .map(([a, o, b]) => `(${a}) ${o} not (${b})`),
      ),
    }));
    const maybe = fc.option(text, { nil: undefined });
    const resource = fc
      .record(
        {
          title: text,
          nickName: text,
          active: fc.boolean(),
          name: fc.record({ givenName: maybe }),
          emails: fc.array(fc.record({ type: maybe, value: maybe }), { maxLength: 3 }),
          [ENT]: fc.record({ department: maybe }),
        },
        { requiredKeys: [] },
      )
      .map((made) => JSON.parse(JSON.stringify(made)) as JsonObject);
    fc.assert(
      fc.property(filter, resource, (written, attributes) => {
        const expected = evaluateFilter(resolveFilter(user, parseFilter(written), LENIENT), attributes);
        expect(parseCondition(written).holds(attributes)).toBe(expected);
      }),
      { numRuns: 3_000 },
    );
  });

  it('answers whatever stands in the attributes', () => {
    const condition = fc.constantFrom(
      'a gt 1',
      'a.b sw "x"',
      'a[b eq "x"].c pr',
      'a eq true',
      'a lt "2026-01-01"',
      'urn:a:b:c co "x"',
    );
    const attributes = fc.dictionary(fc.constantFrom('a', 'A', 'b', 'urn:a:b'), fc.anything());
    fc.assert(
      fc.property(condition, attributes, (written, odd) => expect(typeof holds(written, odd)).toBe('boolean')),
      { numRuns: 2_000 },
    );
  });

  it('finds a name in another spelling and prefers the one that is written', () => {
    expect(holds('department eq "x"', { DEPARTMENT: 'x' })).toBe(true);
    expect(holds('department eq "x"', { DEPARTMENT: 'y', department: 'x' })).toBe(true);
  });
});
