import { Controller, Delete, Get, HttpCode, Inject, Param, Post, Put, Query, Req, Res } from '@nestjs/common';
import { ValidatedBody } from '../http';
import { Described } from '../openapi';
import { Allow, type AuthenticatedRequest, eventContext, RequestTenant, Scoped } from '../tenancy';
import { ProjectMembers } from './project-members';
import { ProjectsService } from './projects.service';
import { answerPut, Registered, type Registration } from './registration';
import { ProjectDto, ProjectMemberDto } from './resources.dto';
import { PROJECTS } from './resources.openapi';

type Reply = { status(code: number): unknown };

@Controller('api/v1/projects')
@Allow('operator', 'admin', 'app')
@Scoped('resources')
@Described(PROJECTS)
export class ProjectsController {
  constructor(
    @Inject(ProjectsService) private readonly projects: ProjectsService,
    @Inject(ProjectMembers) private readonly members: ProjectMembers,
    @Inject(RequestTenant) private readonly tenant: RequestTenant,
  ) {}

  @Put(':key')
  async put(
    @Registered(ProjectDto, ['name', 'workspace', 'members']) body: Registration<ProjectDto>,
    @Req() request: AuthenticatedRequest,
    @Res({ passthrough: true }) reply: Reply,
  ) {
    return answerPut(reply, await this.projects.put(await this.tenant.of(request), body, eventContext(request)));
  }

  @Get(':key')
  @Allow('operator', 'admin', 'app', 'auditor')
  async get(@Param('key') key: string, @Req() request: AuthenticatedRequest) {
    return this.projects.get(await this.tenant.of(request), key);
  }

  @Get()
  @Allow('operator', 'admin', 'app', 'auditor')
  async list(@Query() query: Record<string, string>, @Req() request: AuthenticatedRequest) {
    return this.projects.list(await this.tenant.of(request), query);
  }

  @Delete(':key')
  @HttpCode(204)
  async remove(@Param('key') key: string, @Req() request: AuthenticatedRequest): Promise<void> {
    await this.projects.remove(await this.tenant.of(request), key, eventContext(request));
  }

  /** 201 when the user came into the project, 200 when they were in it already. */
  @Post(':key/members')
  async addMember(
    @Param('key') key: string,
    @ValidatedBody(ProjectMemberDto) { userId }: ProjectMemberDto,
    @Req() request: AuthenticatedRequest,
    @Res({ passthrough: true }) reply: Reply,
  ) {
    const created = await this.members.add(await this.tenant.of(request), key, userId, eventContext(request));
    return answerPut(reply, { created, view: { project: key, userId } });
  }

  @Delete(':key/members/:userId')
  @HttpCode(204)
  async removeMember(
    @Param('key') key: string,
    @Param('userId') userId: string,
    @Req() request: AuthenticatedRequest,
  ): Promise<void> {
    await this.members.remove(await this.tenant.of(request), key, userId, eventContext(request));
  }
}
