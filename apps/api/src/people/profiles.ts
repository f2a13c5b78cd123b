import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import {
  type AttributeMappings,
  type Profile,
  ProfileHistory,
  ProfileMapping,
  type ProfileState,
  type ProvisioningRules,
  type SyncConfig,
} from '@provost/access-policy';
import { statement, TenantDatabase } from '@provost/entities';
import { Environment } from '../config';

const COUNTER = statement(
  'profile.documents_counter',
  `SELECT v.documents::text FROM access_versions v WHERE v.tenant_id = $1::uuid`,
);
// What a field that does not flow shows depends on when it stopped flowing: all versions of sync_config count, of the
// others the one in force. One statement, so that counter and documents are of one moment.
const DOCUMENTS = statement(
  'profile.documents',
  `SELECT d.name, d.version, d.document,
     (SELECT v.documents::text FROM access_versions v WHERE v.tenant_id = $1::uuid) AS counter
   FROM policy_heads h JOIN policy_documents d ON d.tenant_id = $1::uuid AND d.name = h.name
     AND (d.version = h.version OR d.name = 'sync_config')
   WHERE h.tenant_id = $1::uuid AND h.name IN ('attribute_mappings', 'provisioning_rules', 'sync_config') ORDER BY d.name, d.version`,
);

interface DocumentRow {
  name: string;
  version: number;
  document: unknown;
  counter: string | null;
}
interface Known {
  readonly counter: string;
  readonly history: ProfileHistory;
}

/** Maps a person: the SCIM resource, and what profiles.ts's row remembers of them (profileState), where there is one. */
export type ProfileMapper = (resource: unknown, state?: ProfileState) => Profile;

/** How the people of each tenant are mapped, compiled once for each state of its documents. */
@Injectable()
export class Profiles {
  private readonly known = new LRUCache<string, Known>({ max: 1_000 });

  constructor(
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(Environment) private readonly environment: Environment,
  ) {}

  /**
   * The mapping in force and its past.
   * @param counter access_versions.documents as it was read with the people; without it, it is asked for
   */
  async history(tenantId: string, counter?: string | null): Promise<ProfileHistory> {
    const current = (counter === undefined ? await this.counter(tenantId) : counter) ?? '0';
    const known = this.known.get(tenantId);
    // Newer is as good: the counter only ever grows.
    if (known && BigInt(known.counter) >= BigInt(current)) return known.history;
    const fresh = await this.load(tenantId, current);
    this.known.set(tenantId, fresh);
    return fresh.history;
  }

  /** For whoever asks conditions about many people: `manager` stays the text that names them. */
  async mapper(tenantId: string): Promise<ProfileMapper> {
    const history = await this.history(tenantId);
    return (resource, state) => history.profile(resource, state).profile;
  }

  /** A mapping by documents, by name, that need not be in force; those that say nothing of it are passed over. */
  mapping(documents: Readonly<Record<string, unknown>>): ProfileMapping {
    const rules = documents.provisioning_rules as ProvisioningRules | undefined;
    const mappings = documents.attribute_mappings as AttributeMappings | undefined;
    return ProfileMapping.compile(this.environment.APP_NAME, mappings, rules?.user_creation?.attributes);
  }

  private async counter(tenantId: string): Promise<string | null> {
    const [row] = await this.db.read<{ documents: string }>({ tenantId }, COUNTER, [tenantId]);
    return row?.documents ?? null;
  }

  private async load(tenantId: string, current: string): Promise<Known> {
    const rows = await this.db.read<DocumentRow>({ tenantId }, DOCUMENTS, [tenantId]);
    const syncs = rows.filter(({ name }) => name === 'sync_config');
    const history = new ProfileHistory(
      this.mapping(Object.fromEntries(rows.map(({ name, document }) => [name, document]))),
      new Map(syncs.map(({ version, document }) => [version, document as SyncConfig])),
      syncs.at(-1)?.version ?? 0,
    );
    return { counter: rows[0]?.counter ?? current, history };
  }
}
