import { Controller, Get, Inject, Query, Req } from '@nestjs/common';
import { Described } from '../openapi';
import { Allow, type AuthenticatedRequest, RequestTenant } from '../tenancy';
import { HealthDocuments } from './health-document';
import { rangeOf, windowOf } from './health-query';
import { KpisService } from './kpis';
import { TENANT_HEALTH } from './tenant-health.openapi';

/** How provisioning of a tenant is and was (contract §8). */
@Controller('api/v1')
@Allow('operator', 'admin', 'auditor')
@Described(TENANT_HEALTH)
export class TenantHealthController {
  constructor(
    @Inject(HealthDocuments) private readonly documents: HealthDocuments,
    @Inject(KpisService) private readonly kpisService: KpisService,
    @Inject(RequestTenant) private readonly tenant: RequestTenant,
  ) {}

  @Get('health')
  async health(@Query() query: Record<string, string>, @Req() request: AuthenticatedRequest) {
    const since = windowOf(query);
    return this.documents.of(await this.tenant.of(request), since);
  }

  @Get('kpis')
  async kpis(@Query() query: Record<string, string>, @Req() request: AuthenticatedRequest) {
    const { from, to } = rangeOf(query);
    return this.kpisService.between(await this.tenant.of(request), from, to);
  }
}
