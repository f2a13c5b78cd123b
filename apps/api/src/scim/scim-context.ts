import { Inject, Injectable } from '@nestjs/common';
import type { RequestContext } from '@provost/directory';
import { CLIENT_PROFILES, type ClientProfileName } from '@provost/scim-protocol';
import { Environment } from '../config';
import { type AuthenticatedRequest, eventContext } from '../tenancy';
import { TenantRegistries } from './tenant-registries';

/** Turns an authenticated request into what the directory needs to know of it. */
@Injectable()
export class ScimContext {
  private readonly baseUrl: string;

  constructor(
    @Inject(TenantRegistries) private readonly registries: TenantRegistries,
    @Inject(Environment) environment: Environment,
  ) {
    this.baseUrl = environment.scimBaseUrl;
  }

  async of(request: AuthenticatedRequest): Promise<RequestContext> {
    const { tenantId, credentialId, secret, clientProfile } = request.user!;
    return {
      scope: { tenantId, credentialId: credentialId!, secret },
      event: eventContext(request),
      profile: CLIENT_PROFILES[clientProfile as ClientProfileName] ?? CLIENT_PROFILES.lenient,
      registry: await this.registries.of(tenantId),
      baseUrl: this.baseUrl,
    };
  }
}
