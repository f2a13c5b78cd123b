import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager, In, IsNull, MoreThan } from 'typeorm';
import { Credential, type CredentialKind, RateBucket, RetiredSecret, uuidV7 } from '@provost/entities';
import { type EventContext, EventSignal, eventValues, insertEvents } from '@provost/event-log';
import { Environment } from '../config';
import { invalid, type Problem, problem } from '../http';
import { CredentialCache } from './credential-cache';
import { type CredentialWithSecret, type CredentialWithToken, newSecret, withSecret } from './credential-secret';
import { type NewClient, registration } from './oauth-clients';
import { SCOPES } from './scopes';
import { clientIdOf, tokenHash } from './token';

export interface NewCredential extends NewClient {
  kind: CredentialKind;
  name: string;
  expiresAt?: Date;
  allowedIps?: string[];
  clientProfile?: string;
  scopes?: string[] | null;
  rateLimit?: RateLimitView | null;
}
/** What of a credential may change; what is absent stays. */
export interface CredentialChange {
  name?: string | null;
  /** Null: it does not end. */
  expiresAt?: Date | null;
  allowedIps?: string[] | null;
  scopes?: string[] | null;
  /** Null: that of the environment. */
  rateLimit?: RateLimitView | null;
}
export interface RateLimitView {
  requests: number;
  /** A duration. */
  window: string;
}
/** A secret that was replaced and works until its overlap ends. */
export interface PreviousSecretView {
  expiresAt: Date;
  lastUsedAt: Date | null;
  lastUsedIp: string | null;
}
export interface CredentialView {
  id: string;
  kind: CredentialKind;
  name: string;
  clientProfile: string;
  allowedIps: string[];
  scopes: string[];
  rateLimit: RateLimitView | null;
  createdAt: Date;
  expiresAt: Date | null;
  rotatedAt: Date | null;
  lastUsedAt: Date | null;
  lastUsedIp: string | null;
  /** The newest first. */
  previous: PreviousSecretView[];
  /** Of an OAuth client. */
  clientId?: string;
  redirectUris?: string[];
  grantTypes?: string[];
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

  /** @returns the credential with its secret, this once. @throws Problem 400 */
  create(
    tenantId: string,
    input: NewCredential & { kind: Exclude<CredentialKind, 'oauth'> },
    context: EventContext,
  ): Promise<CredentialWithToken>;
  create(tenantId: string, input: NewCredential, context: EventContext): Promise<CredentialWithSecret>;
  async create(tenantId: string, input: NewCredential, context: EventContext): Promise<CredentialWithSecret> {
    checkScopes(input.kind, input.scopes ?? []);
    const client = registration(input.kind, input);
    const secret = newSecret(input.kind, tenantId);
    const id = uuidV7();
    await this.inTenant(tenantId, async (manager) => {
      await manager.insert(Credential, {
        tenantId,
        id,
        kind: input.kind,
        name: input.name,
        tokenHash: tokenHash(secret),
        ...client,
        clientProfile: input.clientProfile ?? 'lenient',
        allowedIps: input.allowedIps ?? [],
        scopes: input.scopes ?? [],
        rateRequests: input.rateLimit?.requests ?? null,
        rateWindow: input.rateLimit?.window ?? null,
        createdAt: new Date(),
        expiresAt: input.expiresAt ?? null,
      });
      await record(manager, tenantId, context, 'credential.created', id, { kind: input.kind, name: input.name });
    });
    this.signal.announce();
    return withSecret({ tenantId, id, kind: input.kind, name: input.name, ...client }, secret, this.environment);
  }

  /** Live credentials, of one kind or of all, the oldest first; never a secret. */
  async list(
    tenantId: string,
    { kind, limit, after }: { kind: CredentialKind | undefined; limit: number; after: string | undefined },
  ): Promise<{ items: CredentialView[]; nextCursor: string | null }> {
    return this.inTenant(tenantId, async (manager) => {
      const rows = await manager
        .createQueryBuilder(Credential, 'c')
        .where('c.tenant_id = :tenantId AND c.revoked_at IS NULL', { tenantId })
        .andWhere(kind ? 'c.kind = :kind' : 'true', { kind })
        .andWhere(after ? 'c.id > :after' : 'true', { after })
        .orderBy('c.id')
        .limit(limit + 1)
        .getMany();
      const items = rows.slice(0, limit);
      const previous = await stillWorking(
        manager,
        tenantId,
        items.map(({ id }) => id),
      );
      return {
        items: items.map((item) => view(item, previous)),
        nextCursor: rows.length > limit ? items.at(-1)!.id : null,
      };
    });
  }

  /** Whether there is a live one of that id. */
  exists(tenantId: string, id: string): Promise<boolean> {
    return this.inTenant(tenantId, (manager) => manager.existsBy(Credential, { tenantId, id, revokedAt: IsNull() }));
  }

