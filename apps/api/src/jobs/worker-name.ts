import { randomUUID } from 'node:crypto';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { ConsumerLock, EventSignal, tryConsumerLock } from '@provost/event-log';

/** Webhooks were the first that leased; workers of all versions must mean the same lock. */
const PREFIX = 'webhooks ';

/**
 * SQL that says whether a worker is dead: it holds the lock of its name while it may hold leases, and whoever can take that has
 * found a dead one.
 * @param worker SQL for its name, a uuid
 */
export function isDeadWorker(worker: string): string {
  return tryConsumerLock(`'${PREFIX}' || ${worker}`);
}

/**
 * The name under which this process leases what it sends. PostgreSQL holds a lock of that name for as long as the process's
 * connection lasts, so the leases of a process that was killed are void at once, and nobody has to guess how long a lease
 * must be. A process that lost the connection takes a new name: under the old one it may count as dead already.
 */
@Injectable()
export class WorkerName implements OnApplicationShutdown {
  private held: { readonly name: string; readonly lock: ConsumerLock } | undefined;
  private taking: Promise<string> | undefined;

  constructor(@Inject(EventSignal) private readonly signal: EventSignal) {}

  /** @throws DatabaseUnavailable */
  async current(): Promise<string> {
    if (this.held?.lock.held) return this.held.name;
    return (this.taking ??= this.take().finally(() => (this.taking = undefined)));
  }

  /** Gives up all leases, when whoever had some is done with them. */
  onApplicationShutdown(): Promise<void> {
    return this.close();
  }

  private async close(): Promise<void> {
    await this.held?.lock.close();
    this.held = undefined;
  }

  private async take(): Promise<string> {
    await this.close();
    const name = randomUUID();
    const lock = new ConsumerLock(this.signal.url, `${PREFIX}${name}`);
    await lock.acquire();
    this.held = { name, lock };
    return name;
  }
}
