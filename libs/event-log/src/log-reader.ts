import { statement, type TenantDatabase } from '@provost/entities';
import type { EventRow } from './event';
import { MissingNumbers } from './missing-numbers';

/** Most events that a consumer is given at once. */
export const BATCH = 200;

// `ORDER BY seq` would be the text of the answer, in which 10 comes before 9.
const AFTER = statement(
  'event.after',
  `SELECT tenant_id, seq::text, id, occurred_at, type, subject_type, subject_id, group_id, context, data, sealed
   FROM events e WHERE e.seq > $1::bigint ORDER BY e.seq LIMIT ${BATCH}`,
);

/** Reads the log in the order of its numbers without ever passing one that may still appear. */
export class LogReader {
  private readonly missing: MissingNumbers;

  constructor(private readonly db: TenantDatabase) {
    this.missing = new MissingNumbers(db);
  }

  /**
   * The next events after a number; at most BATCH.
   * @returns `held` when there are more that have to wait for a number before them
   * @throws DatabaseUnavailable
   */
  async after(position: string): Promise<{ events: EventRow[]; held: boolean }> {
    const seen = await this.db.run<EventRow>('platform', AFTER, [position]);
    const whole = unbroken(position, seen);
    if (whole.length === seen.length) return { events: seen, held: false };
    if (whole.length) return { events: whole, held: true };
    const settled = await this.missing.settledUpTo(BigInt(seen.at(-1)!.seq));
    if (settled < BigInt(seen[0]!.seq)) return { events: [], held: true };
    // Asked again: the missing one may have been committed between the two questions.
    const again = await this.db.run<EventRow>('platform', AFTER, [position]);
    const events = again.filter((event) => BigInt(event.seq) <= settled);
    return { events, held: events.length < again.length };
  }
}

/** The events that follow one another without a gap, from the position on. */
function unbroken(position: string, events: readonly EventRow[]): EventRow[] {
  let expected = BigInt(position);
  const end = events.findIndex((event) => BigInt(event.seq) !== ++expected);
  return end < 0 ? [...events] : events.slice(0, end);
}
