import { parseDateTime } from './date-time';

it('reads points in time, whatever their offset (R14)', () => {
  expect(parseDateTime('2026-01-23T04:56:22Z')).toBe(Date.UTC(2026, 0, 23, 4, 56, 22));
  expect(parseDateTime('2026-01-23T04:56:22.5+05:30')).toBe(Date.UTC(2026, 0, 22, 23, 26, 22, 500));
  expect(parseDateTime('2026-01-23T04:56:22.123456-08:00')).toBe(Date.UTC(2026, 0, 23, 12, 56, 22, 123));
  expect(parseDateTime('2026-01-23T04:56:22')).toBe(Date.UTC(2026, 0, 23, 4, 56, 22));
  expect(parseDateTime('2024-02-29T00:00:00Z')).toBe(Date.UTC(2024, 1, 29));
  expect(parseDateTime('0099-12-31T00:00:00Z')).toBe(Date.parse('0099-12-31T00:00:00Z'));
});

it.each([
  ...['', '2026-01-23', '2026-01-23T04:56Z', '2026-02-29T00:00:00Z', '2026-13-01T00:00:00Z', '2026-00-01T00:00:00Z'],
  ...[
    '2026-01-32T00:00:00Z',
    '2026-01-00T00:00:00Z',
    '2026-01-01T24:00:00Z',
    '2026-01-01T00:60:00Z',
    '0000-01-01T00:00:00Z',
  ],
  ...[
    '2026-01-01T00:00:00+15:00',
    '2026-01-01T00:00:00+0100',
    '2026-01-01 00:00:00Z',
    '2026-01-01T00:00:00.Z',
    ' 2026-01-01T00:00:00Z',
  ],
])('refuses %p', (text) => expect(parseDateTime(text)).toBeUndefined());
