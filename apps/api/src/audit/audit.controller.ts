import { Readable } from 'node:stream';
import { Controller, Get, Inject, Param, Query, Req, StreamableFile } from '@nestjs/common';
import { Described } from '../openapi';
import { Allow, type AuthenticatedRequest, eventContext, RequestTenant } from '../tenancy';
import { AuditEvents } from './audit-events';
import { AuditExport } from './audit-export';
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
    @Inject(AuditExport) private readonly exports: AuditExport,
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

  @Get('export')
  async export(@Query() query: Record<string, string>, @Req() request: AuthenticatedRequest) {
    const tenantId = await this.tenant.of(request);
    const { type, name, text } = await this.exports.file(tenantId, query, eventContext(request));
    const disposition = `attachment; filename="${name}"`;
    return new StreamableFile(Readable.from(text, { objectMode: false }), { type, disposition });
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
