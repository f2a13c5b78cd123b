import { addDuration, parseDuration } from './duration';

const DAY = 86_400_000;

it.each([
  ['P30D', 0, 30 * DAY],
  ['PT15M', 0, 900_000],
  ['PT0.5S', 0, 500],
  ['PT1,25S', 0, 1_250],
  ['P1Y6M', 18, 0],
  ['P2W', 0, 14 * DAY],
  ['P1DT12H30M', 0, 1.5 * DAY + 1_800_000],
  ['P0D', 0, 0],
  ['30_days', 0, 30 * DAY],
  ['1_day', 0, DAY],
  ['2_seconds', 0, 2_000],
  ['5_minutes', 0, 300_000],
  ['6_hours', 0, 21_600_000],
  ['4_weeks', 0, 28 * DAY],
  ['3_months', 3, 0],
  ['1_year', 12, 0],
])('reads %s', (text, months, milliseconds) => {
  expect(parseDuration(text)).toEqual({ months, milliseconds });
});

it.each([
  ...[
    '',
    'P',
    'PT',
    'P1DT',
    'P1D ',
    '-P1D',
    'P-1D',
    'P1.5D',
    'PT1H2',
    'P1S',
    'p30d',
    '30 days',
    '30days',
    '_days',
    '30_',
  ],
  ...[
    '30_fortnights',
    '-1_days',
    '1.5_days',
    '30_days\n',
    'P101Y',
    '36600_days_',
    '9999999_days',
    `${'9'.repeat(400)}_days`,
  ],
])('refuses %j', (text) => {
  expect(parseDuration(text)).toBeUndefined();
});

it.each([
  ['2024-01-31T10:00:00.000Z', 'P1M', '2024-02-29T10:00:00.000Z'],
  ['2023-12-31T23:59:59.999Z', '2_months', '2024-02-29T23:59:59.999Z'],
  ['2024-02-29T00:00:00.000Z', 'P1Y', '2025-02-28T00:00:00.000Z'],
  ['2024-02-28T00:00:00.000Z', '2_days', '2024-03-01T00:00:00.000Z'],
  ['2024-01-31T00:00:00.000Z', 'P1M1D', '2024-03-01T00:00:00.000Z'],
])('adds to %s %s', (from, text, to) => {
  expect(addDuration(new Date(from), parseDuration(text)!).toISOString()).toBe(to);
});
