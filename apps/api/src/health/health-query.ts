import { addDuration, parseDuration } from '@provost/access-policy';
import { type InputFault, invalid } from '../http';

type Query = Readonly<Record<string, unknown>>;

const DAY_MS = 24 * 60 * 60_000;
const LONGEST_DAYS = 30;
/** RFC 3339; a day by itself begins at midnight UTC. */
const TIME = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/i;

/** Since when the requests count: `?window=`, a day unless it says otherwise. @throws Problem 400 */
export function windowOf({ window }: Query, now = new Date()): Date {
  if (window === undefined || window === '') return new Date(now.getTime() - DAY_MS);
  const duration = typeof window === 'string' ? parseDuration(window) : undefined;
  const ms = duration ? addDuration(now, duration).getTime() - now.getTime() : 0;
  if (!(ms >= 60_000 && ms <= LONGEST_DAYS * DAY_MS + DAY_MS))
    throw invalid([
      { pointer: '/window', detail: 'must be a duration from a minute to 30 days, such as PT15M or P7D' },
    ]);
  return new Date(now.getTime() - ms);
}

/** `?from=&to=`: the last 30 days unless they say otherwise. @throws Problem 400 with every fault */
export function rangeOf(query: Query, now = new Date()): { from: Date; to: Date } {
  const faults: InputFault[] = [];
  const time = (name: 'from' | 'to'): Date | undefined => {
    const value = query[name];
    if (value === undefined || value === '') return undefined;
    const at = typeof value === 'string' && TIME.test(value) ? new Date(value) : undefined;
    if (at && Number.isFinite(at.getTime())) return at;
    faults.push({ pointer: `/${name}`, detail: 'must be a time such as 2026-11-24T08:00:00Z, or a day' });
    return undefined;
  };
  const [given, end] = [time('from'), time('to')];
  const to = end ?? now;
  const from = given ?? new Date(to.getTime() - LONGEST_DAYS * DAY_MS);
  if (!faults.length && from >= to) faults.push({ pointer: '/from', detail: 'must be before "to"' });
  if (faults.length) throw invalid(faults);
  return { from, to };
}
