import { setImmediate as endOfTurn } from 'node:timers/promises';
import type { TenantDatabase } from '@provost/entities';
import type { EventRow } from './event';
import { BATCH, LogReader, type Read } from './log-reader';

/** Events that are kept for consumers that are a little behind the others. */
const KEPT = 5 * BATCH;

/** What a consumer is given. */
export interface NextEvents extends Read {
  /** Nothing more was there when they were asked for. */
  readonly all: boolean;
}

interface Reading {
  /** When it was sent, on the clock that `after` asks; Infinity while it was not. */
  sent: number;
  readonly result: Promise<Read>;
}

/**
 * Reads the log once for all consumers of a process that are at the same place, and keeps the last few batches for those that
 * come a little later. A consumer that is further behind reads for itself. Each keeps its own position, lock and pace.
 */
export class SharedLog {
  private readonly reader: LogReader;
  private readonly readings = new Map<string, Reading>();
  /** Events without a gap in between that could still be filled, from behind `begin` on. */
  private kept: readonly EventRow[] = [];
  private begin = '';
  private clock = 0;

  constructor(db: TenantDatabase) {
    this.reader = new LogReader(db);
  }

  /**
   * The next events after a number, at most BATCH, as of the call or later.
   * @throws DatabaseUnavailable
   */
  async after(position: string): Promise<NextEvents> {
    const asked = ++this.clock;
    for (;;) {
      const kept = this.keptAfter(position);
      if (kept.length) return { events: kept, held: false, all: false };
      const reading = this.readings.get(position) ?? this.read(position);
      const { events, held } = await reading.result;
      const fresh = reading.sent > asked;
      // What was sent before the call may lack what was committed in between: its events will do, but not that there are none.
      if (events.length || fresh) return { events, held, all: fresh && !held && events.length < BATCH };
    }
  }

  private keptAfter(position: string): readonly EventRow[] {
    if (position === this.begin) return this.kept.slice(0, BATCH);
    const at = this.kept.findLastIndex(({ seq }) => seq === position);
    return at < 0 ? [] : this.kept.slice(at + 1, at + 1 + BATCH);
  }

  private read(position: string): Reading {
    const send = async () => {
      // One signal wakes all consumers in one turn: they share what is sent at its end.
      await endOfTurn();
      reading.sent = ++this.clock;
      try {
        const read = await this.reader.after(position);
        this.keep(position, read.events);
        return read;
      } finally {
        this.readings.delete(position);
      }
    };
    const reading: Reading = { sent: Infinity, result: send() };
    this.readings.set(position, reading);
    return reading;
  }

  /** Of what comes behind the kept, so that whoever is far behind does not take the place of the others. */
  private keep(position: string, events: readonly EventRow[]): void {
    if (!events.length) return;
    const end = this.kept.at(-1)?.seq ?? this.begin;
    if (end !== '' && BigInt(position) < BigInt(end)) return;
    if (position !== end) {
      this.begin = position;
      this.kept = events;
      return;
    }
    const all = [...this.kept, ...events];
    const dropped = Math.max(0, all.length - KEPT);
    if (dropped) this.begin = all[dropped - 1]!.seq;
    this.kept = all.slice(dropped);
  }
}

const logs = new WeakMap<TenantDatabase, SharedLog>();

/** The one of all consumers that read through this database. */
export function sharedLog(db: TenantDatabase): SharedLog {
  const known = logs.get(db) ?? new SharedLog(db);
  logs.set(db, known);
  return known;
}
