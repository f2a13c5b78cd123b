import fc from 'fast-check';
import { parse as oracle, type Filter as OracleFilter } from 'scim2-parse-filter';
import { parseFilter } from './parse';
import { printFilter } from './print';
import type { CompareOperator, FilterSyntax } from './types';

const ENT = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const NAMES = ['userName', 'title', 'active', 'a-b_c', '$ref', 'not1', 'order'];
const PATHS = [...NAMES, 'name.familyName', 'meta.lastModified', `${ENT}:department`, `${ENT}:manager.value`];
const OPERATORS: CompareOperator[] = ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'];

/**
 * Filters that the parser can produce, for property tests. Without `extended` only what the RFC's grammar has, and strings
 * that every parser reads alike.
 */
function filterSyntax({ extended = true } = {}): fc.Arbitrary<FilterSyntax> {
  const text = extended
    ? fc.string({ unit: 'binary' }).filter((s) => !s.includes('\0'))
    : fc.string({ unit: fc.constantFrom(...'abcXYZ019 .@[]()'.split('')), minLength: 1 });
  const value = fc.oneof(text, extended ? fc.integer() : fc.nat(), fc.boolean(), fc.constant(null));
  const op = fc.constantFrom(...OPERATORS);

  const over = (path: fc.Arbitrary<string>, other: fc.Arbitrary<FilterSyntax>[]) =>
    fc.letrec<{ filter: FilterSyntax }>((tie) => ({
      filter: fc.oneof(
        { maxDepth: 4, withCrossShrink: true },
        fc.record({ kind: fc.constant('compare' as const), path, op, value }),
        fc.record({ kind: fc.constant('present' as const), path }),
        ...other,
        fc.record({ kind: fc.constantFrom('and' as const, 'or' as const), left: tie('filter'), right: tie('filter') }),
        fc.record({ kind: fc.constant('not' as const), filter: tie('filter') }),
      ),
    })).filter;

  // The oracle knows neither $ref nor negative numbers.
  const names = extended ? NAMES : NAMES.filter((name) => name !== '$ref');
  const paths = extended ? PATHS : PATHS.filter((name) => name !== '$ref');
  const inside = over(fc.constantFrom(...names), []);
  const valuePath = fc.record({
    kind: fc.constant('valuePath' as const),
    path: fc.constantFrom('emails', `${ENT}:badges`),
    filter: inside,
  });
  const sub = fc.constantFrom(...names);
  const test = fc.oneof(fc.record({ sub, op, value }), fc.record({ sub, op: fc.constant('pr' as const) }));
  const tested = fc.tuple(valuePath, test).map(([path, t]): FilterSyntax => ({ ...path, test: t }));
  return over(fc.constantFrom(...paths), extended ? [valuePath, tested] : [valuePath]);
}

describe('printFilter', () => {
  it('is undone by parseFilter', () => {
    fc.assert(fc.property(filterSyntax(), (filter) => expect(parseFilter(printFilter(filter))).toEqual(filter)));
  });

  it('is idempotent over parseFilter', () => {
    fc.assert(
      fc.property(filterSyntax(), (filter) => {
        const once = printFilter(filter);
        expect(printFilter(parseFilter(once))).toBe(once);
      }),
    );
  });

  it('writes one canonical form', () => {
    expect(printFilter(parseFilter(' (a  PR OR((b Eq x)) )and NOT(c gt 1)'))).toBe(
      '(a pr or b eq "x") and not (c gt 1)',
    );
    expect(printFilter(parseFilter('a pr and (b pr and c pr) and (d pr or e pr)'))).toBe(
      'a pr and (b pr and c pr) and (d pr or e pr)',
    );
  });
});

describe('against scim2-parse-filter, where it follows the grammar', () => {
  /** Its and/or are lists; ours are pairs. Its `not` of a single comparison and its value paths are ours. */
  const paired = (f: OracleFilter): FilterSyntax => {
    switch (f.op) {
      case 'and':
      case 'or': {
        const { op } = f;
        return f.filters.map(paired).reduce((left, right) => ({ kind: op, left, right }));
      }
      case 'not':
        return { kind: 'not', filter: paired(f.filter) };
      case '[]':
        return { kind: 'valuePath', path: f.attrPath, filter: paired(f.valFilter) };
      case 'pr':
        return { kind: 'present', path: f.attrPath };
      default:
        return { kind: 'compare', path: f.attrPath, op: f.op, value: f.compValue };
    }
  };
  /** Chains lean to the left on our side as well once associativity is out of the picture. */
  const leaning = (f: FilterSyntax): FilterSyntax => {
    if (f.kind === 'not') return { kind: 'not', filter: leaning(f.filter) };
    if (f.kind === 'valuePath') return { ...f, filter: leaning(f.filter) };
    if (f.kind !== 'and' && f.kind !== 'or') return f;
    const operands = (g: FilterSyntax): FilterSyntax[] =>
      g.kind === f.kind ? [...operands(g.left), ...operands(g.right)] : [leaning(g)];
    return operands(f).reduce((left, right) => ({ kind: f.kind, left, right }));
  };

  it('agrees on the tree', () => {
    fc.assert(
      fc.property(filterSyntax({ extended: false }), (filter) => {
        const text = printFilter(filter);
        expect(leaning(paired(oracle(text)))).toEqual(leaning(parseFilter(text)));
      }),
    );
  });
});
