import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { type AccessDocuments, AccessPolicy, type ProfileHistory } from '@provost/access-policy';
import { statement, TenantDatabase } from '@provost/entities';
import { Environment } from '../config';
import { Profiles } from '../people';
import { COUNTERS, type Counters, countersOf, type CountersRow, covers } from './counters';
import { GroupSnapshot, type GroupEntry, type NestingEntry } from './group-snapshot';

/**
 * Everything that access is computed from besides the person, of one moment; parts that have not moved since $2, $3 and $4
 * (documents, groups, workspaces) are null. $1 tenant.
 */
const LOAD = statement(
  'mapping.load',
  `SELECT ${COUNTERS},
     CASE WHEN coalesce(v.documents, 0) <> $2::bigint THEN coalesce((SELECT json_object_agg(d.name, d.document)
       FROM policy_heads h JOIN policy_documents d ON d.tenant_id = h.tenant_id AND d.name = h.name AND d.version = h.version
       WHERE h.tenant_id = $1::uuid), '{}') END AS documents_in_force,
     CASE WHEN coalesce(v.documents, 0) <> $2::bigint OR coalesce(v.groups, 0) <> $3::bigint THEN
       coalesce((SELECT json_agg(json_build_array(b.key, b.group_id)) FROM group_bindings b
         WHERE b.tenant_id = $1::uuid AND b.group_id IS NOT NULL), '[]') END AS bindings,
     CASE WHEN coalesce(v.groups, 0) <> $3::bigint THEN
       coalesce((SELECT json_agg(json_build_array(g.id, g.display_name, g.external_id) ORDER BY g.id) FROM groups g
         WHERE g.tenant_id = $1::uuid), '[]') END AS groups,
     CASE WHEN coalesce(v.groups, 0) <> $3::bigint THEN
       coalesce((SELECT json_agg(json_build_array(m.member_id, m.group_id)) FROM memberships m
         WHERE m.tenant_id = $1::uuid AND m.member_type = 'Group'), '[]') END AS nesting,
     CASE WHEN coalesce(v.workspaces, 0) <> $4::bigint THEN
       coalesce((SELECT json_agg(w.key ORDER BY w.key) FROM workspaces w WHERE w.tenant_id = $1::uuid), '[]') END AS workspace_keys
   FROM (SELECT) one LEFT JOIN access_versions v ON v.tenant_id = $1::uuid`,
);
interface LoadRow extends CountersRow {
  documents_in_force: Record<string, unknown> | null;
  bindings: [string, string][] | null;
  groups: GroupEntry[] | null;
  nesting: NestingEntry[] | null;
  workspace_keys: string[] | null;
}

/** What access is computed from besides the person, as of one moment. */
export interface TenantState {
  readonly counters: Counters;
  readonly documents: Readonly<Record<string, unknown>>;
  readonly bindings: ReadonlyMap<string, string>;
  readonly groups: GroupSnapshot;
  /** Sorted. */
  readonly workspaces: readonly string[];
}

/** The same, compiled. */
export interface TenantPolicy extends TenantState {
  readonly policy: AccessPolicy;
  readonly history: ProfileHistory;
}

/** Counters start at 0 and grow: nothing is known of a tenant. */
const NOTHING: Counters = { documents: '-1', groups: '-1', workspaces: '-1' };

/**
 * The compiled policy of each tenant. Whoever asks has read the counters together with the person, and gets a policy that is
 * no older: nothing that was acknowledged before is missing, whichever instance acknowledged it.
 */
@Injectable()
export class TenantPolicies {
  private readonly known = new LRUCache<string, TenantPolicy>({ max: 1_000 });
  private readonly loading = new Map<string, Promise<TenantPolicy>>();

  constructor(
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(Profiles) private readonly profiles: Profiles,
    @Inject(Environment) private readonly environment: Environment,
  ) {}

  /** What is in memory, however old it is. */
  remembered(tenantId: string): TenantPolicy | undefined {
    return this.known.get(tenantId);
  }

  /** @param needed counters that were read; what is given is no older */
  async atLeast(tenantId: string, needed: Counters): Promise<TenantPolicy> {
    const known = this.known.get(tenantId);
    if (known && covers(known.counters, needed)) return known;
    // A load that was under way already may be older than what is needed.
    const loaded = await this.load(tenantId);
    return covers(loaded.counters, needed) ? loaded : this.current(tenantId);
  }

  /** As of now. */
  async current(tenantId: string): Promise<TenantPolicy> {
    await this.loading.get(tenantId);
    return this.load(tenantId);
  }

  /** Compiles what is not in force, for comparison. */
  compile({ documents, bindings, groups, workspaces }: Omit<TenantState, 'counters'>): AccessPolicy {
    return AccessPolicy.compile({
      appName: this.environment.APP_NAME,
      documents: documents as AccessDocuments,
      bindings,
      groups,
      workspaces,
    });
  }

  private load(tenantId: string): Promise<TenantPolicy> {
    const running = this.loading.get(tenantId);
    if (running) return running;
    const loading = this.read(tenantId).finally(() => this.loading.delete(tenantId));
    this.loading.set(tenantId, loading);
    return loading;
  }

  private async read(tenantId: string): Promise<TenantPolicy> {
    const known = this.known.get(tenantId);
    const { documents, groups, workspaces } = known?.counters ?? NOTHING;
    const [row] = await this.db.run<LoadRow>({ tenantId }, LOAD, [tenantId, documents, groups, workspaces]);
    const counters = countersOf(row!);
    if (known && covers(known.counters, counters)) return known;
    const state: TenantState = {
      counters,
      documents: row!.documents_in_force ?? known!.documents,
      bindings: row!.bindings ? new Map(row!.bindings) : known!.bindings,
      groups: row!.groups ? GroupSnapshot.of(row!.groups, row!.nesting!) : known!.groups,
      workspaces: row!.workspace_keys ? row!.workspace_keys.sort() : known!.workspaces,
    };
    const history = await this.profiles.history(tenantId, counters.documents);
    const compiled = { ...state, policy: this.compile(state), history };
    this.known.set(tenantId, compiled);
    return compiled;
  }
}
