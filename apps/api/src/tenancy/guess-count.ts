import { hash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { LRUCache } from 'lru-cache';
import { NIL_TENANT, TenantDatabase } from '@provost/entities';
import { FaultLog } from '../http';
import { forgetFullBuckets, takeFromBucket } from './shared-bucket';

const WINDOW_MS = 60_000;
/** How many different wrong tokens an address may try in a minute before it is asked to wait. */
const LIMIT = { requests: 100, windowMs: WINDOW_MS };
/** So many an instance keeps to itself: whoever has mistyped a token costs no statement, and leaves no row. */
const PRIVATE = 10;

interface Guesses {
  count: number;
  readonly since: number;
  /** What the other instances have not been told. */
  untold: number;
  telling: boolean;
  refusedUntil: number;
}

/**
 * Counts the different wrong tokens that come from an address, by all instances together: each tells the bucket that they share what it has
 * seen, behind the answer, and refuses by itself what that bucket would not have allowed.
 */
@Injectable()
export class GuessCount {
  private readonly guesses = new LRUCache<string, Guesses>({ max: 50_000, ttl: WINDOW_MS });
  private readonly tried = new LRUCache<string, true>({ max: 50_000, ttl: WINDOW_MS });
  private leftRows = false;

  constructor(
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(FaultLog) private readonly faults: FaultLog,
  ) {}

  /**
   * Counts a wrong token, once each.
   * @param token its hash
   * @returns 0, or in how many milliseconds the address may try another
   */
  add(address: string, token: string): number {
    const now = Date.now();
    let known = this.guesses.get(address);
    if (!known || now - known.since >= WINDOW_MS) {
      known = { count: 0, since: now, untold: 0, telling: false, refusedUntil: 0 };
      this.guesses.set(address, known);
    }
    const key = `${address} ${token}`;
    if (!this.tried.has(key)) {
      this.tried.set(key, true);
      known.count++;
      known.untold++;
    }
    if (known.count > LIMIT.requests) return known.since + WINDOW_MS - now;
    if (known.count > PRIVATE && known.untold && !known.telling) void this.tell(address, known);
    return Math.max(0, known.refusedUntil - now);
  }

  /** One statement at a time for an address, whatever comes meanwhile. */
  private async tell(address: string, known: Guesses): Promise<void> {
    known.telling = true;
    this.leftRows = true;
    const key = { tenantId: NIL_TENANT, id: idOf(address) };
    try {
      while (known.untold) {
        const debt = known.untold - 1;
        known.untold = 0;
        const { granted } = await takeFromBucket(this.db, key, LIMIT, { debt, want: 1 });
        if (granted < 1) known.refusedUntil = Date.now() + WINDOW_MS;
      }
    } catch (error) {
      this.faults.warn('Wrong tokens from an address were not told to the other instances.', error);
    } finally {
      known.telling = false;
    }
  }

  /** Addresses are many: what was kept of one is of no use after a minute. */
  @Interval(WINDOW_MS)
  async forget(): Promise<void> {
    if (!this.leftRows) return;
    this.leftRows = false;
    await forgetFullBuckets(this.db, NIL_TENANT).catch((error: unknown) => {
      this.leftRows = true;
      this.faults.warn('Counts of wrong tokens were not forgotten.', error);
    });
  }
}

/** An id that all instances find for an address, from which it cannot be read. */
function idOf(address: string): string {
  const hex = hash('sha256', `guesses ${address}`, 'hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}
