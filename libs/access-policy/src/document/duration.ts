/** A length of time; months are kept apart, as they have no fixed length. */
export interface Duration {
  readonly months: number;
  readonly milliseconds: number;
}

const SECOND = 1_000;
const DAY = 86_400 * SECOND;
const ISO =
  /^P(?!$)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?!$)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:[.,]\d+)?)S)?)?$/;
const OWN = /^(\d+)_(second|minute|hour|day|week|month|year)s?$/;
const UNITS: Readonly<Record<string, Duration>> = {
  second: { months: 0, milliseconds: SECOND },
  minute: { months: 0, milliseconds: 60 * SECOND },
  hour: { months: 0, milliseconds: 3_600 * SECOND },
  day: { months: 0, milliseconds: DAY },
  week: { months: 0, milliseconds: 7 * DAY },
  month: { months: 1, milliseconds: 0 },
  year: { months: 12, milliseconds: 0 },
};
/** What is longer was a slip, and sums with times would leave what a date can hold. */
const LONGEST: Duration = { months: 12 * 100, milliseconds: 366 * 100 * DAY };

/** For `x-fault` of schemas, and for whoever else refuses a duration. */
export const DURATION_FORMS = 'must be a duration of at most a hundred years, such as P30D, PT15M or 30_days';

/**
 * Reads ISO 8601 (`P30D`, `PT15M`, `P1Y6M`; a fraction only of seconds) or the documents' own form (`30_days`), contract §2.
 * @returns undefined when it is neither, or longer than a hundred years
 */
export function parseDuration(text: string): Duration | undefined {
  const own = OWN.exec(text);
  const counted: [string, number][] = own ? [[own[2]!, Number(own[1])]] : isoUnits(text);
  if (!counted.length) return undefined;
  let months = 0;
  let milliseconds = 0;
  for (const [unit, count] of counted) {
    months += UNITS[unit]!.months * count;
    milliseconds += UNITS[unit]!.milliseconds * count;
  }
  if (!(months <= LONGEST.months && milliseconds <= LONGEST.milliseconds)) return undefined;
  return { months, milliseconds: Math.round(milliseconds) };
}

function isoUnits(text: string): [string, number][] {
  const match = ISO.exec(text);
  if (!match) return [];
  const units = ['year', 'month', 'week', 'day', 'hour', 'minute', 'second'];
  return units.map((unit, i) => [unit, Number((match[i + 1] ?? '0').replace(',', '.'))]);
}

/** The time so much later, in UTC; a month after January 31st is the last day of February. */
export function addDuration(from: Date, { months, milliseconds }: Duration): Date {
  const to = new Date(from);
  if (months) {
    to.setUTCDate(1);
    to.setUTCMonth(to.getUTCMonth() + months);
    const lastDay = new Date(Date.UTC(to.getUTCFullYear(), to.getUTCMonth() + 1, 0)).getUTCDate();
    to.setUTCDate(Math.min(from.getUTCDate(), lastDay));
  }
  to.setTime(to.getTime() + milliseconds);
  return to;
}
