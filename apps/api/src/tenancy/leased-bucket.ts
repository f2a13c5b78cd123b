import type { RateLimit } from '../config';

/** What the bucket that all instances share answers to one of them. */
export interface Lease {
  /** How many requests it may let pass. */
  readonly granted: number;
  /** When none: in how many milliseconds there may be one. */
  readonly retryMs: number;
}

/** Of a limit, how much an instance takes at once: so much it may go wrong by. */
const BATCH = 1 / 100;

/**
 * One instance's part of a token bucket that lives in the database. It takes tokens a hundredth of the limit at a time and ahead of
 * need, so that requests wait for no statement of their own; while more are on their way it lets a batch pass on credit, which the
 * next lease is charged with. Limits below 200 are taken one by one and hold exactly; larger ones within a hundredth for each
 * instance.
 */
export class LeasedBucket {
  /** Below zero: what has passed on credit. */
  private tokens = 0;
  private leasedAt = 0;
  private refusedUntil = 0;
  private leasing: Promise<void> | undefined;
  private waiting = 0;
  private readonly batch: number;

  /**
   * @param ask charges the shared bucket for `debt` requests and takes up to `want` more; rejects when it cannot be reached
   * @param now milliseconds of a clock that never goes back
   */
  constructor(
    private readonly limit: RateLimit,
    private readonly ask: (debt: number, want: number) => Promise<Lease>,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.batch = Math.max(1, Math.floor(limit.requests * BATCH));
  }

  /**
   * Lets a request pass, or not.
   * @param cost how many it counts as; a request passes whole while there is anything left, and is charged in full
   * @returns 0 when it passes, else in how many milliseconds another may
   */
  take(cost: number): number | Promise<number> {
    const now = this.now();
    // What lay here for a whole window has flowed back into the bucket.
    if (this.tokens > 0 && now - this.leasedAt > this.limit.windowMs) this.tokens = 0;
    const refused = Math.max(0, this.refusedUntil - now);
    const onCredit = this.batch > 1 && !refused && this.tokens > -this.batch;
    if (this.tokens >= 1 || onCredit) {
      this.spend(cost, refused > 0);
      return 0;
    }
    return refused || this.wait(cost);
  }

  private spend(cost: number, refused: boolean): void {
    this.tokens -= cost;
    const short = this.batch > 1 ? this.tokens < this.batch / 2 : this.tokens < 0;
    if (short && !refused) void this.lease();
  }

  private async wait(cost: number): Promise<number> {
    this.waiting++;
    try {
      for (;;) {
        await this.lease();
        const refused = Math.max(0, this.refusedUntil - this.now());
        if (this.tokens >= 1) {
          this.spend(cost, refused > 0);
          return 0;
        }
        if (refused) return refused;
      }
    } finally {
      this.waiting--;
    }
  }

  /** Of those who need one at the same time, all wait for the same. */
  private lease(): Promise<void> {
    return (this.leasing ??= this.fetch().finally(() => (this.leasing = undefined)));
  }

  private async fetch(): Promise<void> {
    const debt = Math.max(0, -this.tokens);
    const want = Math.min(Math.max(this.batch, this.waiting), this.limit.requests);
    // Whoever cannot reach the bucket lets requests pass: without its database the product answers none of them anyway.
    const { granted, retryMs } = await this.ask(debt, want).catch(() => ({ granted: want, retryMs: 0 }));
    this.tokens += debt + granted;
    this.leasedAt = this.now();
    if (granted < 1) this.refusedUntil = this.leasedAt + Math.max(1, retryMs);
  }
}
