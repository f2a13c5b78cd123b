import { statement, type Statement } from '@provost/entities';
import { eventValues, insertEvents } from './append';
import type { EventContext, NewEvent } from './event';

/** Up to this many events stand in a statement as plain parameters; arrays to unnest cost more than they save there. */
const FEW = 3;

/**
 * A statement that makes a change and appends its events. It comes in one form for each small number of events and
 * one for any number, all prepared under their own names.
 */
export class WriteStatement {
  private readonly few: Statement[];
  private readonly many: Statement;

  /**
   * @param first number of the first parameter that belongs to the events; the tenant is $1
   * @param from what the events' rows depend on, e.g. `u` for a CTE that is empty when the change was refused
   * @param compose the statement around the INSERT of the events
   */
  constructor(
    name: string,
    private readonly first: number,
    from: string,
    compose: (insert: string) => string,
  ) {
    this.few = Array.from({ length: FEW }, (_, i) =>
      statement(`${name}_${i + 1}`, compose(insertFew(i + 1, first, from))),
    );
    this.many = statement(name, compose(insertEvents('$1::uuid', first, `, ${from}`)));
  }

  /** The statement for so many events and all its parameters. @param own those before `first` */
  for(
    own: readonly unknown[],
    at: Date,
    context: EventContext,
    events: readonly NewEvent[],
    key?: Buffer,
  ): [Statement, unknown[]] {
    if (own.length !== this.first - 1)
      throw new Error(`${this.many.name} takes ${this.first - 1} parameters of its own.`);
    const [time, request, ...columns] = eventValues(at, context, events, key);
    const few = this.few[events.length - 1];
    if (!few) return [this.many, [...own, time, request, ...columns]];
    const rows = events.flatMap((_, i) => (columns as unknown[][]).map((column) => column[i]));
    return [few, [...own, time, request, ...rows]];
  }
}

const TYPES = ['uuid', 'text', 'text', 'uuid', 'uuid', 'json', 'bytea'] as const;

function insertFew(count: number, first: number, from: string): string {
  const rows = Array.from(
    { length: count },
    (_, row) => `(${TYPES.map((type, i) => `$${first + 2 + row * TYPES.length + i}::${type}`).join(', ')})`,
  );
  return `INSERT INTO events (tenant_id, id, occurred_at, type, subject_type, subject_id, group_id, context, data, sealed)
    SELECT $1::uuid, e.id, $${first}::timestamptz, e.type, e.subject_type, e.subject_id, e.group_id, $${first + 1}::json, e.data, e.sealed
    FROM (VALUES ${rows.join(', ')}) AS e (id, type, subject_type, subject_id, group_id, data, sealed), ${from}`;
}
