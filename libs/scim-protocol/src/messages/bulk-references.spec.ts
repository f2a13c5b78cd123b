import fc from 'fast-check';
import type { Json } from '../schema/types';
import { bulkReferences, replaceBulkReferences } from './bulk-references';

const data = {
  displayName: 'bulkIdea: x',
  members: [{ value: 'bulkId:q1' }, { value: 'known' }, { value: 'bulkId:q2' }, { value: 'bulkId:q1' }],
  'urn:x:User': { manager: { value: 'bulkId:boss' } },
  Operations: [{ op: 'remove', path: 'members[value eq "bulkId:q3"]' }],
  note: 'see "bulkId:q9"',
};

it('finds references wherever they stand (R65)', () => {
  expect(bulkReferences(data)).toEqual(['q1', 'q2', 'boss', 'q3']);
  expect(bulkReferences('bulkId:x')).toEqual(['x']);
  expect(bulkReferences(null)).toEqual([]);
});

it('replaces those that are known, and changes nothing else', () => {
  const before = JSON.stringify(data);
  expect(
    replaceBulkReferences(
      data,
      new Map([
        ['q1', 'U1'],
        ['boss', 'U2'],
        ['q3', 'U"3'],
      ]),
    ),
  ).toEqual({
    ...data,
    members: [{ value: 'U1' }, { value: 'known' }, { value: 'bulkId:q2' }, { value: 'U1' }],
    'urn:x:User': { manager: { value: 'U2' } },
    Operations: [{ op: 'remove', path: 'members[value eq "U\\"3"]' }],
  });
  expect(JSON.stringify(data)).toBe(before);
});

it('gives back data without references itself', () => {
  fc.assert(
    fc.property(fc.jsonValue() as fc.Arbitrary<Json>, (value) => {
      expect(bulkReferences(value)).toEqual([]);
      expect(replaceBulkReferences(value, new Map([['x', 'y']]))).toBe(value);
    }),
  );
});
