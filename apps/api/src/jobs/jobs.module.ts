import { Module } from '@nestjs/common';
import { TenancyModule } from '../tenancy';
import { JobSchedule } from './job-schedule';
import { Jobs } from './jobs';
import { JobsController } from './jobs.controller';
import { WorkerName } from './worker-name';
import { WorkLoops } from './work-loops';

/** The registry of scheduled jobs, what runs them, whether it does, and the name under which this process has work in hand. */
@Module({ providers: [Jobs, JobSchedule, WorkerName, WorkLoops], exports: [Jobs, WorkerName, WorkLoops] })
export class JobsModule {}

/** Running them by hand. */
@Module({ imports: [JobsModule, TenancyModule], controllers: [JobsController] })
export class JobsApiModule {}
