import { Controller, Delete, Get, HttpCode, Inject, Param, Post, Query, Req } from '@nestjs/common';
import { ValidatedBody } from '../http';
import { Described } from '../openapi';
import { Allow, type AuthenticatedRequest, eventContext, RequestTenant, Scoped } from '../tenancy';
import { CreateGrantDto } from './grants.dto';
import { GRANTS } from './grants.openapi';
import { GrantsService } from './grants.service';

@Controller('api/v1/grants')
@Allow('operator', 'admin', 'app')
@Scoped('grants')
@Described(GRANTS)
export class GrantsController {
  constructor(
    @Inject(GrantsService) private readonly grants: GrantsService,
    @Inject(RequestTenant) private readonly tenant: RequestTenant,
  ) {}

  @Post()
  async create(@ValidatedBody(CreateGrantDto) body: CreateGrantDto, @Req() request: AuthenticatedRequest) {
    return this.grants.create(await this.tenant.of(request), body, eventContext(request));
  }

  @Get(':id')
  @Allow('operator', 'admin', 'app', 'auditor')
  async get(@Param('id') id: string, @Req() request: AuthenticatedRequest) {
    return this.grants.get(await this.tenant.of(request), id);
  }

  @Get()
  @Allow('operator', 'admin', 'app', 'auditor')
  async list(@Query() query: Record<string, string>, @Req() request: AuthenticatedRequest) {
    return this.grants.list(await this.tenant.of(request), query);
  }

  @Delete(':id')
  @HttpCode(204)
  async revoke(@Param('id') id: string, @Req() request: AuthenticatedRequest): Promise<void> {
    await this.grants.revoke(await this.tenant.of(request), id, eventContext(request));
  }
}
