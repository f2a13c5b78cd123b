import { Controller, Get, Inject, Param, Query, Req } from '@nestjs/common';
import { Described } from '../openapi';
import { Allow, type AuthenticatedRequest, RequestTenant } from '../tenancy';
import { AuditEvents } from './audit-events';
import { AUDIT } from './audit.openapi';
import { publicPem } from '@provost/audit-trail';
import { SigningKeys } from './signing-keys';
import { Verification } from './verification';

/** The record of every change (contract §8). */
@Controller('api/v1/audit')
@Allow('operator', 'admin', 'auditor')
@Described(AUDIT)
export class AuditController {
  constructor(
    @Inject(AuditEvents) private readonly events: AuditEvents,
    @Inject(Verification) private readonly verification: Verification,
    @Inject(SigningKeys) private readonly keys: SigningKeys,
    @Inject(RequestTenant) private readonly tenant: RequestTenant,
  ) {}

  @Get('events')
  async list(@Query() query: Record<string, string>, @Req() request: AuthenticatedRequest) {
    return this.events.list(await this.tenant.of(request), query);
  }

  @Get('events/:id')
  async get(@Param('id') id: string, @Req() request: AuthenticatedRequest) {
    return this.events.get(await this.tenant.of(request), id);
  }

  @Get('verify')
  async verify(@Req() request: AuthenticatedRequest) {
    return this.verification.verify(await this.tenant.of(request));
  }

  @Get('signing-key')
  async signingKey() {
    const { signing } = await this.keys.keys();
    return { id: signing.id, algorithm: 'Ed25519', publicKey: publicPem(signing.publicKey) };
  }
}
