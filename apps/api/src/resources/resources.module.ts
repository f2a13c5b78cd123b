import { Module } from '@nestjs/common';
import { JobsModule } from '../jobs';
import { TenancyModule } from '../tenancy';
import { ContentController } from './content.controller';
import { ContentService } from './content.service';
import { GrantExpiry } from './grant-expiry';
import { GrantsController } from './grants.controller';
import { GrantsService } from './grants.service';
import { ProjectMembers } from './project-members';
import { ProjectsController } from './projects.controller';
import { ProjectsService } from './projects.service';
import { ResourceReader } from './resource-reader';
import { WorkspacesController } from './workspaces.controller';
import { WorkspacesService } from './workspaces.service';

/** What the app registered and what was granted, for whoever computes with it; in every process. */
@Module({ imports: [JobsModule], providers: [GrantExpiry, ResourceReader], exports: [ResourceReader] })
export class ResourcesModule {}

/** Registering and granting over HTTP (contract §6). */
@Module({
  imports: [TenancyModule],
  controllers: [WorkspacesController, ProjectsController, ContentController, GrantsController],
  providers: [WorkspacesService, ProjectsService, ProjectMembers, ContentService, GrantsService],
})
export class ResourcesApiModule {}
