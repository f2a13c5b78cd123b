import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager, IsNull } from 'typeorm';
import { Credential, type CredentialKind, uuidV7 } from '@provost/entities';
import { type EventContext, EventSignal, eventValues, insertEvents } from '@provost/event-log';
import { Environment } from '../config';
import { problem } from '../http';
import { CredentialCache } from './credential-cache';
import { newToken, tokenHash } from './token';

export interface NewCredential {
  kind: CredentialKind;
  name: string;
  expiresAt?: Date;
  allowedIps?: string[];
  clientProfile?: string;
}
export interface CredentialView {
  id: string;
  kind: CredentialKind;
  name: string;
  clientProfile: string;
  allowedIps: string[];
  createdAt: Date;
  expiresAt: Date | null;
  lastUsedAt: Date | null;
  lastUsedIp: string | null;
}

/** The tokens of a tenant (contract §3). A token is shown once and stored as a hash. */
@Injectable()
export class CredentialsService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(EventSignal) private readonly signal: EventSignal,
    @Inject(CredentialCache) private readonly cache: CredentialCache,
    @Inject(Environment) private readonly environment: Environment,
  ) {}

  /** @returns the credential with its token, this once */
  async create(
    tenantId: string,
    input: NewCredential,
    context: EventContext,
  ): Promise<{ id: string; kind: CredentialKind; name: string; token: string; baseUrl?: string }> {
    const token = newToken(input.kind, tenantId);
    const id = uuidV7();
    await this.inTenant(tenantId, async (manager) => {
      await manager.insert(Credential, {
        tenantId,
        id,
        kind: input.kind,
        name: input.name,
        tokenHash: tokenHash(token),
        clientProfile: input.clientProfile ?? 'lenient',
        allowedIps: input.allowedIps ?? [],
        createdAt: new Date(),
        expiresAt: input.expiresAt ?? null,
      });
      await record(manager, tenantId, context, 'credential.created', id, { kind: input.kind, name: input.name });
    });
    this.signal.announce();
    const baseUrl = input.kind === 'scim' ? { baseUrl: this.environment.scimBaseUrl } : {};
    return { id, kind: input.kind, name: input.name, token, ...baseUrl };
  }

  /** Live credentials, the oldest first; never a secret. */
  async list(
    tenantId: string,
    limit: number,
    after: string | undefined,
  ): Promise<{ items: CredentialView[]; nextCursor: string | null }> {
    const rows = await this.inTenant(tenantId, (manager) =>
      manager
        .createQueryBuilder(Credential, 'c')
        .where('c.tenant_id = :tenantId AND c.revoked_at IS NULL', { tenantId })
        .andWhere(after ? 'c.id > :after' : 'true', { after })
        .orderBy('c.id')
        .limit(limit + 1)
        .getMany(),
    );
    const items = rows.slice(0, limit);
    return { items: items.map(view), nextCursor: rows.length > limit ? items.at(-1)!.id : null };
  }

  /** Refused from the next request on, on every instance. @throws Problem 404 */
  async revoke(tenantId: string, id: string, context: EventContext): Promise<void> {
    await this.inTenant(tenantId, async (manager) => {
      const { affected } = await manager.update(
        Credential,
        { tenantId, id, revokedAt: IsNull() },
        { revokedAt: new Date() },
      );
      if (!affected) throw problem(404, 'There is no such credential.');
      await record(manager, tenantId, context, 'credential.revoked', id, {});
    });
    await this.cache.forget();
    this.signal.announce();
  }

  /** A transaction that sees one tenant, through TypeORM. */
  private inTenant<T>(tenantId: string, work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.dataSource.transaction(async (manager) => {
      await manager.query(`SELECT set_config('app.tenant', $1, true), set_config('role', 'provost_app', true)`, [
        tenantId,
      ]);
      return work(manager);
    });
  }
}

async function record(
  manager: EntityManager,
  tenantId: string,
  context: EventContext,
  type: 'credential.created' | 'credential.revoked',
  id: string,
  data: object,
): Promise<void> {
  const event = { type, subjectType: 'Credential', subjectId: id, data };
  await manager.query(insertEvents('$1::uuid', 2), [tenantId, ...eventValues(new Date(), context, [event])]);
}

function view(c: Credential): CredentialView {
  const { id, kind, name, clientProfile, allowedIps, createdAt, expiresAt, lastUsedAt, lastUsedIp } = c;
  return { id, kind, name, clientProfile, allowedIps, createdAt, expiresAt, lastUsedAt, lastUsedIp };
}
