import * as fc from 'fast-check';
import { differences, sameValue } from './differences';

const changesOf = (from: unknown, to: unknown) => differences(from, to).changes;

it('tells what was and what is, with a pointer', () => {
  expect(changesOf({ a: 1, b: { c: [1], 'd/e~': true } }, { a: 1, b: { c: [1], 'd/e~': false }, f: null })).toEqual([
    { path: '/b/d~1e~0', from: true, to: false },
    { path: '/f', to: null },
  ]);
  expect(changesOf({ a: null, b: 2 }, { b: {} })).toEqual([
    { path: '/a', from: null },
    { path: '/b', from: 2, to: {} },
  ]);
});

it('takes what was not there for empty', () => {
  expect(changesOf(undefined, { a: { b: 1 } })).toEqual([{ path: '/a', to: { b: 1 } }]);
  expect(changesOf(null, {})).toEqual([{ path: '', from: null, to: {} }]);
});

it('knows what stayed at either end of a list', () => {
  expect(changesOf({ r: ['a', 'b', 'c'] }, { r: ['new', 'a', 'b', 'c'] })).toEqual([{ path: '/r/0', to: 'new' }]);
  expect(changesOf({ r: ['a', 'b', 'c'] }, { r: ['a', 'c'] })).toEqual([{ path: '/r/1', from: 'b' }]);
  expect(changesOf({ r: [{ n: 1, w: 1 }, 2] }, { r: [{ n: 1, w: 2 }, 2] })).toEqual([
    { path: '/r/0/w', from: 1, to: 2 },
  ]);
  expect(changesOf({ r: ['a', 'a'] }, { r: ['a'] })).toEqual([{ path: '/r/1', from: 'a' }]);
});

it('tells so many and counts the others', () => {
  const entries = (n: number) => Object.fromEntries(Array.from({ length: n }, (_, i) => [`g${i}`, { role: 'user' }]));
  const all = differences({}, entries(100_000));
  expect(all.changes).toHaveLength(1_000);
  expect(all.more).toBe(99_000);
});

it('tells a long value by its parts, and cuts a long text', () => {
  const list = Array.from({ length: 500 }, (_, i) => `entry ${i}`);
  expect(changesOf({}, { list })).toHaveLength(500);
  expect(changesOf({ list }, { list: 1 })).toHaveLength(501);
  expect(changesOf({ list }, {})[499]).toEqual({ path: '/list/499', from: 'entry 499' });
  expect(String(changesOf({}, { text: 'x'.repeat(1e6) })[0]!.to)).toHaveLength(2_001);
});

it('finds none exactly when two values are the same', () => {
  const json = fc.jsonValue({ maxDepth: 4 });
  fc.assert(
    fc.property(json, json, (a, b) => {
      expect(changesOf(a, structuredClone(a))).toEqual([]);
      expect(sameValue(a, structuredClone(a))).toBe(true);
      expect(changesOf(a, b).length === 0).toBe(sameValue(a, b));
    }),
  );
});

it('does not mind the order of keys', () => {
  expect(sameValue({ a: 1, b: [{ c: 1, d: 2 }] }, { b: [{ d: 2, c: 1 }], a: 1 })).toBe(true);
  expect(sameValue({ a: undefined }, { b: 1 })).toBe(false);
  expect(sameValue([1, 2], [2, 1])).toBe(false);
  expect(sameValue({}, [])).toBe(false);
});
