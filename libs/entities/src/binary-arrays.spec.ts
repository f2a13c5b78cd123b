import fc from 'fast-check';
import { binaryArrays } from './binary-arrays';

/** What array_recv reads: the elements of a one-dimensional array, null where there is none. */
function elements(bytes: Buffer): { oid: number; nulls: number; values: (Buffer | null)[] } {
  const [dimensions, nulls, oid] = [bytes.readInt32BE(0), bytes.readInt32BE(4), bytes.readInt32BE(8)];
  const values: (Buffer | null)[] = [];
  if (dimensions === 0) return { oid, nulls, values };
  const count = bytes.readInt32BE(12);
  let at = 20;
  while (values.length < count) {
    const size = bytes.readInt32BE(at);
    at += 4;
    values.push(size < 0 ? null : bytes.subarray(at, at + size));
    at += Math.max(size, 0);
  }
  expect(at).toBe(bytes.length);
  return { oid, nulls, values };
}

describe('binaryArrays', () => {
  it('carries any text, and tells null from empty', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.string({ unit: 'binary' }))), (texts) => {
        const { oid, nulls, values } = elements(binaryArrays.text(texts));
        expect(oid).toBe(25);
        expect(nulls).toBe(texts.includes(null) ? 1 : 0);
        expect(values.map((value) => value?.toString('utf8') ?? null)).toEqual(
          texts.map((text) => text && Buffer.from(text).toString('utf8')),
        );
      }),
    );
  });

  it('carries ids in either case as their sixteen bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.uuid()), fc.boolean(), (ids, upper) => {
        const { values } = elements(binaryArrays.uuid(ids.map((id) => (upper ? id.toUpperCase() : id))));
        expect(values.map((value) => value!.toString('hex'))).toEqual(ids.map((id) => id.replaceAll('-', '')));
      }),
    );
  });

  it('refuses what is no id', () => {
    expect(() => binaryArrays.uuid(['12'])).toThrow(TypeError);
  });

  it('carries numbers of 64 bits, times and truth', () => {
    const { values: numbers } = elements(binaryArrays.bigint([0n, -1n, 2n ** 63n - 1n, null]));
    expect(numbers.map((value) => value?.readBigInt64BE() ?? null)).toEqual([0n, -1n, 2n ** 63n - 1n, null]);
    const { values: times } = elements(binaryArrays.timestamptz([new Date('2000-01-01T00:00:00.001Z')]));
    expect(times[0]!.readBigInt64BE()).toBe(1_000n);
    expect(elements(binaryArrays.boolean([true, false, null])).values).toEqual([Buffer.of(1), Buffer.of(0), null]);
  });

  it('has no dimension without elements', () => {
    expect(binaryArrays.bytea([])).toHaveLength(12);
  });
});
