import type { DataSource, QueryRunner } from 'typeorm';
import { statement, type TenantDatabase } from '@provost/entities';
import type { EventConsumer } from './consumer';
import type { EventRow } from './event';
import type { EventSignal } from './event-signal';
import { SettledPosition } from './settled-position';

export const BATCH = 200;
/** The net under LISTEN/NOTIFY. */
const POLL_MS = 1_000;
/** How soon to look again when a number was out but its transaction had not ended. */
const UNSETTLED_MS = 3;
const BACKOFF_MS = [250, 1_000, 5_000, 30_000] as const;

const POSITION = statement(
  'consumer.position',
  `WITH made AS (
    INSERT INTO event_consumers (name, position, updated_at) VALUES ($1, 0, now()) ON CONFLICT DO NOTHING RETURNING position)
  SELECT position::text FROM made UNION ALL SELECT position::text FROM event_consumers WHERE name = $1`,
);
const ADVANCE = statement(
  'consumer.advance',
  `UPDATE event_consumers SET position = $3, updated_at = now() WHERE name = $1 AND position = $2 RETURNING name`,
);
const NEXT = statement(
  'consumer.next',
  `SELECT tenant_id, seq::text, id, occurred_at, type, subject_type, subject_id, group_id, context, data, sealed
   FROM events WHERE seq > $1::bigint AND seq <= $2::bigint ORDER BY seq LIMIT ${BATCH}`,
);

/**
 * Delivers the log to one consumer. Any number of workers may run it for the same consumer: whoever holds the
 * consumer's advisory lock delivers, and the lock goes with the connection when that worker dies.
 */
export class EventDelivery {
  private stopped = false;
  private wake: () => void = () => undefined;
  private woken = false;
  private running: Promise<void> | undefined;
  private failures = 0;
  private readonly horizon: SettledPosition;

  constructor(
    private readonly consumer: EventConsumer,
    private readonly dataSource: DataSource,
    private readonly db: TenantDatabase,
    private readonly signal: EventSignal,
    private readonly fault: (message: string, error: unknown) => void,
  ) {
    this.horizon = new SettledPosition(db);
  }

  start(): void {
    const off = this.signal.onWake(() => {
      this.woken = true;
      this.wake();
    });
    this.running = this.loop().finally(off);
  }

  /** Resolves when the batch in hand is done. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.wake();
    await this.running;
  }

  private async loop(): Promise<void> {
    while (!this.stopped) {
      this.woken = false;
      let pause = POLL_MS;
      try {
        await this.deliverAll();
        this.failures = 0;
      } catch (error) {
        pause = BACKOFF_MS[Math.min(this.failures++, BACKOFF_MS.length - 1)]!;
        this.fault(`Consumer ${this.consumer.name} failed and will try again in ${pause} ms.`, error);
      }
      await this.pause(pause, this.failures === 0);
    }
  }

  /** Handles all that is there while holding the lock; returns at once when another worker holds it. */
  private async deliverAll(): Promise<void> {
    const lock = this.dataSource.createQueryRunner();
    try {
      if (!(await this.acquire(lock))) return;
      let [{ position }] = (await this.db.run<{ position: string }>('platform', POSITION, [this.consumer.name])) as [
        { position: string },
      ];
      while (!this.stopped) {
        const { settled, more } = await this.horizon.look();
        const events =
          settled > BigInt(position)
            ? await this.db.run<EventRow>('platform', NEXT, [position, settled.toString()])
            : [];
        if (events.length) await this.consumer.handle(events);
        const reached = events.length < BATCH ? settled.toString() : events.at(-1)!.seq;
        if (BigInt(reached) > BigInt(position)) {
          // Marked after it was handled: a crash in between repeats the batch and loses nothing.
          const kept = await this.db.run('platform', ADVANCE, [this.consumer.name, position, reached]);
          if (!kept.length) throw new Error('Another worker has moved on; the lock was lost.');
          position = reached;
        }
        if (events.length === BATCH) continue;
        if (!more) return;
        await this.pause(UNSETTLED_MS, false);
      }
    } finally {
      await lock.rollbackTransaction().catch(() => undefined);
      await lock.release();
    }
  }

  /** A transaction that only holds a lock takes no transaction id, so it holds back no settled position. */
  private async acquire(lock: QueryRunner): Promise<boolean> {
    await lock.startTransaction();
    const [row] = (await lock.query(`SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS got`, [
      `provost consumer ${this.consumer.name}`,
    ])) as [{ got: boolean }];
    return row.got;
  }

  private pause(ms: number, wakeable: boolean): Promise<void> {
    if (this.stopped || (wakeable && this.woken)) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(done, ms);
      const wake = () => (wakeable || this.stopped ? done() : undefined);
      this.wake = wake;
      function done() {
        clearTimeout(timer);
        resolve();
      }
    });
  }
}
