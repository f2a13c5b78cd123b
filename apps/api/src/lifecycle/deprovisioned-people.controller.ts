import { Controller, Get, HttpCode, Inject, Param, Post, Req } from '@nestjs/common';
import { Described } from '../openapi';
import { Allow, type AuthenticatedRequest, eventContext, RequestTenant, Scoped } from '../tenancy';
import { DEPROVISIONED_PEOPLE } from './deprovisioned-people.openapi';
import { ReceiptsService } from './receipts.service';
import { Restorations } from './restorations';

/** What was done to people who left. */
@Controller('api/v1/users/:id')
@Allow('operator', 'admin')
@Scoped('users')
@Described(DEPROVISIONED_PEOPLE)
export class DeprovisionedPeopleController {
  constructor(
    @Inject(ReceiptsService) private readonly receipts: ReceiptsService,
    @Inject(Restorations) private readonly restorations: Restorations,
    @Inject(RequestTenant) private readonly tenant: RequestTenant,
  ) {}

  @Get('receipt')
  @Allow('operator', 'admin', 'app', 'auditor')
  async receipt(@Param('id') id: string, @Req() request: AuthenticatedRequest) {
    return this.receipts.of(await this.tenant.of(request), id);
  }

  @Post('restore')
  @HttpCode(200)
  async restore(@Param('id') id: string, @Req() request: AuthenticatedRequest) {
    return this.restorations.restore(await this.tenant.of(request), id, eventContext(request));
  }
}
