import { isConfused, isRefusal, isRetryable, isUnavailable, named } from './database-faults';
import { type ConnectionPlan, Lane } from './lane';
import type { Ask, SharedWrite } from './shared-write';
import { prepareStatements, sendBatch } from './statement-batch';
import type { Statement } from './statement';
import type { Scope } from './tenant-query';

/** What becomes one statement with others of its kind. */
interface Shared {
  readonly kind: SharedWrite<unknown>;
  readonly call: unknown;
}

interface Waiting {
  readonly scope: Scope;
  readonly what: Ask | Shared;
  readonly locks: string;
  /** When it came, in milliseconds of the process. */
  readonly since: number;
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
  /**
   * On how many connections one credential's may be under way; on more when enough of them wait for a whole transaction, or one has
   * waited for long, as those under way wait for somebody's lock.
   */
  readonly lanesEach: number;
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
/** How long one waits for its credential's others before it takes a further connection. */
const PATIENCE_MS = 25;

/**
 * Short statements on a few connections. While all of these are busy, statements gather; a connection that becomes free takes
 * those of one credential together, as one transaction (docs/adr/0010). What comes alone leaves alone and at once.
 */
export class SharedLanes {
  private readonly idle: Lane[];
  private readonly lanes: Lane[];
  /** By tenant and credential, in the order in which the first of each came. */
  private readonly queues = new Map<string, Waiting[]>();
  /** How many transactions of a tenant and credential are under way. */
  private readonly underWay = new Map<string, number>();
  private scheduled = false;
  private reminder: NodeJS.Timeout | undefined;

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
    return this.wait(scope, { statement, values }, locks) as Promise<T[]>;
  }

  /** The same for a write that can be made together with others of its kind. @throws as ask */
  async share<Call>(scope: Scope, kind: SharedWrite<Call>, call: Call, locks: string): Promise<void> {
    await this.wait(scope, { kind: kind as SharedWrite<unknown>, call }, locks);
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

  private wait(scope: Scope, what: Ask | Shared, locks: string): Promise<unknown[]> {
    return new Promise((resolve, reject) => {
      this.enqueue({ scope, what, locks, since: performance.now(), alone: false, attempts: 0, resolve, reject });
      this.schedule();
    });
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
      while (this.idle.length && this.turn() !== undefined) void this.work(this.idle.pop()!);
      this.remind();
    });
  }

  /** Whoever waits for their credential's others while there are connections is not forgotten when these wait themselves. */
  private remind(): void {
    if (!this.idle.length || !this.queues.size) return;
    this.reminder ??= setTimeout(() => {
      this.reminder = undefined;
      this.schedule();
    }, PATIENCE_MS);
  }

  private async work(lane: Lane): Promise<void> {
    for (let key = this.turn(); key !== undefined; key = this.turn()) {
      const batches: Promise<void>[] = [];
      for (; key !== undefined && batches.length < this.options.scopes; key = this.turn())
        batches.push(this.send(lane, key, this.take(key)));
      await Promise.all(batches);
    }
    this.idle.push(lane);
    this.remind();
  }

  /** The credential whose turn it is. */
  private turn(): string | undefined {
    const patient = performance.now() - PATIENCE_MS;
    for (const [key, queue] of this.queues) {
      const isFree = (this.underWay.get(key) ?? 0) < this.options.lanesEach;
      if (isFree || queue.length >= MOST || queue[0]!.since <= patient) return key;
    }
    return undefined;
  }

  /** What waits of a credential, up to the first that has to go alone. */
  private take(key: string): Waiting[] {
    const queue = this.queues.get(key)!;
    const end = queue.findIndex((one) => one.alone);
    const batch = queue.splice(0, end === 0 ? 1 : Math.min(end < 0 ? MOST : end, MOST));
    // Whoever has more waiting goes behind the others.
    this.queues.delete(key);
    if (queue.length) this.queues.set(key, queue);
    return batch.sort((a, b) => (a.locks < b.locks ? -1 : a.locks > b.locks ? 1 : 0));
  }

  private async send(lane: Lane, key: string, batch: readonly Waiting[]): Promise<void> {
    const opening = lane.client();
    this.underWay.set(key, (this.underWay.get(key) ?? 0) + 1);
    try {
      const client = await opening;
      const steps = stepsOf(batch);
      const asks = steps.map(askOf);
      await prepareStatements(client, asks);
      const results = await sendBatch(client, batch[0]!.scope, asks);
      steps.forEach((step, i) => step.forEach((one) => one.resolve(results[i]!)));
    } catch (error) {
      if (isUnavailable(error)) lane.lost(opening);
      this.failed(batch, error);
    } finally {
      const left = this.underWay.get(key)! - 1;
      if (left) this.underWay.set(key, left);
      else this.underWay.delete(key);
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

/** What becomes one statement each. What is made together comes first, so that any two transactions lock in the same order. */
function stepsOf(batch: readonly Waiting[]): Waiting[][] {
  const together = new Map<SharedWrite<unknown>, Waiting[]>();
  const alone: Waiting[][] = [];
  for (const one of batch) {
    if (!('kind' in one.what)) {
      alone.push([one]);
      continue;
    }
    const others = together.get(one.what.kind);
    if (others) others.push(one);
    else together.set(one.what.kind, [one]);
  }
  return [...together.values(), ...alone];
}

function askOf([first, ...others]: readonly Waiting[]): Ask {
  const { what } = first!;
  if (!('kind' in what)) return what;
  const { kind, call } = what;
  return others.length ? kind.together([call, ...others.map((one) => (one.what as Shared).call)]) : kind.alone(call);
}
