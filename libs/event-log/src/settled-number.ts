import { setTimeout as delay } from 'node:timers/promises';
import { statement, type TenantDatabase } from '@provost/entities';
import { MissingNumbers } from './missing-numbers';

/** Whatever a consumer has passed is settled as well, which helps a process that has just begun to look. */
const TAKEN = statement(
  'event.taken',
  `SELECT coalesce(pg_sequence_last_value('events_seq'), 0)::text AS taken,
     (SELECT coalesce(max(position), 0) FROM event_consumers)::text AS handled`,
);

/** Who writes for long does not keep a reader waiting for longer. */
const PATIENCE_MS = 1_000;
const LOOK_MS = [2, 50] as const;

interface Look {
  /** The highest number that was given to anybody. */
  readonly taken: bigint;
  readonly settled: bigint;
}

/** Up to which number the log is as it will always be: nothing below it can still appear (see MissingNumbers). */
export class SettledNumber {
  private readonly missing: MissingNumbers;
  private turn: Promise<unknown> = Promise.resolve();
  private next: Promise<Look> | undefined;

  constructor(private readonly db: TenantDatabase) {
    this.missing = new MissingNumbers(db);
  }

  /**
   * The highest such number. It covers every event that was committed before the call, unless somebody has been writing for longer
   * than a second: then it covers those before that one's.
   * @throws DatabaseUnavailable
   */
  async upTo(): Promise<bigint> {
    const { taken, settled } = await this.look();
    const deadline = Date.now() + PATIENCE_MS;
    let reached = settled;
    for (
      let wait: number = LOOK_MS[0];
      reached < taken && Date.now() < deadline;
      wait = Math.min(wait * 2, LOOK_MS[1])
    ) {
      await delay(wait);
      reached = (await this.look()).settled;
    }
    return reached;
  }

  /** One at a time: a look that began earlier must not be counted after a later one. Who asks meanwhile shares the next. */
  private look(): Promise<Look> {
    const look = (this.next ??= this.turn.then(() => {
      this.next = undefined;
      return this.lookNow();
    }));
    this.turn = look.catch(() => undefined);
    return look;
  }

  private async lookNow(): Promise<Look> {
    const [row] = await this.db.run<{ taken: string; handled: string }>('platform', TAKEN, []);
    const [taken, handled] = [BigInt(row!.taken), BigInt(row!.handled)];
    const settled = await this.missing.settledUpTo(taken);
    return { taken, settled: settled > handled ? settled : handled };
  }
}
