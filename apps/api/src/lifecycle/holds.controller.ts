import { Controller, Get, HttpCode, Inject, Param, Post, Query, Req } from '@nestjs/common';
import { ValidatedBody } from '../http';
import { Described } from '../openapi';
import { Allow, type AuthenticatedRequest, eventContext, RequestTenant } from '../tenancy';
import { DecisionDto } from './decision.dto';
import { HOLDS } from './holds.openapi';
import { HoldsService } from './holds.service';

@Controller('api/v1/holds')
@Allow('operator', 'admin')
@Described(HOLDS)
export class HoldsController {
  constructor(
    @Inject(HoldsService) private readonly holds: HoldsService,
    @Inject(RequestTenant) private readonly tenant: RequestTenant,
  ) {}

  @Get()
  @Allow('operator', 'admin', 'auditor')
  async list(@Query() query: Record<string, string>, @Req() request: AuthenticatedRequest) {
    return this.holds.list(await this.tenant.of(request), query);
  }

  @Post(':id/release')
  @HttpCode(200)
  async release(
    @Param('id') id: string,
    @ValidatedBody(DecisionDto) { reason }: DecisionDto,
    @Req() request: AuthenticatedRequest,
  ) {
    return this.holds.decide(await this.tenant.of(request), id, 'released', reason, eventContext(request));
  }

  @Post(':id/discard')
  @HttpCode(200)
  async discard(
    @Param('id') id: string,
    @ValidatedBody(DecisionDto) { reason }: DecisionDto,
    @Req() request: AuthenticatedRequest,
  ) {
    return this.holds.decide(await this.tenant.of(request), id, 'discarded', reason, eventContext(request));
  }
}
