import { statement, type TenantDatabase } from '@provost/entities';

const LAST = statement('event.last', 'SELECT last_value::text, is_called FROM events_seq');
const SNAPSHOT = statement(
  'event.snapshot',
  `SELECT pg_snapshot_xmin(s)::text AS xmin, pg_snapshot_xmax(s)::text AS xmax FROM pg_current_snapshot() AS s`,
);

/**
 * Up to which number of the log nothing can appear any more. Numbers are taken before the commit, so the highest that
 * is visible proves nothing: a lower one may still be under way. But a number that was out when we looked belongs to a
 * transaction that had begun by then (the column's default sees to it); when every transaction that had begun by then has
 * ended, all numbers up to it are settled.
 */
export class SettledPosition {
  private settled = 0n;
  private waiting: { last: bigint; xmax: bigint }[] = [];

  constructor(private readonly db: TenantDatabase) {}

  /** Looks once. @returns the settled position, and whether numbers beyond it are still under way */
  async look(): Promise<{ settled: bigint; more: boolean }> {
    const [last] = await this.db.run<{ last_value: string; is_called: boolean }>('platform', LAST, []);
    // Only now: the snapshot must be younger than the number.
    const [snapshot] = await this.db.run<{ xmin: string; xmax: string }>('platform', SNAPSHOT, []);
    const out = last!.is_called ? BigInt(last!.last_value) : 0n;
    if (out > (this.waiting.at(-1)?.last ?? this.settled))
      this.waiting.push({ last: out, xmax: BigInt(snapshot!.xmax) });
    const xmin = BigInt(snapshot!.xmin);
    while (this.waiting[0] && this.waiting[0].xmax <= xmin) this.settled = this.waiting.shift()!.last;
    return { settled: this.settled, more: this.waiting.length > 0 };
  }
}
