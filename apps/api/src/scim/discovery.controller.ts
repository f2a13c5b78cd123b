import { All, Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import {
  Forbidden,
  NotImplemented,
  resourceTypeById,
  resourceTypeList,
  schemaById,
  schemaList,
  serviceProviderConfig,
} from '@provost/scim-protocol';
import { Environment } from '../config';
import { Allow, AnyScope, type AuthenticatedRequest, Public } from '../tenancy';
import { type ScimReply, sendJson } from './scim-reply';
import { TenantRegistries } from './tenant-registries';

/** RFC 7644 §4. Paging and sorting are ignored here and a filter is forbidden (catalogue R24). */
@Controller('scim/v2')
@Allow('scim')
@AnyScope()
export class DiscoveryController {
  private readonly baseUrl: string;

  constructor(
    @Inject(TenantRegistries) private readonly registries: TenantRegistries,
    @Inject(Environment) environment: Environment,
  ) {
    this.baseUrl = environment.scimBaseUrl;
  }

  /** Readable without a credential: a client learns here how to authenticate (catalogue R63). */
  @Get('ServiceProviderConfig')
  @Public()
  config(@Query() query: Record<string, unknown>, @Res() reply: ScimReply) {
    unfiltered(query);
    sendJson(reply, serviceProviderConfig(this.baseUrl));
  }

  @Get('ResourceTypes')
  async types(@Req() request: AuthenticatedRequest, @Query() query: Record<string, unknown>, @Res() reply: ScimReply) {
    unfiltered(query);
    sendJson(reply, resourceTypeList(await this.registry(request), this.baseUrl));
  }

  @Get('ResourceTypes/:id')
  async type(@Req() request: AuthenticatedRequest, @Param('id') id: string, @Res() reply: ScimReply) {
    sendJson(reply, resourceTypeById(await this.registry(request), id, this.baseUrl));
  }

  @Get('Schemas')
  async schemas(
    @Req() request: AuthenticatedRequest,
    @Query() query: Record<string, unknown>,
    @Res() reply: ScimReply,
  ) {
    unfiltered(query);
    sendJson(reply, schemaList(await this.registry(request), this.baseUrl));
  }

  @Get('Schemas/:urn')
  async schema(@Req() request: AuthenticatedRequest, @Param('urn') urn: string, @Res() reply: ScimReply) {
    sendJson(reply, schemaById(await this.registry(request), urn, this.baseUrl));
  }

  /** RFC 7644 §3.11: the caller is a provisioning client, not a user. */
  @All('Me')
  me(): never {
    throw new NotImplemented('The caller of this service is a provisioning client, so there is no user behind /Me.');
  }

  private registry(request: AuthenticatedRequest) {
    return this.registries.of(request.user!.tenantId);
  }
}

/** @throws Forbidden */
function unfiltered(query: Record<string, unknown>): void {
  if (Object.keys(query).some((name) => name.toLowerCase() === 'filter'))
    throw new Forbidden('This endpoint lists everything and takes no filter.');
}
