import { statement, uuidV7, type Scope, type TenantDatabase, type TenantTransaction } from '@provost/entities';
import type { EventContext, NewEvent } from './event';
import { sealEvent } from './personal-data';

/**
 * The SELECT of an `INSERT INTO events` whose rows come from the nine parameters of eventValues.
 * The statement that makes the change carries it as a CTE: change and event are one transaction (design: one write).
 * @param first number of the first of those parameters
 * @param from where the rows must come from besides, e.g. the CTE whose success they depend on
 */
export function insertEvents(tenant: string, first: number, from = ''): string {
  const p = (i: number) => `$${first + i}`;
  return `INSERT INTO events (tenant_id, id, occurred_at, type, subject_type, subject_id, group_id, context, data, sealed)
    SELECT ${tenant}, e.id, ${p(0)}::timestamptz, e.type, e.subject_type, e.subject_id, e.group_id, ${p(1)}::json, e.data::json, e.sealed
    FROM ROWS FROM (unnest(${p(2)}::uuid[]), unnest(${p(3)}::text[]), unnest(${p(4)}::text[]), unnest(${p(5)}::uuid[]),
      unnest(${p(6)}::uuid[]), unnest(${p(7)}::text[]), unnest(${p(8)}::bytea[]))
      AS e (id, type, subject_type, subject_id, group_id, data, sealed)${from}`;
}

/** The nine parameters of insertEvents. @param key the subject's key; needed when an event has a personal part */
export function eventValues(at: Date, context: EventContext, events: readonly NewEvent[], key?: Buffer): unknown[] {
  const ids = events.map(() => uuidV7());
  return [
    at,
    JSON.stringify(context),
    ids,
    events.map((e) => e.type),
    events.map((e) => e.subjectType),
    events.map((e) => e.subjectId),
    events.map((e) => e.groupId ?? null),
    events.map((e) => (e.data ? JSON.stringify(e.data) : null)),
    events.map((e, i) => sealedPart(e, ids[i]!, key)),
  ];
}

/** What an event says about a person, encrypted; null when it says nothing. @param id the event's own */
export function sealedPart({ personal }: NewEvent, id: string, key: Buffer | undefined): Buffer | null {
  return personal && key ? sealEvent(key, id, personal) : null;
}

const APPEND = statement('event.append', insertEvents('$1::uuid', 2));

/** Appends events that come with no change of their own, in the caller's transaction or in one of theirs. */
export async function appendEvents(
  to: TenantDatabase | TenantTransaction,
  scope: Scope,
  context: EventContext,
  events: readonly NewEvent[],
  at = new Date(),
): Promise<void> {
  const values = [scope.tenantId, ...eventValues(at, context, events)];
  await ('run' in to ? to.run(scope, APPEND, values) : to.query(APPEND, values));
}
