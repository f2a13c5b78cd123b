import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { statement, TenantDatabase } from '@provost/entities';
import { TooManyRequests } from '@provost/scim-protocol';
import { Environment, type RateLimit, rateWindow } from '../config';
import { FaultLog } from '../http';
import { type Lease, LeasedBucket } from './leased-bucket';
import type { Principal } from './principal';

const NOW = `extract(epoch FROM statement_timestamp())::float8 * 1000`;
// $3 requests are charged, up to $4 more are taken; one is worth $5 milliseconds of the window of $6. Nobody waits for longer than
// a window, whatever was charged.
const BASE = `least(greatest(b.taken_until, ${NOW}) + $3::float8 * $5::float8, ${NOW} + 2 * $6::float8)`;
const GRANTED = `greatest(0, least($4::float8, floor((${NOW} + $6::float8 - ${BASE}) / $5::float8 + 1e-6)))`;
const TAKE = statement(
  'rate.take',
  `INSERT INTO rate_buckets AS b (tenant_id, credential_id, taken_until, granted)
   VALUES ($1::uuid, $2::uuid, ${NOW} + ($3::float8 + $4::float8) * $5::float8, $4::float8)
   ON CONFLICT (tenant_id, credential_id) DO UPDATE SET granted = ${GRANTED}, taken_until = ${BASE} + ${GRANTED} * $5::float8
   RETURNING granted, taken_until + $5::float8 - $6::float8 - ${NOW} AS retry_ms`,
);

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
    { requests, windowMs }: RateLimit,
    debt: number,
    want: number,
  ): Promise<Lease> {
    const values = [tenantId, credentialId, debt, want, windowMs / requests, windowMs];
    try {
      const [row] = await this.db.write<{ granted: number; retry_ms: number }>(
        { tenantId },
        TAKE,
        values,
        credentialId,
      );
      this.failing = false;
      return { granted: row!.granted, retryMs: row!.retry_ms };
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
