import { setImmediate as endOfTurn } from 'node:timers/promises';
import type { TenantDatabase } from '@provost/entities';
import type { EventFilter } from './event-filter';
import { eventPage, type KeyedRow } from './event-page';

/** Events that are read at once; making text of them holds up other requests for some five milliseconds. */
const PAGE = 500;
/** Numbers of the log that one statement looks through: more when that was quick, fewer when it took long. */
const SPAN = { first: 65_536n, least: 4_096n, most: 4_194_304n };
const QUICK_MS = 25;
const LONG_MS = 250;

/** Which events, up to which number of the log. */
export interface Selection {
  readonly tenantId: string;
  readonly filter: EventFilter;
  readonly upTo: bigint;
}

/**
 * All events of a selection in their order, a page at a time. No statement looks far when few events fit, so whoever stops asking
 * stops the database soon as well.
 */
export async function* exportPages(
  db: TenantDatabase,
  { tenantId, filter, upTo }: Selection,
): AsyncGenerator<KeyedRow[]> {
  let span = SPAN.first;
  for (let after = 0n; after < upTo;) {
    const end = after + span < upTo ? after + span : upTo;
    const page = eventPage(tenantId, filter, { after, upTo: end, order: 'asc', limit: PAGE }, true);
    const begun = performance.now();
    const rows = await db.run<KeyedRow>({ tenantId }, page.statement, page.values);
    const ms = performance.now() - begun;
    if (rows.length) yield rows;
    after = rows.length === PAGE ? BigInt(rows.at(-1)!.seq) : end;
    if (ms > LONG_MS && span > SPAN.least) span /= 2n;
    else if (ms < QUICK_MS && rows.length < PAGE && span < SPAN.most) span *= 2n;
    await endOfTurn();
  }
}
