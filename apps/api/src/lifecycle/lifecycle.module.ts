import { Module } from '@nestjs/common';
import { AuditModule } from '../audit';
import { JobsModule } from '../jobs';
import { MailModule } from '../mail';
import { ProfilesModule } from '../people';
import { PolicyDocumentsModule } from '../policy-documents';
import { TenantRegistries } from '../scim';
import { SessionsModule } from '../sessions';
import { TenancyModule } from '../tenancy';
import { WebhooksModule } from '../webhooks';
import { AccessWithout } from './access-without';
import { ActionRegistry } from './actions';
import { ApprovalExpiry } from './approval-expiry';
import { ApprovalMail } from './approval-mail';
import { ApprovalRequests } from './approval-requests';
import { ApprovalsController } from './approvals.controller';
import { ApprovalsService } from './approvals.service';
import { DeletedPeople } from './deleted-people';
import { DeprovisionedPeopleController } from './deprovisioned-people.controller';
import { Erasure } from './erasure';
import { HoldOpenings } from './hold-openings';
import { HoldsController } from './holds.controller';
import { HoldsService } from './holds.service';
import { LifecycleConsumer } from './lifecycle-consumer';
import { LifecycleController } from './lifecycle.controller';
import { PeopleOfRuns } from './people-of-runs';
import { PersonWrites } from './person-writes';
import { PlanReader } from './plan-reader';
import { ReceiptsService } from './receipts.service';
import { Reconcile } from './reconcile';
import { Restorations } from './restorations';
import { RetentionPurge } from './retention-purge';
import { RunBeginnings } from './run-beginnings';
import { RunPlanner } from './run-planner';
import { RunWork } from './run-work';
import { RunWorker } from './run-worker';
import { RunsController } from './runs.controller';
import { RunsService } from './runs.service';
import { Simulations } from './simulations';
import { StagedPeople } from './staged-people';

/** What happens when people arrive, move and leave; in every process, and worked on in those that work. */
@Module({
  imports: [AuditModule, JobsModule, MailModule, ProfilesModule, PolicyDocumentsModule, SessionsModule, WebhooksModule],
  providers: [
    AccessWithout,
    ActionRegistry,
    ApprovalExpiry,
    ApprovalMail,
    ApprovalRequests,
    DeletedPeople,
    Erasure,
    HoldOpenings,
    LifecycleConsumer,
    PeopleOfRuns,
    PersonWrites,
    PlanReader,
    Reconcile,
    RetentionPurge,
    RunBeginnings,
    RunPlanner,
    RunWork,
    RunWorker,
    StagedPeople,
    TenantRegistries,
  ],
  exports: [ActionRegistry, ApprovalMail, DeletedPeople, PersonWrites, PlanReader, RunWork, RunWorker],
})
export class LifecycleModule {}

/** Runs, receipts and decisions over HTTP (contract §7). */
@Module({
  imports: [TenancyModule, LifecycleModule],
  controllers: [
    ApprovalsController,
    RunsController,
    DeprovisionedPeopleController,
    HoldsController,
    LifecycleController,
  ],
  providers: [ApprovalsService, HoldsService, ReceiptsService, Restorations, RunsService, Simulations],
})
export class LifecycleApiModule {}
