import { statement, type TenantDatabase } from '@provost/entities';
import type { PageBounds } from './event-page';
import { HEAD, headOf, type HeadRow } from './seal-rows';

const SPANS = 64;
const spans = (order: 'asc' | 'desc') =>
  statement(
    `audit.actor_spans_${order}`,
    `SELECT a.first_seq::text, a.last_seq::text FROM audit_actors a
     WHERE a.tenant_id = $1::uuid AND a.actor = $2 AND a.last_seq > $3::bigint AND a.last_seq < $4::bigint
     ORDER BY a.last_seq ${order} LIMIT ${SPANS}`,
  );
const OLDEST_FIRST = spans('asc');
const NEWEST_FIRST = spans('desc');

/** A part of the log, both ends included. */
export interface Span {
  readonly from: bigint;
  readonly upTo: bigint;
}

/**
 * Where in the log somebody did something, in the order of a page: the batches of which the sealer noted so, and what is not sealed yet. Who did
 * an event stands in its JSON, which has no index: without these, to look for somebody who did nothing would read the whole log.
 * @param actor id, name or kind
 */
export async function* actorSpans(
  db: TenantDatabase,
  tenantId: string,
  actor: string,
  { after, upTo, order }: Pick<PageBounds, 'after' | 'upTo' | 'order'>,
): AsyncGenerator<Span> {
  const [row] = await db.run<HeadRow>({ tenantId }, HEAD, [tenantId]);
  const sealed = row ? headOf(row).lastSeq : 0n;
  const unsealed: Span = { from: sealed + 1n, upTo };
  if (order === 'desc') yield unsealed;
  // A batch may begin before the place from which a page goes backwards, and end behind it.
  let [low, high] = [order === 'asc' ? (after ?? 0n) : 0n, sealed + 1n];
  for (;;) {
    const values = [tenantId, actor, String(low), String(high)];
    const statement = order === 'asc' ? OLDEST_FIRST : NEWEST_FIRST;
    const found = await db.run<{ first_seq: string; last_seq: string }>({ tenantId }, statement, values);
    for (const { first_seq, last_seq } of found) {
      const span = { from: BigInt(first_seq), upTo: BigInt(last_seq) };
      if (order === 'asc' || after === undefined || span.from < after) yield span;
    }
    if (found.length < SPANS) break;
    const last = BigInt(found.at(-1)!.last_seq);
    if (order === 'asc') low = last;
    else high = last;
  }
  if (order === 'asc') yield unsealed;
}
