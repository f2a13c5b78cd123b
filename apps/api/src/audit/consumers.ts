import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { TenantDatabase } from '@provost/entities';
import { type EventConsumer, EventDelivery, EventSignal } from '@provost/event-log';
import { Environment } from '../config';
import { FaultLog } from '../http';
import { WorkLoops } from '../jobs';

/**
 * What follows the event log. A consumer registers itself when it is made; those there are when the application starts are
 * delivered to in the processes that work (ROLE=all or worker).
 */
@Injectable()
export class Consumers implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly known = new Map<string, EventConsumer>();
  private readonly deliveries = new Map<string, EventDelivery>();

  constructor(
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(EventSignal) private readonly signal: EventSignal,
    @Inject(Environment) private readonly environment: Environment,
    @Inject(FaultLog) private readonly faults: FaultLog,
    @Inject(WorkLoops) private readonly loops: WorkLoops,
  ) {}

  /** @throws Error when two consumers claim one name, and with it one position */
  register(consumer: EventConsumer): void {
    if (this.known.has(consumer.name)) throw new Error(`Two consumers are called ${consumer.name}.`);
    this.known.set(consumer.name, consumer);
  }

  onApplicationBootstrap(): void {
    if (!this.environment.worksJobs) return;
    const fault = (message: string, error: unknown) => this.faults.error(message, error);
    for (const [name, consumer] of this.known) {
      const delivery = new EventDelivery(consumer, this.db, this.signal, fault);
      this.deliveries.set(name, delivery);
      this.loops.add(`consumer ${name}`, () => delivery.aliveAt);
      delivery.start();
    }
  }

  /** How often in a row each has failed in this process. */
  failures(): [consumer: string, failures: number][] {
    return [...this.deliveries].map(([name, { failures }]) => [name, failures]);
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all([...this.deliveries.values()].map((delivery) => delivery.stop()));
  }
}
