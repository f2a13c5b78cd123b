import fc from 'fast-check';
import { compareCodePoints } from './collation';

describe('compareCodePoints', () => {
  it('orders as the bytes of UTF-8 do, which is what COLLATE "C" compares', () => {
    const text = fc.string({ unit: 'binary', maxLength: 6 });
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(Math.sign(compareCodePoints(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
      { numRuns: 2_000 },
    );
  });

  it('puts what lies outside the basic plane last', () => {
    expect(compareCodePoints('😀', '\ufffd')).toBeGreaterThan(0);
    expect('😀' < '\ufffd').toBe(true);
  });
});