  /** Holds from the next request on, in other instances within milliseconds. @throws Problem 404; 400 as create */
  async update(tenantId: string, id: string, change: CredentialChange, context: EventContext): Promise<CredentialView> {
    const { name, expiresAt, allowedIps, scopes, rateLimit } = change;
    const set = {
      ...(name && { name }),
      ...(expiresAt !== undefined && { expiresAt }),
      ...(allowedIps !== undefined && { allowedIps: allowedIps ?? [] }),
      ...(scopes !== undefined && { scopes: scopes ?? [] }),
    };
    const rates = rateLimit !== undefined && {
      rateRequests: rateLimit?.requests ?? null,
      rateWindow: rateLimit?.window ?? null,
    };
    const view = await this.inTenant(tenantId, async (manager) => {
      const where = { tenantId, id, revokedAt: IsNull() };
      const found = await manager.findOneBy(Credential, where);
      if (!found) throw noSuchCredential();
      checkScopes(found.kind, scopes ?? []);
      if (Object.keys(set).length || rates) {
        await manager.update(Credential, where, {
          ...set,
          ...rates,
          ...(expiresAt !== undefined && { expiryWarned: null }),
        });
        // Another limit begins with nothing spent.
        if (rates) await manager.update(RateBucket, { tenantId, credentialId: id }, { takenUntil: 0 });
        const data = { ...set, ...(rates && { rateLimit }) };
        await record(manager, tenantId, context, 'credential.updated', id, data);
      }
      return this.viewOf(manager, tenantId, id);
    });
    await this.cache.forget();
    this.signal.announce();
    return view;
  }

  /** Refused from the next request on, on every instance. @throws Problem 404 */
  async revoke(tenantId: string, id: string, context: EventContext): Promise<void> {
    await this.inTenant(tenantId, async (manager) => {
      const { affected } = await manager.update(
        Credential,
        { tenantId, id, revokedAt: IsNull() },
        { revokedAt: new Date() },
      );
      if (!affected) throw noSuchCredential();
      await record(manager, tenantId, context, 'credential.revoked', id, {});
    });
    await this.cache.forget();
    this.signal.announce();
  }

  private async viewOf(manager: EntityManager, tenantId: string, id: string): Promise<CredentialView> {
    const credential = await manager.findOneByOrFail(Credential, { tenantId, id });
    return view(credential, await stillWorking(manager, tenantId, [id]));
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
  type: 'credential.created' | 'credential.updated' | 'credential.revoked',
  id: string,
  data: object,
): Promise<void> {
  const event = { type, subjectType: 'Credential', subjectId: id, data };
  await manager.query(insertEvents('$1::uuid', 2), [tenantId, ...eventValues(new Date(), context, [event])]);
}

/** The replaced secrets of these credentials whose overlap has not ended. */
function stillWorking(manager: EntityManager, tenantId: string, ids: readonly string[]): Promise<RetiredSecret[]> {
  return manager.find(RetiredSecret, {
    where: { tenantId, credentialId: In(ids), expiresAt: MoreThan(new Date()) },
    order: { number: 'DESC' },
  });
}

/** @throws Problem 400 when a kind has no such scope */
function checkScopes(kind: CredentialKind, scopes: readonly string[]): void {
  const possible = SCOPES[kind] ?? [];
  if (scopes.every((scope) => possible.includes(scope))) return;
  const detail = possible.length
    ? `must hold scopes of ${kind} credentials: ${possible.join(', ')}`
    : `must be absent: ${kind} credentials cannot be limited`;
  throw invalid([{ pointer: '/scopes', detail }]);
}

/** The answer for an id that is no credential's. */
export function noSuchCredential(): Problem {
  return problem(404, 'There is no such credential.');
}

function view(credential: Credential, retired: readonly RetiredSecret[]): CredentialView {
  const { id, kind, name, clientProfile, allowedIps, scopes, createdAt, expiresAt, rotatedAt } = credential;
  const { tenantId, redirectUris, grantTypes, rateRequests, rateWindow, lastUsedAt, lastUsedIp } = credential;
  const rateLimit =
    rateRequests === null || rateWindow === null ? null : { requests: rateRequests, window: rateWindow };
  const previous = retired
    .filter(({ credentialId }) => credentialId === id)
    .map((secret) => ({ expiresAt: secret.expiresAt, lastUsedAt: secret.lastUsedAt, lastUsedIp: secret.lastUsedIp }));
  const ends = { createdAt, expiresAt, rotatedAt, lastUsedAt, lastUsedIp };
  const client = kind === 'oauth' ? { clientId: clientIdOf(tenantId, id), redirectUris, grantTypes } : {};
  return { id, kind, name, clientProfile, allowedIps, scopes, rateLimit, ...ends, previous, ...client };
}
