import { Module } from '@nestjs/common';
import { AuditModule } from '../audit';
import { TenancyModule } from '../tenancy';
import { ManagerDirectory } from './manager-directory';
import { MappingTestController } from './mapping-test.controller';
import { PeopleController } from './people.controller';
import { PeopleService } from './people.service';
import { ProfileChanges } from './profile-changes';
import { ProfileConflicts } from './profile-conflicts';
import { Profiles } from './profiles';

/** The mapped profile for whoever computes with it, and the consumer that tells conflicts; in every process. */
@Module({
  imports: [AuditModule],
  providers: [Profiles, ManagerDirectory, ProfileChanges, ProfileConflicts],
  exports: [Profiles, ManagerDirectory, ProfileChanges],
})
export class ProfilesModule {}

/** People as the app sees them over HTTP (contract §6). */
@Module({
  imports: [TenancyModule, ProfilesModule],
  controllers: [PeopleController, MappingTestController],
  providers: [PeopleService],
})
export class PeopleModule {}
