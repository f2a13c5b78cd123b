import { type ReadableEvent, readableEvent } from '@provost/audit-trail';
import { Inject, Injectable } from '@nestjs/common';
import { isUuid, statement, TenantDatabase } from '@provost/entities';
import { LogEvent, openPersonal, SettledNumber } from '@provost/event-log';
import { type InputFault, invalid, problem } from '../http';
import { limitOf } from '../tenancy';
import { actorSpans } from './actor-spans';
import { type EventFilter, eventFilter } from './event-filter';
import { eventPage, type KeyedRow, type PageBounds } from './event-page';

const GET = statement(
  'audit.event',
  `SELECT e.tenant_id, e.seq::text, e.id, e.occurred_at, e.type, e.subject_type, e.subject_id, e.group_id, e.context::text,
     e.data::text, e.sealed, (SELECT k.key FROM subject_keys k WHERE k.tenant_id = $1::uuid AND k.subject_id = e.subject_id) AS key
   FROM events e WHERE e.tenant_id = $1::uuid AND e.id = $2::uuid`,
);

/** The events of a tenant as auditors read them (contract §8). */
@Injectable()
export class AuditEvents {
  constructor(
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(SettledNumber) private readonly settled: SettledNumber,
  ) {}

  /**
   * The newest first, or with `order=asc` the oldest. The cursor is the sequence of an event: a page begins behind it. No page goes past a
   * number that may still appear, so that a walk misses nothing and repeats nothing while others write.
   * @throws Problem 400
   */
  async list(
    tenantId: string,
    query: Readonly<Record<string, string>>,
  ): Promise<{ items: ReadableEvent[]; nextCursor: string | null }> {
    const filter = eventFilter(query);
    const limit = limitOf(query);
    const { after, order } = placeOf(query);
    const upTo = await this.settled.upTo();
    const rows = await this.rows(tenantId, filter, { after, upTo, order, limit: limit + 1 });
    const items = rows.slice(0, limit).map(readable);
    return { items, nextCursor: rows.length > limit ? rows[limit - 1]!.seq : null };
  }

  private async rows(tenantId: string, filter: EventFilter, bounds: PageBounds): Promise<KeyedRow[]> {
    const read = (narrowed: PageBounds) => {
      const { statement: page, values } = eventPage(tenantId, filter, narrowed);
      return this.db.run<KeyedRow>({ tenantId }, page, values);
    };
    if (filter.actor === undefined) return read(bounds);
    const rows: KeyedRow[] = [];
    for await (const span of actorSpans(this.db, tenantId, filter.actor, bounds)) {
      rows.push(...(await read({ ...bounds, ...span, limit: bounds.limit - rows.length })));
      if (rows.length === bounds.limit) break;
    }
    return rows;
  }

  /** @throws Problem 404 */
  async get(tenantId: string, id: string): Promise<ReadableEvent> {
    const [row] = isUuid(id) ? await this.db.run<KeyedRow>({ tenantId }, GET, [tenantId, id]) : [];
    if (!row) throw problem(404, 'There is no event of that id.');
    return readable(row);
  }
}

/** A row as it is shown. What cannot be opened, though there is a key, was tampered with: it is shown as erased, and verifying finds it. */
export function readable(row: KeyedRow): ReadableEvent {
  return readableEvent(new LogEvent(row), personalOf(row));
}

/** The opened personal part; undefined when there is none, or nothing to open it with. */
export function personalOf({ id, sealed, key }: KeyedRow): Record<string, unknown> | undefined {
  if (!sealed || !key) return undefined;
  try {
    return openPersonal(key, id, sealed);
  } catch {
    return undefined;
  }
}

function placeOf(query: Readonly<Record<string, string>>): { after: bigint | undefined; order: 'asc' | 'desc' } {
  const faults: InputFault[] = [];
  const { order = 'desc', cursor } = query;
  if (order !== 'asc' && order !== 'desc') faults.push({ pointer: '/order', detail: 'must be asc or desc' });
  if (cursor && !/^\d{1,18}$/.test(cursor))
    faults.push({ pointer: '/cursor', detail: 'must be the nextCursor of a page, or the sequence of an event' });
  if (faults.length) throw invalid(faults);
  return { after: cursor ? BigInt(cursor) : undefined, order: order as 'asc' | 'desc' };
}
