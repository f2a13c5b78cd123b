import { DatabaseUnavailable, statement, type TenantDatabase } from '@provost/entities';
import type { EventConsumer } from './consumer';
import { ConsumerLock } from './consumer-lock';
import type { EventSignal } from './event-signal';
import { sharedLog, type SharedLog } from './shared-log';

/** The net under LISTEN/NOTIFY. */
const POLL_MS = 1_000;
/** When somebody else delivers: how soon to look whether that worker is still alive. */
const OCCUPIED_MS = 250;
/**
 * Rounds of a busy log begin no closer together, so that many writes share one: at first, and at most while it stays busy. Each
 * round costs every consumer a few statements, which the writes would have to share the database with.
 */
const SPACING_MS = [15, 240] as const;
/** How long the lock is kept when nothing comes: on a busy log it need not be taken anew for each write. */
const LINGER_MS = 250;
/** When an event waits for a number before it: at first, and at most. */
const HELD_MS = [3, 200] as const;
const BACKOFF_MS = [250, 1_000, 5_000, 30_000] as const;
/** A database that is away is asked again at the same pace, so that a restart costs no more than that. */
const AWAY_MS = 500;

const POSITION = statement(
  'consumer.position',
  `WITH made AS (
    INSERT INTO event_consumers (name, position, updated_at) VALUES ($1, 0, now()) ON CONFLICT DO NOTHING RETURNING position)
  SELECT position::text FROM made UNION ALL SELECT position::text FROM event_consumers WHERE name = $1`,
);
/** Nobody waits for the disk: a position that is lost with the server repeats events, which every consumer must bear. */
const ADVANCE = statement(
  'consumer.advance',
  `UPDATE event_consumers SET position = $3, updated_at = now()
   WHERE name = $1 AND position = $2 AND set_config('synchronous_commit', 'off', true) = 'off' RETURNING name`,
);

/**
 * Delivers the log to one consumer. Any number of workers may run it for the same consumer: whoever holds the
 * consumer's lock delivers, and the lock goes with the connection when that worker dies. A worker that lost its
 * connection in the middle of a batch cannot be recalled: what it was doing then may be done twice, its position is not
 * kept, and it begins no further batch.
 */
export class EventDelivery {
  private stopped = false;
  private wake: () => void = () => undefined;
  private woken = false;
  private running: Promise<void> | undefined;
  private failuresInARow = 0;
  private signOfLife = Date.now();
  private away = false;
  private readonly log: SharedLog;
  /** Up to where the consumer has handled the log, while the lock is held. */
  private position = '';
  private readonly lock: ConsumerLock;

  /** @param fault hears of what goes wrong; delivery goes on by itself */
  constructor(
    private readonly consumer: EventConsumer,
    private readonly db: TenantDatabase,
    private readonly signal: EventSignal,
    private readonly fault: (message: string, error: unknown) => void,
  ) {
    this.log = sharedLog(db);
    this.lock = new ConsumerLock(signal.url, consumer.name);
  }

  /** When it last came round: it looks for events or has handled some. */
  get aliveAt(): number {
    return this.signOfLife;
  }

  /** How often in a row the consumer has failed; a database that is away does not count. */
  get failures(): number {
    return this.failuresInARow;
  }

  start(): void {
    const off = this.signal.onWake(() => {
      this.woken = true;
      this.wake();
    });
    this.running = this.loop().finally(async () => {
      off();
      await this.lock.close();
    });
  }

  /** Resolves when the batch in hand is done. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.wake();
    await this.running;
  }

  private async loop(): Promise<void> {
    let spacing: number = SPACING_MS[0];
    while (!this.stopped) {
      this.woken = false;
      this.signOfLife = Date.now();
      try {
        const delivers = await this.deliverAll();
        this.failuresInARow = 0;
        this.away = false;
        if (!delivers) {
          // Whoever holds the lock was woken as well.
          await this.pause(OCCUPIED_MS, false);
          continue;
        }
        if (this.woken) {
          await this.pause(spacing, false);
          spacing = Math.min(spacing * 2, SPACING_MS[1]);
        } else spacing = SPACING_MS[0];
        await this.pause(LINGER_MS, true);
        if (this.woken) continue;
        await this.lock.release();
        await this.pause(POLL_MS - LINGER_MS, true);
      } catch (error) {
        await this.lock.release();
        await this.pause(this.failed(error), false);
      }
    }
  }

  /** Handles all that is there while holding the lock, which it keeps. @returns false when another worker holds it */
  private async deliverAll(): Promise<boolean> {
    if (!this.lock.held) {
      if (!(await this.lock.acquire())) return false;
      const [kept] = await this.db.run<{ position: string }>('platform', POSITION, [this.consumer.name]);
      this.position = kept!.position;
    }
    let held: number = HELD_MS[0];
    while (!this.stopped) {
      const next = await this.log.after(this.position);
      this.mustHold();
      if (next.events.length) {
        await this.consumer.handle(next.events, this.position, next.all);
        this.mustHold();
        // Marked after it was handled: a crash in between repeats the batch and loses nothing.
        const reached = next.events.at(-1)!.seq;
        const advanced = await this.db.run('platform', ADVANCE, [this.consumer.name, this.position, reached]);
        if (!advanced.length) throw new LockLost();
        this.position = reached;
        this.signOfLife = Date.now();
        held = HELD_MS[0];
      }
      // What was written since then has woken this.
      if (next.all) return true;
      if (!next.events.length) {
        await this.pause(held, false);
        held = Math.min(held * 2, HELD_MS[1]);
      }
    }
    return true;
  }

  private mustHold(): void {
    if (!this.lock.held) throw new LockLost();
  }

  /** @returns how long to wait */
  private failed(error: unknown): number {
    if (error instanceof DatabaseUnavailable || error instanceof LockLost) {
      if (!this.away) this.fault(`Consumer ${this.consumer.name} waits for the database.`, error);
      this.away = true;
      return AWAY_MS;
    }
    const pause = BACKOFF_MS[Math.min(this.failuresInARow++, BACKOFF_MS.length - 1)]!;
    this.fault(`Consumer ${this.consumer.name} failed and will try again in ${pause} ms.`, error);
    return pause;
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

/** The connection that held the consumer's lock has ended; another worker may be delivering already. */
class LockLost extends Error {
  constructor() {
    super('The lock was lost; another worker delivers now.');
  }
}
