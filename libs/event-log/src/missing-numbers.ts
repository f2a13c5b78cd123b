import { statement, type TenantDatabase } from '@provost/entities';

/** A transaction that takes a number holds this lock before it takes it and until what it wrote can be seen. */
const WRITERS = statement(
  'event.writers',
  `SELECT DISTINCT virtualtransaction AS id FROM pg_locks
   WHERE locktype = 'relation' AND relation = 'events'::regclass AND mode = 'RowExclusiveLock' AND granted
     AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
);

/**
 * Numbers of the log are taken before the commit, so a number that cannot be seen may be under way or lost (a rollback, a
 * crash). Up to a number that can be seen, nothing is under way any more once every transaction has ended that was
 * writing events when we looked. Transactions that write no events hold nothing up, however long they run; snapshots
 * (pg_snapshot_xmin) would wait for those, and their xmax says nothing about transactions that are still running.
 */
export class MissingNumbers {
  private settled = 0n;
  private waiting: { upTo: bigint; writers: Set<string> } | undefined;

  constructor(private readonly db: TenantDatabase) {}

  /**
   * Looks once. @param seen a number whose event was seen before the call
   * @returns the number up to which whatever is missing stays missing
   */
  async settledUpTo(seen: bigint): Promise<bigint> {
    if (seen <= this.settled) return this.settled;
    const rows = await this.db.run<{ id: string }>('platform', WRITERS, []);
    const writers = new Set(rows.map((row) => row.id));
    if (this.waiting) {
      for (const id of this.waiting.writers) if (!writers.has(id)) this.waiting.writers.delete(id);
      if (this.waiting.writers.size === 0) {
        this.settled = this.waiting.upTo;
        this.waiting = undefined;
      }
    }
    if (!writers.size) this.settled = seen > this.settled ? seen : this.settled;
    else if (!this.waiting && seen > this.settled) this.waiting = { upTo: seen, writers };
    return this.settled;
  }
}
