import fc from 'fast-check';
import { WorkspaceIndex } from './workspace-index';
import { WorkspacePattern } from './workspace-pattern';

it('finds by pattern what a regular expression finds', () => {
  const text = (units: string) => fc.string({ unit: fc.constantFrom(...units), maxLength: 6 });
  const pattern = fc.tuple(text('ab*'), text('ab*')).map((parts) => parts.join('*'));
  fc.assert(
    fc.property(fc.array(text('ab_')), pattern, (keys, written) => {
      const index = new WorkspaceIndex(keys);
      const expected = [...new Set(keys)]
        .filter((key) => new RegExp(`^${written.replaceAll('*', '.*')}$`).test(key))
        .sort();
      expect(index.matching(new WorkspacePattern(written)).map((position) => index.keys[position])).toEqual(expected);
    }),
    { numRuns: 2_000 },
  );
});

it('does not stumble over a pattern of many stars', () => {
  const begun = process.cpuUsage();
  expect(new WorkspacePattern('*a'.repeat(200)).matches(`${'a'.repeat(199)}${'b'.repeat(300)}`)).toBe(false);
  const spent = process.cpuUsage(begun);
  expect((spent.user + spent.system) / 1_000).toBeLessThan(500);
});

it('lists what it was given where that is sorted', () => {
  const sorted = ['a', 'b'];
  expect(new WorkspaceIndex(sorted).keys).toBe(sorted);
  expect(new WorkspaceIndex(['b', 'a', 'b']).keys).toEqual(['a', 'b']);
});
