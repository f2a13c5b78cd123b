import { Controller, Get, Inject, Patch, Post, Query, Req } from '@nestjs/common';
import { ValidatedBody } from '../http';
import { Described } from '../openapi';
import { Allow } from './allow';
import type { AuthenticatedRequest } from './bearer.guard';
import { pageOf } from './page';
import { eventContext, RequestTenant } from './request-tenant';
import { CreateTenantDto, UpdateTenantDto } from './tenancy.dto';
import { TENANTS } from './tenants.openapi';
import { TenantsService } from './tenants.service';

@Controller('api/v1')
@Described(TENANTS)
export class TenantsController {
  constructor(
    @Inject(TenantsService) private readonly tenants: TenantsService,
    @Inject(RequestTenant) private readonly tenant: RequestTenant,
  ) {}

  @Post('tenants')
  @Allow('operator')
  create(@ValidatedBody(CreateTenantDto) body: CreateTenantDto, @Req() request: AuthenticatedRequest) {
    return this.tenants.create(body, eventContext(request));
  }

  @Get('tenants')
  @Allow('operator')
  list(@Query() query: { limit?: string; cursor?: string }) {
    const { limit, after } = pageOf(query);
    return this.tenants.list(limit, after);
  }

  @Get('tenant')
  @Allow('operator', 'admin', 'auditor')
  async get(@Req() request: AuthenticatedRequest) {
    return this.tenants.get(await this.tenant.of(request));
  }

  @Patch('tenant')
  @Allow('operator', 'admin')
  async update(@ValidatedBody(UpdateTenantDto) body: UpdateTenantDto, @Req() request: AuthenticatedRequest) {
    return this.tenants.update(await this.tenant.of(request), body, eventContext(request));
  }
}
