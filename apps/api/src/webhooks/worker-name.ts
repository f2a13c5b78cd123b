import { randomUUID } from 'node:crypto';
import { InjectDataSource } from '@nestjs/typeorm';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ConsumerLock } from '@provost/event-log';
import { workerLock } from './delivery-statements';

/**
 * The name under which this process leases deliveries. PostgreSQL holds a lock of that name for as long as the process's
 * connection lasts, so the leases of a process that was killed are void at once, and nobody has to guess how long a lease
 * must be. A process that lost the connection takes a new name: under the old one it may count as dead already.
 */
@Injectable()
export class WorkerName {
  private held: { readonly name: string; readonly lock: ConsumerLock } | undefined;
  private taking: Promise<string> | undefined;

  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** @throws DatabaseUnavailable */
  async current(): Promise<string> {
    if (this.held?.lock.held) return this.held.name;
    return (this.taking ??= this.take().finally(() => (this.taking = undefined)));
  }

  /** Gives up all leases. */
  async close(): Promise<void> {
    await this.held?.lock.close();
    this.held = undefined;
  }

  private async take(): Promise<string> {
    await this.close();
    const name = randomUUID();
    const lock = new ConsumerLock((this.dataSource.options as { url: string }).url, workerLock(name));
    await lock.acquire();
    this.held = { name, lock };
    return name;
  }
}
