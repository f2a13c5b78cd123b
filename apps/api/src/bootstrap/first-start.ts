import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { NIL_TENANT, statement, TenantDatabase } from '@provost/entities';
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

const LOCK = 6_310_427_002;
const STARTED = statement(
  'bootstrap.started',
  `SELECT EXISTS (SELECT FROM credentials WHERE tenant_id = $1::uuid AND kind = 'scim') AS started`,
);

/** Makes the `default` tenant and the first tokens, once in the life of a database. */
@Injectable()
export class FirstStart {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(TenantsService) private readonly tenants: TenantsService,
    @Inject(CredentialsService) private readonly credentials: CredentialsService,
    @Inject(Environment) private readonly environment: Environment,
  ) {}

  /**
   * The SCIM token is made last and tells that all was made: a start that was killed in between is taken up by the next.
   * Call it when the server listens: tokens of a start that fails would be shown to nobody.
   * @returns undefined when this database has been started before
   */
  async run(): Promise<FirstTokens | undefined> {
    return this.alone(async () => {
      const tenant = await this.defaultTenant();
      const [row] = await this.db.run<{ started: boolean }>({ tenantId: tenant }, STARTED, [tenant]);
      if (row!.started) return undefined;
      const admin = this.environment.BOOTSTRAP_ADMIN_TOKEN
        ? undefined
        : await this.credentials.create(NIL_TENANT, { kind: 'operator', name: 'first start' }, SYSTEM);
      const scim = await this.credentials.create(tenant, { kind: 'scim', name: 'first start' }, SYSTEM);
      if (!this.environment.DATABASE_URL) this.keepForSimulator(scim.token);
      return { scimToken: scim.token, adminToken: admin?.token };
    });
  }

  private async defaultTenant(): Promise<string> {
    try {
      return (await this.tenants.bySlug('default')).id;
    } catch (error) {
      if ((error as { status?: number }).status !== 404) throw error;
      return (await this.tenants.create({ slug: 'default', name: 'Default' }, SYSTEM)).id;
    }
  }

  /** Of several instances that start at once, one goes on; the others find everything there. */
  private alone<T>(work: () => Promise<T>): Promise<T> {
    return this.dataSource.transaction(async (manager) => {
      await manager.query('SELECT pg_advisory_xact_lock($1)', [LOCK]);
      return work();
    });
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
