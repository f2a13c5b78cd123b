import { binaryArrays, uuidV7 } from '@provost/entities';
import { sealedPart } from './append';
import type { EventContext, NewEvent } from './event';

/** The events of one write among several that become one statement. */
export interface WrittenEvents {
  readonly at: Date;
  readonly context: EventContext;
  readonly events: readonly NewEvent[];
  /** The subject's key; needed when an event has a personal part. */
  readonly key?: Buffer;
}

/**
 * An `INSERT INTO events` for several writes, each with a context and a time of its own.
 * @param first number of the first parameter of eventRowValues
 * @param from where the rows, called `e`, must come from besides, e.g. the CTE whose success they depend on
 */
export function insertEventRows(tenant: string, first: number, from = ''): string {
  const types = ['uuid', 'timestamptz', 'text', 'text', 'uuid', 'uuid', 'json', 'json', 'bytea'];
  const columns = types.map((type, i) => `unnest($${first + i}::${type}[])`);
  return `INSERT INTO events (tenant_id, id, occurred_at, type, subject_type, subject_id, group_id, context, data, sealed)
    SELECT ${tenant}, e.id, e.occurred_at, e.type, e.subject_type, e.subject_id, e.group_id, e.context, e.data, e.sealed
    FROM ROWS FROM (${columns.join(', ')})
      AS e (id, occurred_at, type, subject_type, subject_id, group_id, context, data, sealed)${from}`;
}

/** The parameters of insertEventRows. */
export function eventRowValues(writes: readonly WrittenEvents[]): Buffer[] {
  const rows = writes.flatMap(({ at, context, events, key }) => {
    const text = JSON.stringify(context);
    return events.map((event) => ({ id: uuidV7(), at, context: text, key, event }));
  });
  const { uuid, timestamptz, text, json, bytea } = binaryArrays;
  return [
    uuid(rows.map(({ id }) => id)),
    timestamptz(rows.map(({ at }) => at)),
    text(rows.map(({ event }) => event.type)),
    text(rows.map(({ event }) => event.subjectType)),
    uuid(rows.map(({ event }) => event.subjectId)),
    uuid(rows.map(({ event }) => event.groupId ?? null)),
    json(rows.map(({ context }) => context)),
    json(rows.map(({ event }) => (event.data ? JSON.stringify(event.data) : null))),
    bytea(rows.map(({ id, key, event }) => sealedPart(event, id, key))),
  ];
}
