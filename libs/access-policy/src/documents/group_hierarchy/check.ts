import type { Finding } from '../../document';
import { pointerTo } from '../../document/json-pointer';
import type { GroupHierarchy } from './hierarchy-node';

/** Levels above each other. A person has a source for each level above, with the path to it, so that depth costs its square. */
const MAX_DEPTH = 100;
/** So many names of a circle are told from its beginning. */
const MOST_NAMED = 20;

/** Parents that are no node, circles, and hierarchies that are too deep. */
export function check(document: GroupHierarchy): { faults: Finding[]; warnings: Finding[] } {
  const parents = new Map(Object.entries(document).map(([name, { parent }]) => [name, parent]));
  const faults: Finding[] = [];
  const tell = (name: string, detail: string) => faults.push({ pointer: `${pointerTo('', name)}/parent`, detail });
  for (const [name, parent] of parents) {
    if (parent !== undefined && !parents.has(parent)) tell(name, unknownParent(parent, parents.keys()));
  }
  if (faults.length) return { faults, warnings: [] };

  /** How many nodes stand above; of those on or below a circle nothing more is said than the circle. */
  const depths = new Map<string, number>();
  for (const name of parents.keys()) {
    const trail = new Set<string>();
    let at: string | undefined = name;
    while (at !== undefined && !depths.has(at) && !trail.has(at)) {
      trail.add(at);
      at = parents.get(at);
    }
    if (at !== undefined && trail.has(at)) {
      const all = [...trail];
      const circle = all.slice(all.indexOf(at));
      tell(circle[0]!, `makes a circle: ${written(circle)}`);
      for (const member of all) depths.set(member, -Infinity);
      continue;
    }
    let depth = at === undefined ? 0 : depths.get(at)! + 1;
    for (const member of [...trail].reverse()) {
      if (depth === MAX_DEPTH) tell(member, `has more than ${MAX_DEPTH - 1} nodes above it, which is too deep`);
      depths.set(member, depth++);
    }
  }
  return { faults, warnings: [] };
}

function written(circle: readonly string[]): string {
  const names = circle.slice(0, MOST_NAMED);
  if (names.length < circle.length) names.push(`(${circle.length - names.length} more)`);
  return [...names, circle[0]].join(' -> ');
}

function unknownParent(parent: string, names: Iterable<string>): string {
  const folded = parent.toLowerCase();
  for (const name of names) {
    if (name.toLowerCase() === folded) return `is no node of this hierarchy; write "${name}" as it is written there`;
  }
  return `is no node of this hierarchy; add "${parent}" or name another parent`;
}
