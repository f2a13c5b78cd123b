import { Controller, Delete, Get, Inject, Patch, Post, Put, Res } from '@nestjs/common';
import { BULK_RESPONSE_URN, checkBulkPayload, parseBulkRequest } from '@provost/scim-protocol';
import { Allow, Costs, elementsOf, Scoped } from '../tenancy';
import { bulkOutcomes } from './bulk-outcomes';
import { BulkService } from './bulk.service';
import { ListsService } from './lists.service';
import { ResourcesService } from './resources.service';
import { type ScimReply, sendJson, sendList, sendNotModified, sendResource } from './scim-reply';
import { Scim, ScimRequest } from './scim-request';

/** The scope of an endpoint: users and groups have one of their own; the rest, and what is about all of them, needs `scim`. */
function areaOf({ endpoint = '' }: Readonly<Record<string, string>>): string {
  return /^(users|groups)$/i.test(endpoint) ? `scim:${endpoint.toLowerCase()}` : 'scim';
}

/** RFC 7644 §3 over HTTP. One method a route; what they do is in the services. */
@Controller('scim/v2')
@Allow('scim')
@Scoped(areaOf)
export class ScimController {
  constructor(
    @Inject(ResourcesService) private readonly resources: ResourcesService,
    @Inject(ListsService) private readonly lists: ListsService,
    @Inject(BulkService) private readonly bulk: BulkService,
  ) {}

  @Post('.search')
  @Scoped('scim', { reads: true })
  async searchAll(@Scim() { ctx, search }: ScimRequest, @Res() reply: ScimReply) {
    sendList(reply, await this.lists.searchAll(ctx, search));
  }

  /** RFC 7644 §3.4.2: the base URL itself can be queried, as /.search can. */
  @Get()
  async queryAll(@Scim() { ctx, query }: ScimRequest, @Res() reply: ScimReply) {
    sendList(reply, await this.lists.searchAll(ctx, query));
  }

  @Post('Bulk')
  @Costs(elementsOf('Operations'))
  async runBulk(@Scim() request: ScimRequest, @Res() reply: ScimReply) {
    checkBulkPayload(request.contentLength);
    const bulk = parseBulkRequest(request.body);
    const answers = await this.bulk.run(request.ctx, bulk);
    request.tellOperations(bulkOutcomes(bulk, answers));
    sendJson(reply, { schemas: [BULK_RESPONSE_URN], Operations: answers.filter((answer) => answer !== undefined) });
  }

  @Get(':endpoint')
  async list(@Scim() { ctx, type, query }: ScimRequest, @Res() reply: ScimReply) {
    sendList(reply, await this.lists.list(ctx, type, query));
  }

  @Post(':endpoint/.search')
  @Scoped(areaOf, { reads: true })
  async search(@Scim() { ctx, type, search }: ScimRequest, @Res() reply: ScimReply) {
    sendList(reply, await this.lists.list(ctx, type, search));
  }

  @Post(':endpoint')
  async create(@Scim() request: ScimRequest, @Res() reply: ScimReply) {
    const { ctx, type, body, projection } = request;
    sendResource(reply, 201, await this.resources.create(ctx, type, body, projection), request.sendsEtags);
  }

  @Get(':endpoint/:id')
  async get(@Scim() request: ScimRequest, @Res() reply: ScimReply) {
    const { ctx, type, id, projection } = request;
    const found = await this.resources.get(ctx, type, id, projection);
    if (request.has(found.version)) sendNotModified(reply, found);
    else sendResource(reply, 200, found, request.sendsEtags);
  }

  @Put(':endpoint/:id')
  async replace(@Scim() request: ScimRequest, @Res() reply: ScimReply) {
    const { ctx, type, id, body, ifMatch, projection } = request;
    const answer = await this.resources.replace(ctx, type, id, body, ifMatch, projection);
    sendResource(reply, 200, answer, request.sendsEtags);
  }

  @Patch(':endpoint/:id')
  async patch(@Scim() request: ScimRequest, @Res() reply: ScimReply) {
    const { ctx, type, id, body, ifMatch, projection } = request;
    // K11: a group answers without a body unless the client names attributes (R30).
    const quiet = type.name === 'Group' && ctx.profile.groupPatchAnswer === 204 && projection.isWhole;
    const wanted = quiet ? undefined : projection;
    const answer = await this.resources.patch(ctx, type, id, body, ifMatch, wanted, projection);
    sendResource(reply, 200, answer, request.sendsEtags);
  }

  @Delete(':endpoint/:id')
  async remove(@Scim() { ctx, type, id, ifMatch }: ScimRequest, @Res() reply: ScimReply) {
    await this.resources.delete(ctx, type, id, ifMatch);
    reply.status(204).send();
  }
}
