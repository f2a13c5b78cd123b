import { Controller, Delete, Get, HttpCode, Inject, Param, Post, Query, Req } from '@nestjs/common';
import { ValidatedBody } from '../http';
import { Described } from '../openapi';
import { Allow, type AuthenticatedRequest, eventContext, pageOf, RequestTenant, Scoped } from '../tenancy';
import { Logins } from './logins';
import { Sessions } from './sessions';
import { IntrospectionDto, LoginDto } from './sessions.dto';
import { SESSIONS, USER_SESSIONS } from './sessions.openapi';

@Controller('api/v1/sessions')
@Allow('operator', 'admin', 'app')
@Scoped('sessions')
@Described(SESSIONS)
export class SessionsController {
  constructor(
    @Inject(Logins) private readonly logins: Logins,
    @Inject(Sessions) private readonly sessions: Sessions,
    @Inject(RequestTenant) private readonly tenant: RequestTenant,
  ) {}

  @Post()
  async report(@ValidatedBody(LoginDto) body: LoginDto, @Req() request: AuthenticatedRequest) {
    return this.logins.report(await this.tenant.of(request), body, eventContext(request));
  }

  @Post('introspect')
  @HttpCode(200)
  async introspect(@ValidatedBody(IntrospectionDto) body: IntrospectionDto, @Req() request: AuthenticatedRequest) {
    return this.sessions.introspect(await this.tenant.of(request), body.token);
  }

  @Delete(':id')
  @HttpCode(204)
  async revoke(@Param('id') id: string, @Req() request: AuthenticatedRequest): Promise<void> {
    await this.sessions.revoke(await this.tenant.of(request), id, eventContext(request));
  }
}

@Controller('api/v1/users/:id/sessions')
@Allow('operator', 'admin', 'app', 'auditor')
@Scoped('sessions')
@Described(USER_SESSIONS)
export class UserSessionsController {
  constructor(
    @Inject(Sessions) private readonly sessions: Sessions,
    @Inject(RequestTenant) private readonly tenant: RequestTenant,
  ) {}

  @Get()
  async list(
    @Param('id') id: string,
    @Query() query: { limit?: string; cursor?: string },
    @Req() request: AuthenticatedRequest,
  ) {
    const { limit, after } = pageOf(query);
    return this.sessions.list(await this.tenant.of(request), id, limit, after);
  }
}
