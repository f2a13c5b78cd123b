import { Inject, Injectable } from '@nestjs/common';
import { NIL_TENANT } from '@provost/entities';
import type { EventContext } from '@provost/event-log';
import { problem } from '../http';
import type { AuthenticatedRequest } from './bearer.guard';
import { TenantsService } from './tenants.service';

/** Which tenant a request outside SCIM is about, and who asks (contract §2). */
@Injectable()
export class RequestTenant {
  constructor(@Inject(TenantsService) private readonly tenants: TenantsService) {}

  /** A tenant's credential names its own; an operator names one with `X-Tenant`, else `default`. @throws Problem 404, 403 */
  async of(request: AuthenticatedRequest): Promise<string> {
    const named = request.headers['x-tenant'];
    const { kind, tenantId } = request.user!;
    if (kind !== 'operator') {
      if (named !== undefined && (await this.tenants.get(tenantId)).slug !== named)
        throw problem(403, 'This credential belongs to another tenant than X-Tenant names.');
      return tenantId;
    }
    return (await this.tenants.bySlug(typeof named === 'string' ? named : 'default')).id;
  }
}

/** Who did it and through which request, for the event log. */
export function eventContext(request: AuthenticatedRequest): EventContext {
  const { kind, credentialId, name } = request.user!;
  const client = request.headers['user-agent'];
  return {
    actor: { type: kind, id: credentialId ?? NIL_TENANT, name },
    request: {
      id: request.id,
      ip: request.ip,
      ...(typeof client === 'string' ? { client: client.slice(0, 200) } : {}),
    },
  };
}
