import fc from 'fast-check';
import { type Attributes, parseCondition } from '../conditions';
import { AlikeConditions } from './alike-conditions';

const URN = 'urn:example:params:scim:schemas:x:2.0:User';
const collected = (conditions: AlikeConditions<string>, attributes: Attributes) => {
  const into: string[] = [];
  conditions.collect(attributes, into);
  return into.sort();
};
const asked = (texts: readonly string[]) =>
  new AlikeConditions(texts.map((text) => ({ condition: parseCondition(text), gives: [text] })));

it('answers as the conditions do one by one, however often values come again', () => {
  const path = fc.constantFrom('a', 'b.c', `${URN}:a`, 'A');
  const literal = fc.constantFrom('"x"', '"1"', '1', '"true"', 'true', 'null', '"x;string 1 y"');
  const test = fc.oneof(
    fc.tuple(path, fc.constantFrom('eq', 'ne'), literal).map((parts) => parts.join(' ')),
    path.map((name) => `${name} pr`),
    fc.constantFrom('a[b eq "x" and c eq "y"]', 'b[c eq "x"].d pr'),
  );
  const texts = fc.uniqueArray(
    fc.tuple(test, fc.constantFrom('and', 'or'), test).map((parts) => parts.join(' ')),
    { minLength: 12, maxLength: 24 },
  );
  const scalar = fc.constantFrom('x', '1', 1, true, 'true', null, '', 'x;string 1 y', 'y');
  const value = fc.oneof(scalar, fc.array(scalar, { maxLength: 3 }), fc.record({ b: scalar, c: scalar, d: scalar }));
  const attributes = fc.dictionary(
    fc.constantFrom('a', 'b', 'A', 'B'),
    fc.oneof(value, fc.array(value, { maxLength: 2 })),
  );
  const person = fc
    .tuple(attributes, fc.option(attributes))
    .map(([own, extension]) => ({ ...own, ...(extension && { [URN]: extension }) }));
  fc.assert(
    fc.property(texts, fc.array(person, { maxLength: 20 }), (written, people) => {
      const conditions = asked(written);
      for (const one of [...people, ...people]) {
        expect(collected(conditions, one)).toEqual(written.filter((text) => parseCondition(text).holds(one)).sort());
      }
    }),
    { numRuns: 300 },
  );
});

it('asks conditions over the same attributes once for the same values', () => {
  const holds = jest.fn(() => true);
  const condition = (text: string) => ({ condition: { ...parseCondition(text), holds }, gives: [text] });
  const conditions = new AlikeConditions(['x', 'y', 'z', 'w'].map((value) => condition(`dept eq "${value}"`)));
  for (const dept of ['x', 'y', 'x', 'x', 'y']) expect(collected(conditions, { dept })).toHaveLength(4);
  expect(holds).toHaveBeenCalledTimes(8);
});
