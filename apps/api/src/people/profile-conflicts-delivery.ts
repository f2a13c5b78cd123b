import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { TenantDatabase } from '@provost/entities';
import { EventDelivery, EventSignal } from '@provost/event-log';
import { Environment } from '../config';
import { FaultLog } from '../http';
import { ProfileConflicts } from './profile-conflicts';

/** Delivers the log to ProfileConflicts in the processes that work (ROLE=all or worker). */
@Injectable()
export class ProfileConflictsDelivery implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly delivery: EventDelivery | undefined;

  constructor(
    @InjectDataSource() dataSource: DataSource,
    @Inject(TenantDatabase) db: TenantDatabase,
    @Inject(EventSignal) signal: EventSignal,
    @Inject(Environment) environment: Environment,
    @Inject(FaultLog) faults: FaultLog,
    @Inject(ProfileConflicts) consumer: ProfileConflicts,
  ) {
    if (environment.worksJobs)
      this.delivery = new EventDelivery(consumer, dataSource, db, signal, (message, error) =>
        faults.error(message, error),
      );
  }

  onApplicationBootstrap(): void {
    this.delivery?.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.delivery?.stop();
  }
}
