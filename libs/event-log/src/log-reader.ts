import { statement, type TenantDatabase } from '@provost/entities';
import type { EventRow } from './event';
import { type EventTextRow, LogEvent } from './log-event';
import { MissingNumbers } from './missing-numbers';

/** Most events that a consumer is given at once. */
export const BATCH = 500;

// `ORDER BY seq` would be the text of the answer, in which 10 comes before 9.
const AFTER = statement(
  'event.after',
  `SELECT tenant_id, seq::text, id, occurred_at, type, subject_type, subject_id, group_id, context::text, data::text, sealed
   FROM events e WHERE e.seq > $1::bigint ORDER BY e.seq LIMIT ${BATCH}`,
);

export interface Read {
  readonly events: readonly EventRow[];
  /** There are more that have to wait for a number before them. */
  readonly held: boolean;
}

/** Reads the log in the order of its numbers without ever passing one that may still appear. */
export class LogReader {
  private readonly missing: MissingNumbers;

  constructor(private readonly db: TenantDatabase) {
    this.missing = new MissingNumbers(db);
  }

  /**
   * The next events after a number; at most BATCH.
   * @throws DatabaseUnavailable
   */
  async after(position: string): Promise<Read> {
    const seen = await this.read(position);
    const whole = unbroken(position, seen);
    if (whole.length === seen.length) return { events: seen, held: false };
    if (whole.length) return { events: whole, held: true };
    const settled = await this.missing.settledUpTo(BigInt(seen.at(-1)!.seq));
    if (settled < BigInt(seen[0]!.seq)) return { events: [], held: true };
    // Asked again: the missing one may have been committed between the two questions.
    const again = await this.read(position);
    const events = again.filter((event) => BigInt(event.seq) <= settled);
    return { events, held: events.length < again.length };
  }

  private async read(position: string): Promise<EventRow[]> {
    const rows = await this.db.run<EventTextRow>('platform', AFTER, [position]);
    return rows.map((row) => new LogEvent(row));
  }
}

/** The events that follow one another without a gap, from the position on. */
function unbroken(position: string, events: readonly EventRow[]): EventRow[] {
  let expected = BigInt(position);
  const end = events.findIndex((event) => BigInt(event.seq) !== ++expected);
  return end < 0 ? [...events] : events.slice(0, end);
}
