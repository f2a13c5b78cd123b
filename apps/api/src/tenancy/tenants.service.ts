import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager, QueryFailedError } from 'typeorm';
import { Tenant, TenantDatabase, uuidV7 } from '@provost/entities';
import { appendEvents, type EventContext, EventSignal } from '@provost/event-log';
import { Environment } from '../config';
import { problem } from '../http';
import { CredentialCache } from './credential-cache';

export interface TenantView {
  id: string;
  slug: string;
  name: string;
  region: string | null;
  scim: { enabled: boolean; baseUrl: string };
}

/** The customers of the vendor (contract §3). */
@Injectable()
export class TenantsService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(EventSignal) private readonly signal: EventSignal,
    @Inject(CredentialCache) private readonly credentials: CredentialCache,
    @Inject(Environment) private readonly environment: Environment,
  ) {}

  /** @throws Problem 409 when the slug is taken */
  async create(input: { slug: string; name: string; region?: string }, context: EventContext): Promise<TenantView> {
    const tenant = { id: uuidV7(), region: null, scimEnabled: true, createdAt: new Date(), ...input };
    try {
      await this.platform((manager) => manager.insert(Tenant, tenant));
    } catch (error) {
      if (error instanceof QueryFailedError && (error.driverError as { code?: string }).code === '23505')
        throw problem(409, `There is a tenant "${input.slug}" already.`, [{ pointer: '/slug', detail: 'is taken' }]);
      throw error;
    }
    await this.record(tenant.id, context, 'tenant.created', { slug: tenant.slug, name: tenant.name });
    return this.view(tenant);
  }

  async list(limit: number, after: string | undefined): Promise<{ items: TenantView[]; nextCursor: string | null }> {
    const rows = await this.platform((manager) =>
      manager
        .createQueryBuilder(Tenant, 't')
        .where(after ? 't.id > :after' : 'true', { after })
        .orderBy('t.id')
        .limit(limit + 1)
        .getMany(),
    );
    const items = rows.slice(0, limit);
    return { items: items.map((t) => this.view(t)), nextCursor: rows.length > limit ? items.at(-1)!.id : null };
  }

  /** @throws Problem 404 */
  async bySlug(slug: string): Promise<Tenant> {
    const tenant = await this.platform((manager) => manager.findOneBy(Tenant, { slug }));
    if (!tenant) throw problem(404, `There is no tenant "${slug}".`);
    return tenant;
  }

  /** @throws Problem 404 */
  async get(id: string): Promise<TenantView> {
    const tenant = await this.platform((manager) => manager.findOneBy(Tenant, { id }));
    if (!tenant) throw problem(404, 'There is no such tenant.');
    return this.view(tenant);
  }

  /** Changes the name or the SCIM switch; off means 403 from the next request on, on every instance. */
  async update(
    id: string,
    change: { name?: string; scim?: { enabled: boolean } },
    context: EventContext,
  ): Promise<TenantView> {
    const set = {
      ...(change.name === undefined ? {} : { name: change.name }),
      ...(change.scim === undefined ? {} : { scimEnabled: change.scim.enabled }),
    };
    if (Object.keys(set).length) {
      await this.platform((manager) => manager.update(Tenant, { id }, set));
      await this.record(id, context, 'tenant.updated', set);
      await this.credentials.forget();
    }
    return this.get(id);
  }

  private async record(
    tenantId: string,
    context: EventContext,
    type: 'tenant.created' | 'tenant.updated',
    data: object,
  ) {
    await appendEvents(this.db, { tenantId }, context, [{ type, subjectType: 'Tenant', subjectId: tenantId, data }]);
    this.signal.announce();
  }

  private view({ id, slug, name, region, scimEnabled }: Tenant): TenantView {
    return { id, slug, name, region, scim: { enabled: scimEnabled, baseUrl: this.environment.scimBaseUrl } };
  }

  /** Tenants stand above tenants: the role that may see them all, for this transaction. */
  private platform<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.dataSource.transaction(async (manager) => {
      await manager.query(`SELECT set_config('role', 'provost_platform', true)`);
      return work(manager);
    });
  }
}
