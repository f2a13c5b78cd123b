import { Controller, Get, Inject, Param, Req } from '@nestjs/common';
import { Allow, type AuthenticatedRequest, RequestTenant } from '../tenancy';
import { ReceiptsService } from './receipts.service';

/** What was done to people who left. */
@Controller('api/v1/users/:id')
@Allow('operator', 'admin')
export class DeprovisionedPeopleController {
  constructor(
    @Inject(ReceiptsService) private readonly receipts: ReceiptsService,
    @Inject(RequestTenant) private readonly tenant: RequestTenant,
  ) {}

  @Get('receipt')
  @Allow('operator', 'admin', 'app', 'auditor')
  async receipt(@Param('id') id: string, @Req() request: AuthenticatedRequest) {
    return this.receipts.of(await this.tenant.of(request), id);
  }
}
