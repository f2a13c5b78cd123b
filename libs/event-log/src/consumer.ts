import type { EventRow } from './event';

/**
 * Something that follows the log: audit, lifecycle, webhooks. It gets every event at least once, in the order of the
 * log (so in order for each subject), also after a crash: what it does must be idempotent by the event's id or seq.
 */
export interface EventConsumer {
  /** Its position is kept under this name. */
  readonly name: string;
  /**
   * When this resolves, the events count as handled; when it throws, they come again. At most BATCH events.
   * @param after the number behind which they begin: that of the last event that counts as handled, 0 for none
   * @param all whether the log ended with them when they were read; false where that is not known
   */
  handle(events: readonly EventRow[], after: string, all?: boolean): Promise<void>;
}
