import { Controller, Delete, Get, HttpCode, Inject, Param, Put, Query, Req, Res } from '@nestjs/common';
import { Described } from '../openapi';
import { Allow, type AuthenticatedRequest, eventContext, RequestTenant, Scoped } from '../tenancy';
import { ContentService } from './content.service';
import { answerPut, Registered, type Registration } from './registration';
import { ContentDto } from './resources.dto';
import { CONTENT } from './resources.openapi';

const MEMBERS = ['type', 'ownerId', 'project', 'workspace', 'classification'] as const;

@Controller('api/v1/content')
@Allow('operator', 'admin', 'app')
@Scoped('resources')
@Described(CONTENT)
export class ContentController {
  constructor(
    @Inject(ContentService) private readonly content: ContentService,
    @Inject(RequestTenant) private readonly tenant: RequestTenant,
  ) {}

  @Put(':key')
  async put(
    @Registered(ContentDto, MEMBERS, ['archived', 'archivedAt']) body: Registration<ContentDto>,
    @Req() request: AuthenticatedRequest,
    @Res({ passthrough: true }) reply: { status(code: number): unknown },
  ) {
    return answerPut(reply, await this.content.put(await this.tenant.of(request), body, eventContext(request)));
  }

  @Get(':key')
  @Allow('operator', 'admin', 'app', 'auditor')
  async get(@Param('key') key: string, @Req() request: AuthenticatedRequest) {
    return this.content.get(await this.tenant.of(request), key);
  }

  @Get()
  @Allow('operator', 'admin', 'app', 'auditor')
  async list(@Query() query: Record<string, string>, @Req() request: AuthenticatedRequest) {
    return this.content.list(await this.tenant.of(request), query);
  }

  @Delete(':key')
  @HttpCode(204)
  async remove(@Param('key') key: string, @Req() request: AuthenticatedRequest): Promise<void> {
    await this.content.remove(await this.tenant.of(request), key, eventContext(request));
  }
}
