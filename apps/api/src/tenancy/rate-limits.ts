import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { TenantDatabase } from '@provost/entities';
import { TooManyRequests } from '@provost/scim-protocol';
import { Environment, type RateLimit, rateWindow } from '../config';
import { FaultLog } from '../http';
import { type Lease, LeasedBucket } from './leased-bucket';
import type { Principal } from './principal';
import { takeFromBucket } from './shared-bucket';

interface Known {
  readonly limit: RateLimit;
  readonly bucket: LeasedBucket;
}

/**
 * How many requests a credential may make (contract §4), counted by all instances together: each credential has a token bucket in
 * the database that holds a window's worth and fills evenly.
 */
@Injectable()
export class RateLimits {
  private readonly known = new LRUCache<string, Known>({ max: 10_000 });
  private readonly standard: RateLimit;
  private failing = false;

  constructor(
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(FaultLog) private readonly faults: FaultLog,
    @Inject(Environment) environment: Environment,
  ) {
    this.standard = environment.rateLimit;
  }

  /**
   * Counts a request of a credential.
   * @param cost how many it counts as
   * @returns undefined when it may go on at once
   * @throws TooManyRequests, at once or by the promise
   */
  take(
    { tenantId, credentialId, rateLimit }: Pick<Principal, 'tenantId' | 'credentialId' | 'rateLimit'>,
    cost: number,
  ): Promise<void> | undefined {
    // The token of the environment is the operator's own.
    if (credentialId === undefined) return undefined;
    const limit = rateLimit ?? this.standard;
    const wait = this.bucket(tenantId, credentialId, limit).take(cost);
    if (wait === 0) return undefined;
    if (typeof wait === 'number') throw tooMany(limit, wait);
    return wait.then((ms) => {
      if (ms > 0) throw tooMany(limit, ms);
    });
  }

  private bucket(tenantId: string, credentialId: string, limit: RateLimit): LeasedBucket {
    const known = this.known.get(credentialId);
    if (known && known.limit.requests === limit.requests && known.limit.windowMs === limit.windowMs)
      return known.bucket;
    const bucket = new LeasedBucket(limit, (debt, want) => this.lease(tenantId, credentialId, limit, debt, want));
    this.known.set(credentialId, { limit, bucket });
    return bucket;
  }

  private async lease(
    tenantId: string,
    credentialId: string,
    limit: RateLimit,
    debt: number,
    want: number,
  ): Promise<Lease> {
    try {
      const lease = await takeFromBucket(this.db, { tenantId, id: credentialId }, limit, { debt, want });
      this.failing = false;
      return lease;
    } catch (error) {
      // A database that is away for long is worth one line, not one a request.
      if (!this.failing) this.faults.warn('A rate limit could not be counted; requests pass.', error);
      this.failing = true;
      throw error;
    }
  }
}

function tooMany({ requests, windowMs }: RateLimit, ms: number): TooManyRequests {
  const seconds = Math.max(1, Math.ceil(ms / 1_000));
  return new TooManyRequests(
    `This credential may make ${requests} requests in ${windowMs / 1_000} seconds. Try again in ${seconds} s.`,
    seconds,
  );
}

/** That of a credential which has one of its own. */
export function ownRateLimit(row: { readonly rate_requests: number | null; readonly rate_window: string | null }): {
  rateLimit?: RateLimit;
} {
  const { rate_requests: requests, rate_window: window } = row;
  const windowMs = window === null ? undefined : rateWindow(window);
  return requests === null || windowMs === undefined ? {} : { rateLimit: { requests, windowMs } };
}
