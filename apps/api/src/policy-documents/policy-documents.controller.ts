import { Body, Controller, Get, Headers, HttpCode, Inject, Param, Post, Put, Query, Req, Res } from '@nestjs/common';
import { ValidatedBody } from '../http';
import { Described } from '../openapi';
import { Allow, type AuthenticatedRequest, eventContext, RequestTenant } from '../tenancy';
import { PolicyDocuments } from './policy-documents';
import { DOCUMENTS } from './policy-documents.openapi';
import { PolicyWrites } from './policy-writes';
import { entityTag, preconditionOf } from './precondition';
import { RollbackDto } from './rollback.dto';

/** What is used of the HTTP server's reply. */
interface Reply {
  header(name: string, value: string): unknown;
}

/** Policy documents over HTTP (contract §5). */
@Controller('api/v1/config')
@Allow('operator', 'admin', 'auditor')
@Described(DOCUMENTS)
export class PolicyDocumentsController {
  constructor(
    @Inject(PolicyDocuments) private readonly documents: PolicyDocuments,
    @Inject(PolicyWrites) private readonly writes: PolicyWrites,
    @Inject(RequestTenant) private readonly tenant: RequestTenant,
  ) {}

  @Get()
  async list(@Req() request: AuthenticatedRequest) {
    return { items: await this.documents.list(await this.tenant.of(request)), nextCursor: null };
  }

  @Get(':name')
  async get(
    @Param('name') name: string,
    @Req() request: AuthenticatedRequest,
    @Res({ passthrough: true }) reply: Reply,
  ) {
    return tagged(reply, await this.documents.get(await this.tenant.of(request), name));
  }

  @Put(':name')
  @Allow('operator', 'admin')
  async put(
    @Param('name') name: string,
    @Body() document: unknown,
    @Headers('if-match') ifMatch: string | undefined,
    @Req() request: AuthenticatedRequest,
    @Res({ passthrough: true }) reply: Reply,
  ) {
    const tenantId = await this.tenant.of(request);
    const precondition = preconditionOf(ifMatch);
    return tagged(reply, await this.writes.put(tenantId, name, document, precondition, eventContext(request)));
  }

  @Get(':name/versions')
  async listVersions(
    @Param('name') name: string,
    @Query() query: { limit?: string; cursor?: string },
    @Req() request: AuthenticatedRequest,
  ) {
    return this.documents.listVersions(await this.tenant.of(request), name, query);
  }

  @Get(':name/versions/:version')
  async version(
    @Param('name') name: string,
    @Param('version') version: string,
    @Req() request: AuthenticatedRequest,
    @Res({ passthrough: true }) reply: Reply,
  ) {
    return tagged(reply, await this.documents.version(await this.tenant.of(request), name, version));
  }

  @Post(':name/rollback')
  @HttpCode(200)
  @Allow('operator', 'admin')
  async rollback(
    @Param('name') name: string,
    @ValidatedBody(RollbackDto) { version }: RollbackDto,
    @Headers('if-match') ifMatch: string | undefined,
    @Req() request: AuthenticatedRequest,
    @Res({ passthrough: true }) reply: Reply,
  ) {
    const tenantId = await this.tenant.of(request);
    const precondition = preconditionOf(ifMatch);
    return tagged(reply, await this.writes.rollback(tenantId, name, version, precondition, eventContext(request)));
  }

  @Get(':name/schema')
  schema(@Param('name') name: string) {
    return this.documents.schema(name);
  }
}

function tagged<View extends { version: number }>(reply: Reply, view: View): View {
  reply.header('etag', entityTag(view.version));
  return view;
}
