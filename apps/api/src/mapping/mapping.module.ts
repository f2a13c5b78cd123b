import { Global, Module } from '@nestjs/common';
import { AuditModule } from '../audit';
import { PersonStatus, ProfilesModule } from '../people';
import { PolicyDocumentsModule } from '../policy-documents';
import { TenancyModule } from '../tenancy';
import { AccessController } from './access.controller';
import { AccessReader } from './access-reader';
import { EvaluationController } from './evaluation.controller';
import { EvaluationService } from './evaluation.service';
import { LoggedPeople } from './logged-people';
import { LoggedTenants } from './logged-tenants';
import { PeopleScan } from './people-scan';
import { PhaseStatus } from './phase-status';
import { PlanController } from './plan.controller';
import { PolicyPlan } from './policy-plan';
import { RoleChanges } from './role-changes';
import { TenantPolicies } from './tenant-policies';
import { ToldRoles } from './told-roles';

/** What people may do, computed; in every process. Global, because it tells the people module who is staged. */
@Global()
@Module({
  imports: [AuditModule, ProfilesModule],
  providers: [
    TenantPolicies,
    AccessReader,
    PeopleScan,
    LoggedPeople,
    LoggedTenants,
    ToldRoles,
    RoleChanges,
    { provide: PersonStatus, useClass: PhaseStatus },
  ],
  exports: [TenantPolicies, AccessReader, PeopleScan, PersonStatus],
})
export class MappingModule {}

/** The app's questions over HTTP (contract §6). */
@Module({
  imports: [TenancyModule, ProfilesModule, PolicyDocumentsModule],
  controllers: [EvaluationController, AccessController, PlanController],
  providers: [EvaluationService, PolicyPlan],
})
export class MappingApiModule {}
