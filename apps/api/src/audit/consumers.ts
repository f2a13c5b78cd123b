import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { TenantDatabase } from '@provost/entities';
import { EventDelivery, EventSignal } from '@provost/event-log';
import { Environment } from '../config';
import { FaultLog } from '../http';
import { EventFeed } from './event-feed';

/** Runs the deliveries of the event log in the processes that work (ROLE=all or worker). */
@Injectable()
export class Consumers implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly deliveries: EventDelivery[];

  constructor(
    @InjectDataSource() dataSource: DataSource,
    @Inject(TenantDatabase) db: TenantDatabase,
    @Inject(EventSignal) signal: EventSignal,
    @Inject(Environment) environment: Environment,
    @Inject(FaultLog) faults: FaultLog,
    @Inject(EventFeed) feed: EventFeed,
  ) {
    const consumers = environment.worksJobs ? [feed] : [];
    this.deliveries = consumers.map(
      (consumer) =>
        new EventDelivery(consumer, dataSource, db, signal, (message, error) => faults.error(message, error)),
    );
  }

  onApplicationBootstrap(): void {
    for (const delivery of this.deliveries) delivery.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.deliveries.map((delivery) => delivery.stop()));
  }
}
