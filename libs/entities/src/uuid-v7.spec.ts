import fc from 'fast-check';
import { isUuid, uuidV7, uuidV7Floor } from './uuid-v7';

const times = fc.integer({ min: 0, max: 0xffff_ffff_ffff });

describe('ids', () => {
  it('are UUIDs of version 7 with the millisecond in front (RFC 9562 §5.7)', () => {
    fc.assert(
      fc.property(times, (at) => {
        const id = uuidV7(at);
        expect(isUuid(id)).toBe(true);
        expect(id).toMatch(/^.{14}7.{4}[89ab]/);
        expect(parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBe(at);
      }),
    );
  });

  it('are ordered by their time; the floor of a time lies under all of that time and above all before', () => {
    fc.assert(
      fc.property(times, times, (a, b) => {
        const [earlier, later] = [Math.min(a, b), Math.max(a, b)];
        expect(uuidV7Floor(later) <= uuidV7(later)).toBe(true);
        if (earlier < later) {
          expect(uuidV7(earlier) < uuidV7(later)).toBe(true);
          expect(uuidV7(earlier) < uuidV7Floor(later)).toBe(true);
        }
      }),
    );
  });

  it('made one after another do not repeat and do not go back', () => {
    const ids = Array.from({ length: 2_000 }, () => uuidV7());
    expect(new Set(ids).size).toBe(ids.length);
    expect([...ids].sort()).toEqual(ids);
  });

  it('take times outside of theirs for the nearest one', () => {
    expect(uuidV7Floor(-1)).toBe('00000000-0000-0000-0000-000000000000');
    expect(uuidV7Floor(Number.MAX_SAFE_INTEGER)).toBe('ffffffff-ffff-0000-0000-000000000000');
  });

  it.each([
    '',
    '01A20A13-F347-704B-A0FC-7CD42AF2D619',
    '01a20a13f347704ba0fc7cd42af2d619',
    ' 01a20a13-f347-704b-a0fc-7cd42af2d619',
    "'; --",
  ])('%j is none of ours, though PostgreSQL may take it for one (R02)', (text) => expect(isUuid(text)).toBe(false));
});
