import type { EventContext, EventRow } from './event';

/** A row of the log with its JSON as text. */
export interface EventTextRow extends Omit<EventRow, 'context' | 'data'> {
  context: string;
  data: string | null;
}

/**
 * An event whose JSON is read when somebody asks for it: most consumers can tell by the type that an event is none of theirs, and
 * those that are at the same place share it.
 */
export class LogEvent implements EventRow {
  readonly tenant_id: string;
  readonly seq: string;
  readonly id: string;
  readonly occurred_at: Date;
  readonly type: string;
  readonly subject_type: string;
  readonly subject_id: string | null;
  readonly group_id: string | null;
  readonly sealed: Buffer | null;
  private readContext: EventContext | undefined;
  private readData: Record<string, unknown> | undefined;

  constructor(private readonly row: EventTextRow) {
    this.tenant_id = row.tenant_id;
    this.seq = row.seq;
    this.id = row.id;
    this.occurred_at = row.occurred_at;
    this.type = row.type;
    this.subject_type = row.subject_type;
    this.subject_id = row.subject_id;
    this.group_id = row.group_id;
    this.sealed = row.sealed;
  }

  get context(): EventContext {
    return (this.readContext ??= JSON.parse(this.row.context) as EventContext);
  }

  get data(): Record<string, unknown> | null {
    const { data } = this.row;
    return data === null ? null : (this.readData ??= JSON.parse(data) as Record<string, unknown>);
  }
}
