import {
  Body,
  Controller,
  Delete,
  Get,
  Headers,
  Inject,
  Param,
  Patch,
  Post,
  Put,
  Query,
  Req,
  Res,
} from '@nestjs/common';
import {
  BadRequest,
  BULK_RESPONSE_URN,
  checkBulkPayload,
  type Json,
  NotFound,
  parseBulkRequest,
  parseProjection,
  parseQuery,
  parseSearchRequest,
  quotable,
  type ResourceType,
  type SearchRequest,
} from '@provost/scim-protocol';
import type { RequestContext } from '@provost/directory';
import { Allow, type AuthenticatedRequest } from '../tenancy';
import { BulkService } from './bulk.service';
import { ListsService } from './lists.service';
import { ResourcesService } from './resources.service';
import { ScimContext } from './scim-context';
import { SCIM_JSON, type ScimReply, sendJson, sendResource, sendText } from './scim-reply';

type QueryParameters = Record<string, unknown>;

/** RFC 7644 §3 over HTTP. One method a route; what they do is in the services. */
@Controller('scim/v2')
@Allow('scim')
export class ScimController {
  constructor(
    @Inject(ScimContext) private readonly context: ScimContext,
    @Inject(ResourcesService) private readonly resources: ResourcesService,
    @Inject(ListsService) private readonly lists: ListsService,
    @Inject(BulkService) private readonly bulk: BulkService,
  ) {}

  @Post('.search')
  async searchAll(@Req() request: AuthenticatedRequest, @Body() body: Json, @Res() reply: ScimReply) {
    const text = await this.lists.searchAll(await this.context.of(request), parseSearchRequest(given(body)));
    reply.status(200).header('content-type', SCIM_JSON);
    sendText(reply, text);
  }

  /** RFC 7644 §3.4.2: the base URL itself can be queried, as /.search can. */
  @Get()
  async queryAll(@Req() request: AuthenticatedRequest, @Query() query: QueryParameters, @Res() reply: ScimReply) {
    const text = await this.lists.searchAll(await this.context.of(request), parseQuery(query));
    reply.status(200).header('content-type', SCIM_JSON);
    sendText(reply, text);
  }

  @Post('Bulk')
  async runBulk(@Req() request: AuthenticatedRequest, @Body() body: Json, @Res() reply: ScimReply) {
    checkBulkPayload(Number(request.headers['content-length'] ?? 0));
    const ctx = await this.context.of(request);
    const operations = await this.bulk.run(ctx, parseBulkRequest(given(body)));
    sendJson(reply, { schemas: [BULK_RESPONSE_URN], Operations: operations });
  }

  @Get(':endpoint')
  async list(
    @Req() request: AuthenticatedRequest,
    @Param('endpoint') endpoint: string,
    @Query() query: QueryParameters,
    @Res() reply: ScimReply,
  ) {
    const ctx = await this.context.of(request);
    await this.sendList(ctx, typeOf(ctx, endpoint), parseQuery(query), reply);
  }

  @Post(':endpoint/.search')
  async search(
    @Req() request: AuthenticatedRequest,
    @Param('endpoint') endpoint: string,
    @Body() body: Json,
    @Res() reply: ScimReply,
  ) {
    const ctx = await this.context.of(request);
    await this.sendList(ctx, typeOf(ctx, endpoint), parseSearchRequest(given(body)), reply);
  }

  @Post(':endpoint')
  async create(
    @Req() request: AuthenticatedRequest,
    @Param('endpoint') endpoint: string,
    @Body() body: Json,
    @Query() query: QueryParameters,
    @Res() reply: ScimReply,
  ) {
    const ctx = await this.context.of(request);
    const type = typeOf(ctx, endpoint);
    const created = await this.resources.create(ctx, type, given(body), projectionOf(type, query));
    sendResource(reply, 201, created, sendsEtags(ctx));
  }

