import { Inject, Injectable } from '@nestjs/common';
import type { AccessNames, Person } from '@provost/access-policy';
import { PeopleScan, personOf, TenantPolicies, type TenantPolicy } from '../mapping';
import type { ActionTask } from './actions/lifecycle-action';

/** What somebody had and has. */
export interface AccessChange {
  readonly before: AccessNames;
  readonly after: AccessNames;
}

/** Whether the rollout has come to somebody; whether they are active does not count for that. */
export interface Reached {
  readonly id: string;
  readonly active: boolean;
  readonly staged: boolean;
}

const NONE: AccessNames = { roles: [], permissions: [], workspaces: [] };

/**
 * Computes what people had before they left a group, or left altogether, and what they have now. Whoever left a group is
 * judged as if active: a deactivation is another rule's.
 */
@Injectable()
export class AccessWithout {
  constructor(
    @Inject(TenantPolicies) private readonly policies: TenantPolicies,
    @Inject(PeopleScan) private readonly scan: PeopleScan,
  ) {}

  /** @returns by run; whoever is no longer in the directory is absent */
  async of(
    tenantId: string,
    tasks: readonly Pick<ActionTask, 'runId' | 'userId' | 'groupId' | 'rule' | 'hypothetical'>[],
    at: Date,
  ): Promise<Map<string, AccessChange>> {
    const changes = new Map<string, AccessChange>();
    if (!tasks.length) return changes;
    const tenant = await this.policies.current(tenantId);
    const people = new Map<string, Person>();
    for await (const person of this.people(
      tenantId,
      tasks.map(({ userId }) => userId),
      tenant,
    ))
      people.set(person.id, person);
    for (const { runId, userId, groupId, rule, hypothetical } of tasks) {
      const person = people.get(userId);
      if (!person) continue;
      const others = person.groups.filter((id) => id !== groupId);
      const left = rule === 'group_removal';
      // It may have been joined again meanwhile: then it is there on both sides.
      const before = { ...person, groups: groupId === null ? person.groups : [...others, groupId] };
      changes.set(runId, {
        before: tenant.policy.names(before, at),
        after: left ? tenant.policy.names(hypothetical ? { ...person, groups: others } : person, at) : NONE,
      });
    }
    return changes;
  }

  /** Those of these people to whom the rollout has not come; whether they are active does not count. */
  async staged(tenantId: string, ids: readonly string[]): Promise<ReadonlySet<string>> {
    const found = new Set<string>();
    for await (const page of this.reached(tenantId, ids)) for (const { id, staged } of page) if (staged) found.add(id);
    return found;
  }

  /** To whom the rollout has come, in pages. */
  async *reached(tenantId: string, ids: readonly string[] | 'everybody'): AsyncGenerator<Reached[]> {
    const { policy, history } = await this.policies.current(tenantId);
    const { readsAttributes } = policy;
    const at = new Date();
    const pages =
      ids === 'everybody'
        ? this.scan.all(tenantId, readsAttributes)
        : this.scan.of(tenantId, [...new Set(ids)], readsAttributes);
    for await (const page of pages)
      yield page.map((row) => {
        const { status } = policy.decider({ ...personOf(row, history), active: true }, at);
        return { id: row.id, active: row.active, staged: status === 'staged' };
      });
  }

  /** Whether whoever is in a group is in one that group_mappings is bound to, now. */
  async mappedGroups(tenantId: string): Promise<(groupId: string) => boolean> {
    const { bindings, groups } = await this.policies.current(tenantId);
    const bound = new Set(bindings.values());
    return (groupId) => {
      const above = new Set([groupId]);
      for (const id of above) {
        if (bound.has(id)) return true;
        for (const parent of groups.parents(id)) above.add(parent);
      }
      return false;
    };
  }

  /** These people as if they were active. */
  private async *people(tenantId: string, ids: readonly string[], tenant: TenantPolicy): AsyncGenerator<Person> {
    for await (const page of this.scan.of(tenantId, [...new Set(ids)], tenant.policy.readsAttributes))
      for (const row of page) yield { ...personOf(row, tenant.history), active: true };
  }
}
