import { Module } from '@nestjs/common';
import { TenancyModule } from '../tenancy';
import { BulkService } from './bulk.service';
import { directoryProviders } from './directory.providers';
import { DiscoveryController } from './discovery.controller';
import { ListsService } from './lists.service';
import { OldPages } from './old-pages';
import { ResourcesService } from './resources.service';
import { SchemasController } from './schemas.controller';
import { ScimContext } from './scim-context';
import { ScimController } from './scim.controller';
import { TenantRegistries } from './tenant-registries';

/** SCIM 2.0 over HTTP. Discovery first: its fixed paths stand before `:endpoint`. */
@Module({
  imports: [TenancyModule],
  controllers: [DiscoveryController, ScimController, SchemasController],
  providers: [
    ...directoryProviders,
    BulkService,
    ListsService,
    OldPages,
    ResourcesService,
    ScimContext,
    TenantRegistries,
  ],
})
export class ScimModule {}
