import { Readable } from 'node:stream';
import { Body, Controller, HttpCode, Inject, Param, Post, Req, StreamableFile } from '@nestjs/common';
import { Described } from '../openapi';
import { Allow, type AuthenticatedRequest, RequestTenant } from '../tenancy';
import { PLAN } from './mapping.openapi';
import { PolicyPlan } from './policy-plan';

/** What a policy document would change (contract §5). */
@Controller('api/v1/config')
@Allow('operator', 'admin', 'auditor')
@Described(PLAN)
export class PlanController {
  constructor(
    @Inject(PolicyPlan) private readonly plans: PolicyPlan,
    @Inject(RequestTenant) private readonly tenant: RequestTenant,
  ) {}

  @Post(':name/plan')
  @HttpCode(200)
  async plan(@Param('name') name: string, @Body() document: unknown, @Req() request: AuthenticatedRequest) {
    const { text } = await this.plans.plan(await this.tenant.of(request), name, document);
    return new StreamableFile(Readable.from(text, { objectMode: false }), { type: 'application/json' });
  }
}
