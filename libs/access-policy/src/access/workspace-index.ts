import { Recent } from './recent';
import type { WorkspacePattern } from './workspace-pattern';

/** Positions of matches that are remembered, in all. */
const MOST_REMEMBERED = 500_000;

/** The workspaces that are registered, in order; a pattern looks only at those that begin as it does. */
export class WorkspaceIndex {
  /** Sorted, each once. The list that was given, where it is so already: what two policies list is then the same list. */
  readonly keys: readonly string[];
  private readonly positions: ReadonlyMap<string, number>;
  private readonly matches = new Recent<string, readonly number[]>(MOST_REMEMBERED, (found) => found.length + 1);

  constructor(keys: readonly string[]) {
    const ordered = keys.every((key, i) => i === 0 || keys[i - 1]! < key);
    this.keys = ordered ? keys : [...new Set(keys)].sort();
    this.positions = new Map(this.keys.map((key, i) => [key, i]));
  }

  has(key: string): boolean {
    return this.positions.has(key);
  }

  position(key: string): number | undefined {
    return this.positions.get(key);
  }

  /** Positions of the keys that match, ascending. */
  matching(pattern: WorkspacePattern): readonly number[] {
    return this.matches.get(pattern.text, () => {
      const found: number[] = [];
      for (let i = this.firstFrom(pattern.prefix); i < this.keys.length; i++) {
        const key = this.keys[i]!;
        if (!key.startsWith(pattern.prefix)) break;
        if (pattern.matches(key)) found.push(i);
      }
      return found;
    });
  }

  private firstFrom(prefix: string): number {
    let low = 0;
    let high = this.keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.keys[middle]! < prefix) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
