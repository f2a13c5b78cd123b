import { Body, Controller, Get, Inject, Post, Req } from '@nestjs/common';
import type { Json } from '@provost/scim-protocol';
import { Described } from '../openapi';
import { Allow, type AuthenticatedRequest, eventContext, RequestTenant } from '../tenancy';
import { EXTENSIONS } from './schemas.openapi';
import { TenantRegistries } from './tenant-registries';

/** A tenant's own SCIM extensions (contract §3). */
@Controller('api/v1/schemas')
@Described(EXTENSIONS)
export class SchemasController {
  constructor(
    @Inject(TenantRegistries) private readonly registries: TenantRegistries,
    @Inject(RequestTenant) private readonly tenant: RequestTenant,
  ) {}

  @Post()
  @Allow('operator', 'admin')
  async add(@Body() body: Json, @Req() request: AuthenticatedRequest) {
    return this.registries.add(await this.tenant.of(request), body, eventContext(request));
  }

  @Get()
  @Allow('operator', 'admin', 'auditor')
  async list(@Req() request: AuthenticatedRequest) {
    return { items: await this.registries.list(await this.tenant.of(request)), nextCursor: null };
  }
}
