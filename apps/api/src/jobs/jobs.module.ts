import { Module } from '@nestjs/common';
import { TenancyModule } from '../tenancy';
import { JobSchedule } from './job-schedule';
import { Jobs } from './jobs';
import { JobsController } from './jobs.controller';

/** The registry of scheduled jobs, and what runs them. */
@Module({ providers: [Jobs, JobSchedule], exports: [Jobs] })
export class JobsModule {}

/** Running them by hand. */
@Module({ imports: [JobsModule, TenancyModule], controllers: [JobsController] })
export class JobsApiModule {}
