import { statement, type TenantDatabase } from '@provost/entities';
import type { RateLimit } from '../config';
import type { Lease } from './leased-bucket';

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
const FORGET_FULL = statement(
  'rate.forget_full',
  `DELETE FROM rate_buckets WHERE tenant_id = $1::uuid AND taken_until < ${NOW}`,
);

/** Whose bucket: a credential's, or one that a tenant has for something else under an id of its own. */
export interface BucketKey {
  readonly tenantId: string;
  readonly id: string;
}

/**
 * Charges the token bucket that all instances share for `debt` requests, and takes up to `want` more. It holds a window's worth and fills
 * evenly. @throws DatabaseUnavailable
 */
export async function takeFromBucket(
  db: TenantDatabase,
  { tenantId, id }: BucketKey,
  { requests, windowMs }: RateLimit,
  { debt, want }: { readonly debt: number; readonly want: number },
): Promise<Lease> {
  const values = [tenantId, id, debt, want, windowMs / requests, windowMs];
  const [row] = await db.write<{ granted: number; retry_ms: number }>({ tenantId }, TAKE, values, id);
  return { granted: row!.granted, retryMs: row!.retry_ms };
}

/** Forgets the buckets of a tenant that are full, which is what one is that there is not. */
export async function forgetFullBuckets(db: TenantDatabase, tenantId: string): Promise<void> {
  await db.run({ tenantId }, FORGET_FULL, [tenantId]);
}
