import { Controller, Delete, Get, HttpCode, Inject, Param, Put, Query, Req, Res } from '@nestjs/common';
import { Described } from '../openapi';
import { Allow, type AuthenticatedRequest, eventContext, RequestTenant, Scoped } from '../tenancy';
import type { PageQuery } from './key-page';
import { answerPut, Registered, type Registration } from './registration';
import { WorkspaceDto } from './resources.dto';
import { WORKSPACES } from './resources.openapi';
import { WorkspacesService } from './workspaces.service';

@Controller('api/v1/workspaces')
@Allow('operator', 'admin', 'app')
@Scoped('resources')
@Described(WORKSPACES)
export class WorkspacesController {
  constructor(
    @Inject(WorkspacesService) private readonly workspaces: WorkspacesService,
    @Inject(RequestTenant) private readonly tenant: RequestTenant,
  ) {}

  @Put(':key')
  async put(
    @Registered(WorkspaceDto, ['name']) body: Registration<WorkspaceDto>,
    @Req() request: AuthenticatedRequest,
    @Res({ passthrough: true }) reply: { status(code: number): unknown },
  ) {
    return answerPut(reply, await this.workspaces.put(await this.tenant.of(request), body, eventContext(request)));
  }

  @Get(':key')
  @Allow('operator', 'admin', 'app', 'auditor')
  async get(@Param('key') key: string, @Req() request: AuthenticatedRequest) {
    return this.workspaces.get(await this.tenant.of(request), key);
  }

  @Get()
  @Allow('operator', 'admin', 'app', 'auditor')
  async list(@Query() query: PageQuery, @Req() request: AuthenticatedRequest) {
    return this.workspaces.list(await this.tenant.of(request), query);
  }

  @Delete(':key')
  @HttpCode(204)
  async remove(@Param('key') key: string, @Req() request: AuthenticatedRequest): Promise<void> {
    await this.workspaces.remove(await this.tenant.of(request), key, eventContext(request));
  }
}
