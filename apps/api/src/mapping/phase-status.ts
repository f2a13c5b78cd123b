import { Inject, Injectable } from '@nestjs/common';
import { PersonStatus, type StatusOfPerson } from '../people';
import { personOf } from './person-row';
import { PeopleScan } from './people-scan';
import { TenantPolicies } from './tenant-policies';

/** Who is staged, by the rollout of the tenant. */
@Injectable()
export class PhaseStatus extends PersonStatus {
  constructor(
    @Inject(TenantPolicies) private readonly policies: TenantPolicies,
    @Inject(PeopleScan) private readonly scan: PeopleScan,
  ) {
    super();
  }

  override async of(
    tenantId: string,
    people: readonly { readonly id: string; readonly active: boolean }[],
  ): Promise<ReadonlyMap<string, StatusOfPerson>> {
    const statuses = new Map<string, StatusOfPerson>(
      people.map(({ id, active }) => [id, active ? 'active' : 'inactive']),
    );
    const policy = await this.policies.current(tenantId);
    if (!Object.hasOwn(policy.documents, 'rollout')) return statuses;
    const active = people.filter((person) => person.active).map(({ id }) => id);
    for await (const page of this.scan.of(tenantId, active, policy.policy.readsAttributes))
      for (const row of page)
        statuses.set(row.id, policy.policy.decider(personOf(row, policy.history), new Date()).status);
    return statuses;
  }
}
