import { isConfused, isRefusal, isRetryable, isUnavailable, named } from './database-faults';
import { type ConnectionPlan, Lane } from './lane';
import { prepareStatements, sendBatch, type Ask } from './statement-batch';
import type { Statement } from './statement';
import type { Scope } from './tenant-query';

interface Waiting extends Ask {
  readonly scope: Scope;
  readonly locks: string;
  /** It was in a batch that failed, through its own fault or another's: now it goes alone. */
  alone: boolean;
  attempts: number;
  resolve(rows: unknown[]): void;
  reject(error: unknown): void;
}

export interface LaneOptions {
  /** How many connections. */
  readonly count: number;
  /** Of how many credentials statements may be under way on one connection at once; each has a transaction of its own. */
  readonly scopes: number;
  /** Whether what was under way when a connection was lost may simply be asked again: true of reads. */
  readonly repeatable: boolean;
}

/** How busy connections of one kind are. */
export interface ConnectionLoad {
  readonly open: number;
  readonly busy: number;
  /** Statements that have no connection yet. */
  readonly waiting: number;
}

/** Most statements of one transaction: what a failure of one makes the others repeat. */
const MOST = 16;
const ATTEMPTS = 8;

/**
 * Short statements on a few connections. While all of these are busy, statements gather; a connection that becomes free takes
 * those of one credential together, as one transaction (docs/adr/0010). What comes alone leaves alone and at once.
 */
export class SharedLanes {
  private readonly idle: Lane[];
  private readonly lanes: Lane[];
  /** By tenant and credential, in the order in which the first of each came. */
  private readonly queues = new Map<string, Waiting[]>();
  private scheduled = false;

  constructor(
    connection: ConnectionPlan,
    private readonly options: LaneOptions,
  ) {
    this.lanes = Array.from({ length: options.count }, () => new Lane(connection));
    this.idle = [...this.lanes];
  }

  /**
   * @param statement named, and short: whoever shares its connection waits for it
   * @param locks what it locks first: the statements of a transaction go in this order, so that two transactions do not
   *   wait for each other
   * @returns its rows, after the commit
   * @throws CredentialRefused, DatabaseUnavailable, pg's DatabaseError
   */
  ask<T>(scope: Scope, statement: Statement, values: unknown[], locks: string): Promise<T[]> {
    return new Promise((resolve, reject) => {
      const ask = { scope, statement, values, locks, alone: false, attempts: 0, reject };
      this.enqueue({ ...ask, resolve: (rows) => resolve(rows as T[]) });
      this.schedule();
    });
  }

  get load(): ConnectionLoad {
    const { length: open } = this.lanes;
    let waiting = 0;
    for (const queue of this.queues.values()) waiting += queue.length;
    return { open, busy: open - this.idle.length, waiting };
  }

  /** Resolves when what was given is answered and the connections have ended. */
  async close(): Promise<void> {
    await Promise.all(this.lanes.map((lane) => lane.close()));
  }

  private enqueue(ask: Waiting): void {
    const { tenantId, credentialId = '', secret = '' } = ask.scope;
    const key = `${tenantId}${credentialId}${secret}`;
    const queue = this.queues.get(key);
    if (queue) queue.push(ask);
    else this.queues.set(key, [ask]);
  }

  /** At the end of this turn of the event loop: requests that arrive together leave together. */
  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      while (this.idle.length && this.queues.size) void this.work(this.idle.pop()!);
    });
  }

  private async work(lane: Lane): Promise<void> {
    while (this.queues.size) {
      const batches: Promise<void>[] = [];
      while (this.queues.size && batches.length < this.options.scopes) batches.push(this.send(lane, this.next()));
      await Promise.all(batches);
    }
    this.idle.push(lane);
  }

  /** Those of the credential whose turn it is, up to the first that has to go alone. */
  private next(): Waiting[] {
    const [[key, queue]] = this.queues as unknown as [[string, Waiting[]]];
    const end = queue.findIndex((ask) => ask.alone);
    const batch = queue.splice(0, end === 0 ? 1 : Math.min(end < 0 ? MOST : end, MOST));
    // Whoever has more waiting goes behind the others.
    this.queues.delete(key);
    if (queue.length) this.queues.set(key, queue);
    return batch.sort((a, b) => (a.locks < b.locks ? -1 : a.locks > b.locks ? 1 : 0));
  }

  private async send(lane: Lane, batch: readonly Waiting[]): Promise<void> {
    const opening = lane.client();
    try {
      const client = await opening;
      await prepareStatements(client, batch);
      const results = await sendBatch(client, batch[0]!.scope, batch);
      batch.forEach((ask, i) => ask.resolve(results[i]!));
    } catch (error) {
      if (isUnavailable(error)) lane.lost(opening);
      this.failed(batch, error);
    }
  }

  /** Nothing of the batch has happened, unless the connection was lost: then nobody knows. */
  private failed(batch: readonly Waiting[], error: unknown): void {
    const again = isUnavailable(error)
      ? this.options.repeatable
      : !isRefusal(error) && (batch.length > 1 || isRetryable(error) || isConfused(error));
    for (const ask of batch) {
      if (!again || ++ask.attempts > ATTEMPTS) ask.reject(named(error));
      else {
        ask.alone = true;
        this.enqueue(ask);
      }
    }
  }
}
