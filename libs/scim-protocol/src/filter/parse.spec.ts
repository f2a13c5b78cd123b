import fc from 'fast-check';
import { STRICT } from '../client-profile';
import { BadRequest } from '../errors';
import { parseFilter, parsePath } from './parse';
import type { FilterSyntax } from './types';

const ENT = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const compare = (path: string, op: 'eq' | 'co' | 'sw' | 'gt', value: string | number | boolean | null) =>
  ({ kind: 'compare', path, op, value }) as const;

function refusal(text: string, profile?: typeof STRICT): BadRequest {
  try {
    parseFilter(text, profile);
  } catch (error) {
    expect(error).toBeInstanceOf(BadRequest);
    return error as BadRequest;
  }
  throw new Error(`accepted: ${text}`);
}

describe('parseFilter', () => {
  it('folds operators and keeps names as they were written (R01)', () => {
    expect(parseFilter('USERNAME Eq "AVA@corp.example"')).toEqual(compare('USERNAME', 'eq', 'AVA@corp.example'));
  });

  it('binds not before and before or (R07)', () => {
    expect(parseFilter('title pr or userType eq "X" and active eq true')).toEqual({
      kind: 'or',
      left: { kind: 'present', path: 'title' },
      right: { kind: 'and', left: compare('userType', 'eq', 'X'), right: compare('active', 'eq', true) },
    });
    const negated = parseFilter('not (title pr) and active eq true');
    expect(negated).toEqual(parseFilter('NOT(title pr)AND active EQ true'));
    expect(negated.kind).toBe('and');
    expect(parseFilter('not (title pr and active eq true)').kind).toBe('not');
  });

  it('groups', () => {
    expect(parseFilter('(a pr or b pr) and c pr')).toMatchObject({ kind: 'and', left: { kind: 'or' } });
    expect(parseFilter(' ( ( a pr ) ) ')).toEqual({ kind: 'present', path: 'a' });
  });

  it('reads JSON values', () => {
    expect(parseFilter('a eq "x\\"y\\\\\\u00e9"')).toEqual(compare('a', 'eq', 'x"y\\é'));
    expect(parseFilter('a eq -1.5')).toEqual(compare('a', 'eq', -1.5));
    expect(parseFilter('a eq null')).toEqual(compare('a', 'eq', null));
    expect(parseFilter('a eq ""')).toEqual(compare('a', 'eq', ''));
  });

  it('keeps the digits of a bare number that a double cannot hold', () => {
    expect(parseFilter('externalId eq 12345678901234567890')).toEqual(
      compare('externalId', 'eq', '12345678901234567890'),
    );
    expect(parseFilter('externalId eq 007')).toEqual(compare('externalId', 'eq', '007'));
  });

  it('does not need the space before the quote (R12), nor single spaces', () => {
    const tight: FilterSyntax = { kind: 'valuePath', path: 'members', filter: compare('value', 'eq', 'x') };
    expect(parseFilter('members[value eq"x"]')).toEqual(tight);
    expect(parseFilter('  members [ value \t eq   "x" ]  ')).toEqual(tight);
  });

  it('takes bare words as values, as Entra and RFC 7644 §3.4.2.1 print them (EN-M1)', () => {
    expect(parseFilter('externalId eq jyoung')).toEqual(compare('externalId', 'eq', 'jyoung'));
    expect(parseFilter('(meta.resourceType eq User) or active eq True')).toMatchObject({
      left: compare('meta.resourceType', 'eq', 'User'),
      right: compare('active', 'eq', 'True'),
    });
    expect(refusal('externalId eq jyoung', STRICT).detail).toContain('double quotes');
    expect(refusal("externalId eq 'jyoung'").detail).toContain('double quotes');
  });

  it('keeps the dots of a URN (R10, R11)', () => {
    expect(parseFilter(`${ENT}:manager.value eq "9"`)).toEqual(compare(`${ENT}:manager.value`, 'eq', '9'));
  });

  it('reads a value path with a test of one sub-attribute (EN-M2, K12)', () => {
    expect(parseFilter('emails[type eq "work"].value eq "x"')).toEqual({
      kind: 'valuePath',
      path: 'emails',
      filter: compare('type', 'eq', 'work'),
      test: { sub: 'value', op: 'eq', value: 'x' },
    });
    expect(parseFilter('emails[type eq "work"].value pr and a pr')).toMatchObject({
      kind: 'and',
      left: { test: { sub: 'value', op: 'pr' } },
    });
    expect(refusal('emails[type eq "work"].value eq "x"', STRICT).scimType).toBe('invalidFilter');
  });

  it.each([
    ['', 1],
    ['   ', 4],
    ['userName', 9],
    ['userName xx "a"', 10], // R06
    ['userName eq', 12],
    ['userName eq "a', 13],
    ['userName eq "a\\q"', 13],
    ['userName eq "a\u0001"', 15],
    ['userName eq "a\\u0000"', 13],
    ['userName eq and a pr', 13],
    ['userName eq "a" userName eq "b"', 17],
    ['(userName pr', 13],
    ['userName pr)', 12],
    ['not userName pr', 5],
    ['emails[type eq "work"', 22],
    ['emails[]', 8],
    ['emails[a[b pr]]', 9],
    ['emails[type pr].', 17],
    ['emails[type pr]. value pr', 17],
    ['a..b pr', 1],
    ['a.b.c pr', 1],
    ['ü pr', 1],
    ['"a" eq "b"', 1],
    ['a eq "b" and', 13],
    ['urn:x: pr', 1],
  ])('says where %j cannot be read', (text, column) => {
    const { scimType, detail } = refusal(text);
    expect(scimType).toBe('invalidFilter');
    expect(detail).toMatch(new RegExp(`^The filter cannot be read at column ${column}: .+\\.$`));
  });

  it('refuses what is too long, too deep, too large, and does so quickly', () => {
    const started = process.cpuUsage();
    expect(refusal(`userName eq "${'x'.repeat(20_000)}"`).detail).toContain('16384');
    expect(refusal('('.repeat(8_000)).detail).toContain('60 levels');
    expect(refusal('not('.repeat(4_000)).detail).toContain('60 levels');
    expect(refusal(Array(1_200).fill('a pr').join(' or ')).detail).toContain('400 parts');
    const spent = process.cpuUsage(started);
    expect((spent.user + spent.system) / 1_000).toBeLessThan(500);
    expect(parseFilter(`${'('.repeat(60)}a pr${')'.repeat(60)}`)).toEqual({ kind: 'present', path: 'a' });
    expect(parseFilter(Array(200).fill('a pr').join(' or ')).kind).toBe('or');
  });

  it('throws nothing but invalidFilter, whatever it is given', () => {
    const alphabet = fc.constantFrom(
      ...[
        '(',
        ')',
        '[',
        ']',
        '"',
        '\\',
        ' ',
        '.',
        ':',
        'not',
        'and',
        'or',
        'eq',
        'pr',
        'a',
        '1',
        'urn:',
        '\0',
        'é',
        '😀',
      ],
    );
    const text = fc.oneof(
      fc.string(),
      fc.array(alphabet, { maxLength: 40 }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, (t) => {
        try {
          parseFilter(t);
        } catch (error) {
          expect(error).toBeInstanceOf(BadRequest);
          expect((error as BadRequest).scimType).toBe('invalidFilter');
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('parsePath', () => {
  const path = (text: string) => parsePath(text, STRICT, 'The path');

  it('reads attributes, value paths and URNs', () => {
    expect(path('name.givenName')).toEqual({ path: 'name.givenName' });
    expect(path(ENT)).toEqual({ path: ENT });
    expect(path('emails[type eq "a]b"].value')).toEqual({
      path: 'emails',
      filter: compare('type', 'eq', 'a]b'),
      sub: 'value',
    });
    expect(path('members[value eq "1"]')).toEqual({ path: 'members', filter: compare('value', 'eq', '1') });
  });

  it.each(['', 'bad[', 'a b', '/members', 'a..b', '.a', 'emails[]', 'emails[a pr]value', 'emails[a pr].', 'a[b pr] x'])(
    'refuses %j as invalidPath (R49)',
    (text) => {
      expect(() => path(text)).toThrow(expect.objectContaining({ scimType: 'invalidPath' }) as Error);
      expect(() => path(text)).toThrow(/^The path cannot be read at column \d+: /);
    },
  );
});
