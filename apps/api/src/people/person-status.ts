/** Where somebody stands (contract §5, rollout): provisioned but not yet in a phase of the rollout is `staged`. */
export type StatusOfPerson = 'active' | 'staged' | 'inactive';

/** Tells the status of people. Whoever knows the rollout provides it under this token; without it, ActiveOrInactive answers. */
export abstract class PersonStatus {
  /** @param people of one tenant @returns by id */
  abstract of(
    tenantId: string,
    people: readonly { readonly id: string; readonly active: boolean }[],
  ): Promise<ReadonlyMap<string, StatusOfPerson>>;
}

/** The status where there is no rollout. */
export class ActiveOrInactive extends PersonStatus {
  of(
    _tenantId: string,
    people: readonly { readonly id: string; readonly active: boolean }[],
  ): Promise<ReadonlyMap<string, StatusOfPerson>> {
    return Promise.resolve(new Map(people.map(({ id, active }) => [id, active ? 'active' : 'inactive'])));
  }
}
