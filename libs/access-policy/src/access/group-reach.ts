import type { Hierarchy, Node } from './hierarchy';
import type { MappedGroups } from './mapped-groups';
import type { Phases } from './phases';
import type { Groups } from './policy-inputs';
import { Recent } from './recent';
import { type Holding, holding } from './statement';

/** What a direct member of one group has and is because of it and of all groups in which it is nested. */
export interface Reach {
  readonly id: string;
  readonly holdings: readonly Holding[];
  /** Nodes of the hierarchy whose people they are. */
  readonly nodes: readonly Node[];
  /** Phases of the rollout whose groups they are in. */
  readonly phases: readonly number[];
  /** The group itself first, then those that it is nested in, for conditions over `groups`; empty where none reads them. */
  readonly groups: readonly { readonly value: string; readonly display: string }[];
  readonly weight: number;
}

/** About 30 MB. */
const MOST_REMEMBERED = 250_000;

/** Follows nested groups upwards, by the shortest way; a circle ends where it began. */
export class GroupReaches {
  private readonly known = new Recent<string, Reach>(MOST_REMEMBERED, ({ weight }) => weight);

  constructor(
    private readonly groups: Groups,
    private readonly mapped: MappedGroups,
    private readonly hierarchy: Hierarchy,
    private readonly phases: Phases,
    /** Whether conditions read the names of groups. */
    private readonly readsGroups: boolean,
  ) {}

  of(id: string): Reach {
    return this.known.get(id, this.follow);
  }

  private readonly follow = (direct: string): Reach => {
    const holdings: Holding[] = [];
    const nodes = new Set<Node>();
    const phases = new Set<number>();
    const below = new Map<string, string | undefined>([[direct, undefined]]);
    let weight = 1;
    // A Map yields what is added while it is walked: a breadth-first walk, nearest groups first.
    for (const [id] of below) {
      for (const node of this.hierarchy.ofGroup(id)) nodes.add(node);
      for (const phase of this.phases.ofGroup(id)) phases.add(phase);
      const mappings = this.mapped.of(id);
      if (mappings) {
        const path = Object.freeze(this.path(id, below));
        const group = this.name(direct);
        const source = Object.freeze({ type: 'group_mapping', group, groupId: direct, path } as const);
        for (const { statement } of mappings) holdings.push(holding(source, statement));
        weight += path.length + 3 * mappings.length;
      }
      for (const parent of this.groups.parents(id)) if (!below.has(parent)) below.set(parent, id);
    }
    const groups = this.readsGroups ? [...below.keys()].map((id) => ({ value: id, display: this.name(id) })) : [];
    weight += nodes.size + phases.size + 2 * groups.length;
    return { id: direct, holdings, nodes: [...nodes], phases: [...phases], groups, weight };
  };

  /** From the direct group to this one. */
  private path(id: string, below: ReadonlyMap<string, string | undefined>): string[] {
    const path: string[] = [];
    for (let at: string | undefined = id; at !== undefined; at = below.get(at)) path.push(this.name(at));
    return path.reverse();
  }

  private name(id: string): string {
    return this.groups.name(id) ?? id;
  }
}
