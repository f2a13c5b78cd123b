import { Controller, Get, Inject, Param, Req } from '@nestjs/common';
import { problem } from '../http';
import { Described } from '../openapi';
import { Allow, type AuthenticatedRequest, RequestTenant, Scoped } from '../tenancy';
import { AccessReader } from './access-reader';
import { ACCESS } from './mapping.openapi';

/** What somebody has, and why (contract §6). */
@Controller('api/v1/users')
@Allow('operator', 'admin', 'app', 'auditor')
@Scoped('access')
@Described(ACCESS)
export class AccessController {
  constructor(
    @Inject(AccessReader) private readonly reader: AccessReader,
    @Inject(RequestTenant) private readonly tenant: RequestTenant,
  ) {}

  @Get(':id/access')
  async access(@Param('id') id: string, @Req() request: AuthenticatedRequest) {
    const access = await this.reader.access(await this.tenant.of(request), id);
    if (!access) throw problem(404, 'There is no user with this id.');
    const { status, roles, permissions, workspaces, pending } = access;
    const waiting = pending.length ? { pending } : {};
    return { userId: id, active: status !== 'inactive', status, roles, permissions, workspaces, ...waiting };
  }
}