  @Get(':endpoint/:id')
  async get(
    @Req() request: AuthenticatedRequest,
    @Param('endpoint') endpoint: string,
    @Param('id') id: string,
    @Query() query: QueryParameters,
    @Headers('if-none-match') ifNoneMatch: string | undefined,
    @Res() reply: ScimReply,
  ) {
    const ctx = await this.context.of(request);
    const type = typeOf(ctx, endpoint, id);
    const found = await this.resources.get(ctx, type, id, projectionOf(type, query));
    if (ifNoneMatch !== undefined && sendsEtags(ctx) && names(ifNoneMatch, found.version))
      reply.status(304).header('etag', found.version).send();
    else sendResource(reply, 200, found, sendsEtags(ctx));
  }

  @Put(':endpoint/:id')
  async replace(
    @Req() request: AuthenticatedRequest,
    @Param('endpoint') endpoint: string,
    @Param('id') id: string,
    @Body() body: Json,
    @Query() query: QueryParameters,
    @Headers('if-match') ifMatch: string | undefined,
    @Res() reply: ScimReply,
  ) {
    const ctx = await this.context.of(request);
    const type = typeOf(ctx, endpoint, id);
    const match = sendsEtags(ctx) ? ifMatch : undefined;
    const answer = await this.resources.replace(ctx, type, id, given(body), match, projectionOf(type, query));
    sendResource(reply, 200, answer, sendsEtags(ctx));
  }

  @Patch(':endpoint/:id')
  async patch(
    @Req() request: AuthenticatedRequest,
    @Param('endpoint') endpoint: string,
    @Param('id') id: string,
    @Body() body: Json,
    @Query() query: QueryParameters,
    @Headers('if-match') ifMatch: string | undefined,
    @Res() reply: ScimReply,
  ) {
    const ctx = await this.context.of(request);
    const type = typeOf(ctx, endpoint, id);
    const projection = projectionOf(type, query);
    // K11: a group answers without a body unless the client names attributes (R30).
    const quiet = type.name === 'Group' && ctx.profile.groupPatchAnswer === 204 && projection.isWhole;
    const match = sendsEtags(ctx) ? ifMatch : undefined;
    const wanted = quiet ? undefined : projection;
    const answer = await this.resources.patch(ctx, type, id, given(body), match, wanted, projection);
    sendResource(reply, 200, answer, sendsEtags(ctx));
  }

  @Delete(':endpoint/:id')
  async remove(
    @Req() request: AuthenticatedRequest,
    @Param('endpoint') endpoint: string,
    @Param('id') id: string,
    @Headers('if-match') ifMatch: string | undefined,
    @Res() reply: ScimReply,
  ) {
    const ctx = await this.context.of(request);
    await this.resources.delete(ctx, typeOf(ctx, endpoint, id), id, sendsEtags(ctx) ? ifMatch : undefined);
    reply.status(204).send();
  }

  private async sendList(ctx: RequestContext, type: ResourceType, search: SearchRequest, reply: ScimReply) {
    const list = await this.lists.list(ctx, type, search);
    reply.status(200).header('content-type', SCIM_JSON);
    if (typeof list === 'string') sendText(reply, list);
    else reply.send(list);
  }
}

/** @throws NotFound for an endpoint that no resource type has, and for /.search, which is no resource */
function typeOf(ctx: RequestContext, endpoint: string, id?: string): ResourceType {
  const type = ctx.registry.endpoint(`/${endpoint}`);
  if (type && id !== '.search') return type;
  const endpoints = ctx.registry.types.map((t) => t.spec.endpoint).join(', ');
  throw new NotFound(`There is no endpoint /${quotable(endpoint)}. Resources are at ${endpoints}.`);
}

/** @throws BadRequest invalidSyntax when there is no body */
function given(body: Json | undefined): Json {
  if (body === undefined) throw new BadRequest('invalidSyntax', 'The request needs a JSON body and has none.');
  return body;
}

function projectionOf(type: ResourceType, query: QueryParameters) {
  return parseProjection(type, parseQuery(query));
}

function sendsEtags(ctx: RequestContext): boolean {
  return ctx.profile.etags === 'send';
}

function names(header: string, version: string): boolean {
  const bare = (tag: string) => tag.trim().replace(/^W\//, '');
  return header.split(',').some((tag) => bare(tag) === '*' || bare(tag) === bare(version));
}
