import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import { NIL_TENANT } from '@provost/entities';
import type { EventContext } from '@provost/event-log';
import { Environment } from '../config';
import { CredentialsService, TenantsService } from '../tenancy';

/** What a first start printed. */
export interface FirstTokens {
  readonly scimToken: string;
  /** Undefined when BOOTSTRAP_ADMIN_TOKEN is the one. */
  readonly adminToken: string | undefined;
}

const SYSTEM: EventContext = {
  actor: { type: 'system', id: NIL_TENANT, name: 'first start' },
  request: { id: 'first-start' },
};

/** Makes the `default` tenant and the first tokens, once in the life of a database. */
@Injectable()
export class FirstStart {
  constructor(
    @Inject(TenantsService) private readonly tenants: TenantsService,
    @Inject(CredentialsService) private readonly credentials: CredentialsService,
    @Inject(Environment) private readonly environment: Environment,
  ) {}

  /** @returns undefined when this database has been started before */
  async run(): Promise<FirstTokens | undefined> {
    const [first] = (await this.tenants.list(1, undefined)).items;
    if (first) return undefined;
    // Of several instances that start at once, the one that makes the tenant goes on.
    const tenant = await this.tenants
      .create({ slug: 'default', name: 'Default' }, SYSTEM)
      .catch((error: { status?: number }) => {
        if (error.status === 409) return undefined;
        throw error;
      });
    if (!tenant) return undefined;
    const scim = await this.credentials.create(tenant.id, { kind: 'scim', name: 'first start' }, SYSTEM);
    const admin = this.environment.BOOTSTRAP_ADMIN_TOKEN
      ? undefined
      : await this.credentials.create(NIL_TENANT, { kind: 'operator', name: 'first start' }, SYSTEM);
    if (!this.environment.DATABASE_URL) this.keepForSimulator(scim.token);
    return { scimToken: scim.token, adminToken: admin?.token };
  }

  /**
   * Beside an embedded database, and only there, the SCIM token is kept in a private file, so that okta-sim on the same
   * machine needs no copying. Whoever can read the file can read the database itself (docs/adr/0006).
   */
  private keepForSimulator(token: string): void {
    mkdirSync(this.environment.DATA_DIR, { recursive: true });
    writeFileSync(join(this.environment.DATA_DIR, 'scim-token'), `${token}\n`, { mode: 0o600 });
  }
}
