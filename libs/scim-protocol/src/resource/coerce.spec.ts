import { LENIENT, STRICT } from '../client-profile';
import { createRegistry } from '../schema/create-registry';
import { parseExtensionSchema } from '../schema/extension-schema';
import type { Json } from '../schema/types';
import { coerceAttribute, coerceElement, coerceSingle } from './coerce';

const urn = 'urn:example:acme:User';
const schema = parseExtensionSchema({
  urn,
  attributes: [
    { name: 'level', type: 'integer' },
    { name: 'score', type: 'decimal' },
    { name: 'hired', type: 'dateTime' },
    { name: 'key', type: 'binary' },
    { name: 'tags', multiValued: true },
    {
      name: 'car',
      type: 'complex',
      subAttributes: [
        { name: 'plate', required: true },
        { name: 'seats', type: 'integer' },
      ],
    },
  ],
});
const type = createRegistry([{ resourceType: 'User', schema }]).type('User');
const attribute = (name: string) => {
  const found = type.attributeIn(urn, name);
  if (!found) throw new Error(name);
  return found;
};
const lenient = (name: string, value: Json) => coerceAttribute(type, attribute(name), value, LENIENT, name);
const strict = (name: string, value: Json) => coerceAttribute(type, attribute(name), value, STRICT, name);
const refused = (run: () => unknown) =>
  expect(run).toThrow(expect.objectContaining({ status: 400, scimType: 'invalidValue' }));

it('takes whole numbers that JavaScript can count with', () => {
  for (const [given, kept] of [
    [3, 3],
    ['3', 3],
    ['-12', -12],
    [2 ** 53 - 1, 2 ** 53 - 1],
  ] as const) {
    expect(lenient('level', given)).toBe(kept);
  }
  for (const given of [1.5, '1.5', 2 ** 53, '99999999999999999999', 'x', true, {}, [1, 2]] as Json[]) {
    refused(() => lenient('level', given));
  }
  refused(() => strict('level', '3'));
});

it('takes decimals that are finite', () => {
  expect(lenient('score', '1.5e3')).toBe(1500);
  expect(strict('score', -0.5)).toBe(-0.5);
  for (const given of [JSON.parse('1e999') as number, '1e999', 'Infinity', '0x10', '1.']) {
    refused(() => lenient('score', given));
  }
});

it('takes points in time that exist', () => {
  expect(strict('hired', '2026-02-28T23:59:59+01:00')).toBe('2026-02-28T23:59:59+01:00');
  for (const given of ['2026-02-29T00:00:00Z', '2026-02-28', 'yesterday', 0]) refused(() => lenient('hired', given));
});

it('takes base64 and base64url, without the line breaks of a certificate', () => {
  expect(strict('key', 'QUJD\r\nREVG\n')).toBe('QUJDREVG');
  for (const good of ['QUI=', 'QQ==', 'QQ', '-_-_']) expect(strict('key', good)).toBe(good);
  for (const bad of ['Q', 'QQ=', 'QUJD=', 'Q*==', '====']) refused(() => lenient('key', bad));
});

it('takes lists of scalars, skipping unassigned ones', () => {
  expect(strict('tags', ['a', null, '', 'b'])).toEqual(['a', 'b']);
  expect(strict('tags', [null])).toBeUndefined();
  expect(lenient('tags', 'a')).toEqual(['a']);
  refused(() => strict('tags', 'a'));
  refused(() => lenient('tags', ['a', {}]));
});

it('unwraps a list of one for a single value, where the profile does so', () => {
  expect(lenient('car', [{ plate: 'X' }])).toEqual({ plate: 'X' });
  expect(lenient('level', [])).toBeUndefined();
  refused(() => strict('car', [{ plate: 'X' }]));
});

it('requires required sub-attributes of what is there', () => {
  refused(() => lenient('car', { seats: 4 }));
  refused(() => lenient('car', { plate: '  ' }));
  expect(lenient('car', { plate: null })).toBeUndefined();
});

it('reports unknown sub-attributes to the caller, or refuses them (K6)', () => {
  const ignored: string[] = [];
  expect(coerceElement(type, attribute('car'), { plate: 'X', wings: 2 }, LENIENT, 'car', ignored)).toEqual({
    plate: 'X',
  });
  expect(ignored).toEqual(['car.wings']);
  expect(() => strict('car', { plate: 'X', wings: 2 })).toThrow(expect.objectContaining({ scimType: 'invalidSyntax' }));
});

it('begins its messages with where the value stands', () => {
  const emails = type.attribute('emails');
  expect(() => coerceAttribute(type, emails as never, [{ primary: 'x' }], LENIENT, 'Operation 2: emails')).toThrow(
    'Operation 2: emails.primary must be true or false.',
  );
  expect(coerceSingle(type, attribute('level'), '4', LENIENT, 'x')).toBe(4);
  expect(coerceSingle(type, attribute('level'), [4], LENIENT, 'x')).toBe(4);
});
