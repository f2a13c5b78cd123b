import { Controller, Delete, Get, HttpCode, Inject, Param, Patch, Post, Query, Req } from '@nestjs/common';
import { CREDENTIAL_KINDS, type CredentialKind, isUuid, NIL_TENANT } from '@provost/entities';
import { invalid, problem, ValidatedBody } from '../http';
import { Described } from '../openapi';
import { Allow } from './allow';
import type { AuthenticatedRequest } from './bearer.guard';
import { CredentialRotation } from './credential-rotation';
import { CREDENTIALS } from './credentials.openapi';
import { CredentialsService, noSuchCredential } from './credentials.service';
import { pageOf } from './page';
import { eventContext, RequestTenant } from './request-tenant';
import { CreateCredentialDto, RotateCredentialDto, UpdateCredentialDto } from './tenancy.dto';

@Controller('api/v1/credentials')
@Allow('operator', 'admin')
@Described(CREDENTIALS)
export class CredentialsController {
  constructor(
    @Inject(CredentialsService) private readonly credentials: CredentialsService,
    @Inject(CredentialRotation) private readonly rotation: CredentialRotation,
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
  async list(
    @Query() query: { limit?: string; cursor?: string; kind?: CredentialKind },
    @Req() request: AuthenticatedRequest,
  ) {
    const { limit, after } = pageOf(query);
    const { kind } = query;
    if (kind !== undefined && !CREDENTIAL_KINDS.includes(kind))
      throw invalid([{ pointer: '/kind', detail: `must be one of ${CREDENTIAL_KINDS.join(', ')}` }]);
    if (kind === 'operator' && request.user!.kind !== 'operator')
      throw problem(403, 'Only an operator may see operator credentials.');
    const tenantId = kind === 'operator' ? NIL_TENANT : await this.tenant.of(request);
    return this.credentials.list(tenantId, { kind, limit, after });
  }

  @Patch(':id')
  async update(
    @Param('id') id: string,
    @ValidatedBody(UpdateCredentialDto) body: UpdateCredentialDto,
    @Req() request: AuthenticatedRequest,
  ) {
    return this.credentials.update(await this.tenantOf(id, request), id, body, eventContext(request));
  }

  @Post(':id/rotate')
  @HttpCode(200)
  async rotate(
    @Param('id') id: string,
    @ValidatedBody(RotateCredentialDto, { optional: true }) body: RotateCredentialDto,
    @Req() request: AuthenticatedRequest,
  ) {
    return this.rotation.rotate(await this.tenantOf(id, request), id, body, eventContext(request));
  }

  @Delete(':id')
  @HttpCode(204)
  async revoke(@Param('id') id: string, @Req() request: AuthenticatedRequest): Promise<void> {
    await this.credentials.revoke(await this.tenantOf(id, request), id, eventContext(request));
  }

  /** Where a credential is: in the tenant of the request, or among the operators' when an operator asks. @throws Problem 404 */
  private async tenantOf(id: string, request: AuthenticatedRequest): Promise<string> {
    if (!isUuid(id)) throw noSuchCredential();
    if (request.user!.kind === 'operator' && (await this.credentials.exists(NIL_TENANT, id))) return NIL_TENANT;
    return this.tenant.of(request);
  }
}
