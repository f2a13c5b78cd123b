import type { ClientConfig } from 'pg';
import { isConfused, isRefusal, isRetryable, isUnavailable, named } from './database-faults';
import { Lane } from './lane';
import type { Statement } from './statement';
import type { Scope } from './tenant-query';
import { prepareWrites, sendBatch, type Write } from './write-batch';

interface Waiting extends Write {
  readonly scope: Scope;
  readonly locks: string;
  /** It was in a batch that failed, through its own fault or another's: now it goes alone. */
  alone: boolean;
  attempts: number;
  resolve(rows: unknown[]): void;
  reject(error: unknown): void;
}

/** Most writes of one transaction: what a failure of one makes the others repeat. */
const MOST = 16;
const ATTEMPTS = 5;

/**
 * Short writes on a few connections. While all of these are busy, writes gather; a connection that becomes free takes those
 * of one credential together, as one transaction (docs/adr/0010). A write that comes alone leaves alone and at once.
 */
export class WriteLanes {
  private readonly idle: Lane[];
  private readonly lanes: Lane[];
  /** By tenant and credential, in the order in which the first of each came. */
  private readonly queues = new Map<string, Waiting[]>();
  private scheduled = false;

  constructor(connection: ClientConfig, count: number) {
    this.lanes = Array.from({ length: count }, () => new Lane(connection));
    this.idle = [...this.lanes];
  }

  /**
   * @param statement named, and short: whoever shares its connection waits for it
   * @param locks what it locks first: the writes of a transaction go in this order, so that two transactions do not wait
   *   for each other
   * @returns its rows, after the commit
   * @throws CredentialRefused, DatabaseUnavailable, pg's DatabaseError
   */
  write<T>(scope: Scope, statement: Statement, values: unknown[], locks: string): Promise<T[]> {
    return new Promise((resolve, reject) => {
      const write = { scope, statement, values, locks, alone: false, attempts: 0, reject };
      this.enqueue({ ...write, resolve: (rows) => resolve(rows as T[]) });
      this.schedule();
    });
  }

  /** Resolves when what was given is answered and the connections have ended. */
  async close(): Promise<void> {
    await Promise.all(this.lanes.map((lane) => lane.close()));
  }

  private enqueue(write: Waiting): void {
    const key = `${write.scope.tenantId}${write.scope.credentialId ?? ''}`;
    const queue = this.queues.get(key);
    if (queue) queue.push(write);
    else this.queues.set(key, [write]);
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
    for (let batch = this.next(); batch.length; batch = this.next()) await this.send(lane, batch);
    this.idle.push(lane);
  }

  /** Those of the credential whose turn it is, up to the first that has to go alone. */
  private next(): Waiting[] {
    const [first] = this.queues;
    if (!first) return [];
    const [key, queue] = first;
    const end = queue.findIndex((write) => write.alone);
    const batch = queue.splice(0, end === 0 ? 1 : Math.min(end < 0 ? MOST : end, MOST));
    // Whoever has more waiting goes behind the others.
    this.queues.delete(key);
    if (queue.length) this.queues.set(key, queue);
    return batch.sort((a, b) => (a.locks < b.locks ? -1 : a.locks > b.locks ? 1 : 0));
  }

  private async send(lane: Lane, batch: readonly Waiting[]): Promise<void> {
    let opening: ReturnType<Lane['client']> | undefined;
    try {
      opening = lane.client();
      const client = await opening;
      await prepareWrites(client, batch);
      const results = await sendBatch(client, batch[0]!.scope, batch);
      batch.forEach((write, i) => write.resolve(results[i]!));
    } catch (error) {
      if (isUnavailable(error) && opening) lane.lost(opening);
      this.failed(batch, error);
    }
  }

  /** Nothing of the batch has happened, unless the connection was lost: then nobody knows. */
  private failed(batch: readonly Waiting[], error: unknown): void {
    const again =
      !isUnavailable(error) && !isRefusal(error) && (batch.length > 1 || isRetryable(error) || isConfused(error));
    for (const write of batch) {
      if (!again || ++write.attempts > ATTEMPTS) write.reject(named(error));
      else {
        write.alone = true;
        this.enqueue(write);
      }
    }
  }
}
