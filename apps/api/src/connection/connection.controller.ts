import { Controller, HttpCode, Inject, Post, Req } from '@nestjs/common';
import { Described } from '../openapi';
import { Allow, type AuthenticatedRequest, eventContext, RequestTenant } from '../tenancy';
import { ConnectionTestService } from './connection-test.service';
import { CONNECTION } from './connection.openapi';

@Controller('api/v1/connection')
@Allow('operator', 'admin')
@Described(CONNECTION)
export class ConnectionController {
  constructor(
    @Inject(ConnectionTestService) private readonly tests: ConnectionTestService,
    @Inject(RequestTenant) private readonly tenant: RequestTenant,
  ) {}

  @Post('test')
  @HttpCode(200)
  async test(@Req() request: AuthenticatedRequest) {
    return this.tests.run(await this.tenant.of(request), eventContext(request));
  }
}
