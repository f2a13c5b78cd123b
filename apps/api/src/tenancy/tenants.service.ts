import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager, QueryFailedError } from 'typeorm';
import { Tenant, uuidV7 } from '@provost/entities';
import { type EventContext, EventSignal, eventValues, insertEvents } from '@provost/event-log';
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

export interface NewTenant {
  readonly slug: string;
  readonly name: string;
  readonly region?: string | null;
}

/** What of a tenant may change; what is null or absent stays. */
export interface TenantChange {
  readonly name?: string | null;
  readonly scim?: { readonly enabled: boolean } | null;
}

/** The customers of the vendor (contract §3). */
@Injectable()
export class TenantsService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(EventSignal) private readonly signal: EventSignal,
    @Inject(CredentialCache) private readonly credentials: CredentialCache,
    @Inject(Environment) private readonly environment: Environment,
  ) {}

  /** @throws Problem 409 when the slug is taken */
  async create({ slug, name, region = null }: NewTenant, context: EventContext): Promise<TenantView> {
    const tenant = { id: uuidV7(), slug, name, region, scimEnabled: true, createdAt: new Date() };
    try {
      await this.platform(async (manager) => {
        await manager.insert(Tenant, tenant);
        await record(manager, tenant.id, context, 'tenant.created', { slug: tenant.slug, name: tenant.name });
      });
    } catch (error) {
      if (error instanceof QueryFailedError && (error.driverError as { code?: string }).code === '23505')
        throw problem(409, `There is a tenant "${slug}" already.`, [{ pointer: '/slug', detail: 'is taken' }]);
      throw error;
    }
    this.signal.announce();
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
  async update(id: string, { name, scim }: TenantChange, context: EventContext): Promise<TenantView> {
    const set = { ...(name && { name }), ...(scim && { scimEnabled: scim.enabled }) };
    if (Object.keys(set).length) {
      await this.platform(async (manager) => {
        await manager.update(Tenant, { id }, set);
        await record(manager, id, context, 'tenant.updated', set);
      });
      await this.credentials.forget();
      this.signal.announce();
    }
    return this.get(id);
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

/** In the transaction of the change, whose role may do this next and nothing above tenants any more. */
async function record(
  manager: EntityManager,
  tenantId: string,
  context: EventContext,
  type: 'tenant.created' | 'tenant.updated',
  data: object,
): Promise<void> {
  const event = { type, subjectType: 'Tenant', subjectId: tenantId, data };
  await manager.query(`SELECT set_config('app.tenant', $1, true), set_config('role', 'provost_app', true)`, [tenantId]);
  await manager.query(insertEvents('$1::uuid', 2), [tenantId, ...eventValues(new Date(), context, [event])]);
}
