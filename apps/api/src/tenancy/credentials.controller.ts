import { Controller, Delete, Get, HttpCode, Inject, Param, Post, Query, Req } from '@nestjs/common';
import { isUuid, NIL_TENANT } from '@provost/entities';
import { problem, ValidatedBody } from '../http';
import { Described } from '../openapi';
import { Allow } from './allow';
import type { AuthenticatedRequest } from './bearer.guard';
import { CREDENTIALS } from './credentials.openapi';
import { CredentialsService } from './credentials.service';
import { pageOf } from './page';
import { eventContext, RequestTenant } from './request-tenant';
import { CreateCredentialDto } from './tenancy.dto';

@Controller('api/v1/credentials')
@Allow('operator', 'admin')
@Described(CREDENTIALS)
export class CredentialsController {
  constructor(
    @Inject(CredentialsService) private readonly credentials: CredentialsService,
    @Inject(RequestTenant) private readonly tenant: RequestTenant,
  ) {}

  @Post()
  async create(@ValidatedBody(CreateCredentialDto) body: CreateCredentialDto, @Req() request: AuthenticatedRequest) {
    if (body.kind === 'operator' && request.user!.kind !== 'operator')
      throw problem(403, 'Only an operator may create an operator credential.');
    const tenantId = body.kind === 'operator' ? NIL_TENANT : await this.tenant.of(request);
    return this.credentials.create(tenantId, body, eventContext(request));
  }

  @Get()
  async list(@Query() query: { limit?: string; cursor?: string }, @Req() request: AuthenticatedRequest) {
    const { limit, after } = pageOf(query);
    return this.credentials.list(await this.tenant.of(request), limit, after);
  }

  @Delete(':id')
  @HttpCode(204)
  async revoke(@Param('id') id: string, @Req() request: AuthenticatedRequest): Promise<void> {
    if (!isUuid(id)) throw problem(404, 'There is no such credential.');
    await this.credentials.revoke(await this.tenant.of(request), id, eventContext(request));
  }
}
