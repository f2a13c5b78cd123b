import { Inject, Injectable } from '@nestjs/common';
import {
  bindingWarnings,
  type Finding,
  type GroupMappings,
  type ProfileHistory,
  type SyncConfig,
} from '@provost/access-policy';
import { PolicyDocuments } from '../policy-documents';
import { Profiles } from '../people';
import { accessDifference, isSomething } from './access-difference';
import { PeopleScan } from './people-scan';
import { personOf } from './person-row';
import { TenantPolicies, type TenantPolicy } from './tenant-policies';

/** What a document would change (contract §5, plan). */
export interface Plan {
  readonly warnings: readonly Finding[];
  /** The answer as JSON, piece by piece, as people are compared. */
  readonly text: AsyncIterable<string>;
}

/** Says whose access a document would change before it is put, and changes nothing. */
@Injectable()
export class PolicyPlan {
  constructor(
    @Inject(PolicyDocuments) private readonly documents: PolicyDocuments,
    @Inject(TenantPolicies) private readonly policies: TenantPolicies,
    @Inject(Profiles) private readonly profiles: Profiles,
    @Inject(PeopleScan) private readonly scan: PeopleScan,
  ) {}

  /**
   * @param raw the document, bare or wrapped in its name
   * @throws Problem 404; 422 with every fault
   */
  async plan(tenantId: string, name: string, raw: unknown): Promise<Plan> {
    const { type, document, warnings } = await this.documents.validate(tenantId, name, raw);
    const current = await this.policies.current(tenantId);
    const proposed = this.proposed(current, name, document);
    const { bindings, groups } = proposed;
    const doubts = name === 'group_mappings' ? bindingWarnings(Object.keys(document as object), bindings, groups) : [];
    const all = [...warnings, ...doubts];
    const changes = type.decidesAccess ? this.compare(tenantId, current, proposed) : nobody();
    return { warnings: all, text: asText(changes, all) };
  }

  private proposed(current: TenantPolicy, name: string, document: unknown): TenantPolicy {
    const bindings = name === 'group_mappings' ? rebound(current, document as GroupMappings) : current.bindings;
    const state = { ...current, bindings, documents: { ...current.documents, [name]: document } };
    return { ...state, policy: this.policies.compile(state), history: this.history(current, name, document) };
  }

  /** What conditions would see of people. */
  private history({ history, documents }: TenantPolicy, name: string, document: unknown): ProfileHistory {
    if (name === 'attribute_mappings' || name === 'provisioning_rules')
      return history.withMapping(this.profiles.mapping({ ...documents, [name]: document }));
    return name === 'sync_config' ? history.withSync(document as SyncConfig) : history;
  }

  /** Everybody whose access would differ, in pages. */
  private async *compare(tenantId: string, current: TenantPolicy, proposed: TenantPolicy): AsyncGenerator<Changed[]> {
    const attributes = current.policy.readsAttributes || proposed.policy.readsAttributes;
    const now = new Date();
    for await (const page of this.scan.all(tenantId, attributes)) {
      const changed: Changed[] = [];
      for (const row of page) {
        const person = personOf(row, current.history);
        const after = proposed.history === current.history ? person : personOf(row, proposed.history);
        const difference = accessDifference(current.policy.names(person, now), proposed.policy.names(after, now));
        if (difference) changed.push({ userId: row.id, userName: row.user_name, ...difference });
      }
      yield changed;
    }
  }
}

interface Changed extends NonNullable<ReturnType<typeof accessDifference>> {
  readonly userId: string;
  readonly userName: string;
}

/** Keys that stay keep their group; new ones are bound to what they match now, as a put would. */
function rebound({ bindings, groups }: TenantPolicy, mappings: GroupMappings): Map<string, string> {
  const next = new Map<string, string>();
  for (const key of Object.keys(mappings)) {
    const group = bindings.get(key) ?? groups.match(key);
    if (group !== undefined) next.set(key, group);
  }
  return next;
}

async function* nobody(): AsyncGenerator<Changed[]> {}

async function* asText(pages: AsyncIterable<Changed[]>, warnings: readonly Finding[]): AsyncGenerator<string> {
  const summary = { users: 0, gained: 0, lost: 0 };
  yield `{"warnings":${JSON.stringify(warnings)},"changes":[`;
  for await (const page of pages) {
    if (!page.length) continue;
    const comma = summary.users ? ',' : '';
    summary.users += page.length;
    for (const { gained, lost } of page) {
      if (isSomething(gained)) summary.gained++;
      if (isSomething(lost)) summary.lost++;
    }
    yield comma + JSON.stringify(page).slice(1, -1);
  }
  yield `],"summary":${JSON.stringify(summary)}}`;
}
