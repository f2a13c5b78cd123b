import { Controller, Get, HttpCode, Inject, Param, Post, Query, Req } from '@nestjs/common';
import { ValidatedBody } from '../http';
import { Described } from '../openapi';
import { Allow, type AuthenticatedRequest, eventContext, RequestTenant } from '../tenancy';
import { APPROVALS } from './approvals.openapi';
import { ApprovalsService } from './approvals.service';
import { DecisionDto } from './decision.dto';

@Controller('api/v1/approvals')
@Allow('operator', 'admin')
@Described(APPROVALS)
export class ApprovalsController {
  constructor(
    @Inject(ApprovalsService) private readonly approvals: ApprovalsService,
    @Inject(RequestTenant) private readonly tenant: RequestTenant,
  ) {}

  @Get()
  @Allow('operator', 'admin', 'auditor')
  async list(@Query() query: Record<string, string>, @Req() request: AuthenticatedRequest) {
    return this.approvals.list(await this.tenant.of(request), query);
  }

  @Post(':id/approve')
  @HttpCode(200)
  async approve(
    @Param('id') id: string,
    @ValidatedBody(DecisionDto) { reason }: DecisionDto,
    @Req() request: AuthenticatedRequest,
  ) {
    return this.approvals.decide(await this.tenant.of(request), id, 'approved', reason, eventContext(request));
  }

  @Post(':id/reject')
  @HttpCode(200)
  async reject(
    @Param('id') id: string,
    @ValidatedBody(DecisionDto) { reason }: DecisionDto,
    @Req() request: AuthenticatedRequest,
  ) {
    return this.approvals.decide(await this.tenant.of(request), id, 'rejected', reason, eventContext(request));
  }

  @Post(':id/renew')
  @HttpCode(200)
  async renew(
    @Param('id') id: string,
    @ValidatedBody(DecisionDto) { reason }: DecisionDto,
    @Req() request: AuthenticatedRequest,
  ) {
    return this.approvals.renew(await this.tenant.of(request), id, reason, eventContext(request));
  }
}
