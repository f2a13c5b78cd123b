import { type DynamicModule, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { getDataSourceToken, TypeOrmModule } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { dataSourceOptions, TenantDatabase, tenantDatabase } from '@provost/entities';
import { EventSignal } from '@provost/event-log';
import { FaultLog } from '../http';
import { Tracing } from '../tracing';
import type { DatabaseRoute } from './database-route';
import { tracedDatabase } from './traced-database';

/** The connections to PostgreSQL and the signal that wakes consumers. */
@Module({})
export class DatabaseModule implements OnApplicationShutdown {
  constructor(
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(EventSignal) private readonly signal: EventSignal,
  ) {}

  static at({ url, directUrl, carriesNames }: DatabaseRoute): DynamicModule {
    return {
      module: DatabaseModule,
      global: true,
      imports: [TypeOrmModule.forRoot(dataSourceOptions(url, undefined, carriesNames))],
      providers: [
        {
          provide: TenantDatabase,
          inject: [getDataSourceToken(), Tracing],
          useFactory: (dataSource: DataSource, tracing: Tracing) =>
            tenantDatabase(dataSource, undefined, tracing.enabled ? tracedDatabase(tracing) : undefined),
        },
        {
          provide: EventSignal,
          inject: [FaultLog],
          useFactory: async (faults: FaultLog) => {
            const signal = new EventSignal(directUrl, (error) => faults.warn('The event signal is disturbed.', error));
            await signal.start();
            return signal;
          },
        },
      ],
      exports: [TenantDatabase, EventSignal],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.signal.close();
    await this.db.close();
  }
}
