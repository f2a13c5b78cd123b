import { Controller, Get, HttpCode, Inject, Param, Post, Query, Req } from '@nestjs/common';
import { Described } from '../openapi';
import { Allow, type AuthenticatedRequest, RequestTenant } from '../tenancy';
import { MAIL_LOG } from './mail.openapi';
import { MailService } from './mail.service';

@Controller('api/v1/mail')
@Allow('operator', 'admin')
@Described(MAIL_LOG)
export class MailController {
  constructor(
    @Inject(MailService) private readonly mail: MailService,
    @Inject(RequestTenant) private readonly tenant: RequestTenant,
  ) {}

  @Get()
  @Allow('operator', 'admin', 'auditor')
  async list(@Query() query: Record<string, string>, @Req() request: AuthenticatedRequest) {
    return this.mail.list(await this.tenant.of(request), query);
  }

  @Post(':id/retry')
  @HttpCode(200)
  async retry(@Param('id') id: string, @Req() request: AuthenticatedRequest) {
    return this.mail.retry(await this.tenant.of(request), id);
  }
}
