import { Controller, Get, HttpCode, Inject, Param, Post, Query, Req } from '@nestjs/common';
import { Described } from '../openapi';
import { Allow, type AuthenticatedRequest, eventContext, RequestTenant } from '../tenancy';
import { RUNS } from './runs.openapi';
import { RunsService } from './runs.service';

@Controller('api/v1/lifecycle/runs')
@Allow('operator', 'admin', 'auditor')
@Described(RUNS)
export class RunsController {
  constructor(
    @Inject(RunsService) private readonly runs: RunsService,
    @Inject(RequestTenant) private readonly tenant: RequestTenant,
  ) {}

  @Get()
  async list(@Query() query: Record<string, string>, @Req() request: AuthenticatedRequest) {
    return this.runs.list(await this.tenant.of(request), query);
  }

  @Get(':id')
  async get(@Param('id') id: string, @Req() request: AuthenticatedRequest) {
    return this.runs.get(await this.tenant.of(request), id);
  }

  @Post(':id/retry')
  @HttpCode(200)
  @Allow('operator', 'admin')
  async retry(@Param('id') id: string, @Req() request: AuthenticatedRequest) {
    return this.runs.retry(await this.tenant.of(request), id, eventContext(request));
  }
}
