import { Module } from '@nestjs/common';
import { AuditModule } from '../audit';
import { JobsModule } from '../jobs';
import { MailModule } from '../mail';
import { ProfilesModule } from '../people';
import { PolicyDocumentsModule } from '../policy-documents';
import { SessionsModule } from '../sessions';
import { TenancyModule } from '../tenancy';
import { AccessWithout } from './access-without';
import { ActionRegistry } from './actions';
import { DeprovisionedPeopleController } from './deprovisioned-people.controller';
import { HoldOpenings } from './hold-openings';
import { LifecycleConsumer } from './lifecycle-consumer';
import { PeopleOfRuns } from './people-of-runs';
import { PlanReader } from './plan-reader';
import { ReceiptsService } from './receipts.service';
import { RunWork } from './run-work';
import { RunWorker } from './run-worker';
import { RunsController } from './runs.controller';
import { RunsService } from './runs.service';

/** What happens when people arrive, move and leave; in every process, and worked on in those that work. */
@Module({
  imports: [AuditModule, JobsModule, MailModule, ProfilesModule, PolicyDocumentsModule, SessionsModule],
  providers: [
    AccessWithout,
    ActionRegistry,
    HoldOpenings,
    LifecycleConsumer,
    PeopleOfRuns,
    PlanReader,
    RunWork,
    RunWorker,
  ],
  exports: [PlanReader, RunWork, RunWorker, ActionRegistry],
})
export class LifecycleModule {}

/** Runs, receipts and decisions over HTTP (contract §7). */
@Module({
  imports: [TenancyModule, LifecycleModule],
  controllers: [RunsController, DeprovisionedPeopleController],
  providers: [RunsService, ReceiptsService],
})
export class LifecycleApiModule {}
