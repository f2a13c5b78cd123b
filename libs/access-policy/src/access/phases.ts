import { type Attributes, type Condition, parseCondition } from '../conditions';
import type { PolicyInputs } from './policy-inputs';

interface Phase {
  readonly inGroups: boolean;
  readonly when: Condition | undefined;
}

/** The rollout up to its active phase, compiled. */
export class Phases {
  private readonly phases: readonly Phase[] | undefined;
  private readonly byGroup = new Map<string, number[]>();

  constructor({ documents, groups }: PolicyInputs) {
    const { rollout } = documents;
    if (!rollout) return;
    const reached = rollout.phases.slice(0, rollout.phases.findIndex(({ name }) => name === rollout.active) + 1);
    this.phases = reached.map(({ groups: names, when }, i) => {
      for (const id of new Set(names?.flatMap((name) => groups.idsByName(name)))) {
        this.byGroup.set(id, [...(this.byGroup.get(id) ?? []), i]);
      }
      return { inGroups: names !== undefined, when: when === undefined ? undefined : parseCondition(when) };
    });
  }

  get conditions(): Condition[] {
    return (this.phases ?? []).flatMap(({ when }) => when ?? []);
  }

  /** Phases for which membership of this group counts. */
  ofGroup(id: string): readonly number[] {
    return this.byGroup.get(id) ?? [];
  }

  /**
   * Whether the rollout has come to somebody.
   * @param within whether they are a member of some group of the phase
   */
  admits(within: (phase: number) => boolean, attributes: () => Attributes): boolean {
    if (!this.phases) return true;
    return this.phases.some(({ inGroups, when }, i) => (!inGroups || within(i)) && (!when || when.holds(attributes())));
  }
}
