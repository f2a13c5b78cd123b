import type { ReadableEvent } from '@provost/audit-trail';

/** A way to write events down, each for itself. */
export interface TextFormat {
  /** The media type. */
  readonly type: string;
  /** Of the file. */
  readonly extension: string;
  /** What stands before all events. */
  readonly head?: string;
  text(events: readonly ReadableEvent[]): string;
}
