import type { Statement } from './statement';

/** Above every word; a small integer, as Infinity would make the field a double. */
const NO_WORD = 0x3fffffff;

/** A set of positions as bits; reading it out gives them ascending, and empties it. */
class Positions {
  private readonly words: Int32Array;
  private first = NO_WORD;
  private last = -1;

  constructor(size: number) {
    this.words = new Int32Array((size + 31) >>> 5);
  }

  add(position: number): void {
    const word = position >>> 5;
    this.words[word]! |= 1 << (position & 31);
    if (word < this.first) this.first = word;
    if (word > this.last) this.last = word;
  }

  drainInto(names: readonly string[], list: string[]): void {
    for (let word = this.first; word <= this.last; word++) {
      let bits = this.words[word]!;
      while (bits !== 0) {
        const lowest = bits & -bits;
        list.push(names[(word << 5) + 31 - Math.clz32(lowest)]!);
        bits ^= lowest;
      }
      this.words[word] = 0;
    }
    this.first = NO_WORD;
    this.last = -1;
  }
}

/** Every name of a kind that a policy knows, in order, so that a person's can be gathered as bits rather than sorted. */
export class Vocabulary {
  private readonly names: readonly string[];
  private readonly position: ReadonlyMap<string, number>;

  constructor(names: Iterable<string>) {
    this.names = [...new Set(names)].sort();
    this.position = new Map(this.names.map((name, i) => [name, i]));
  }

  /** @returns null when one of the names is not known */
  positions(names: readonly string[]): Int32Array | null {
    const positions = new Int32Array(names.length);
    for (let i = 0; i < names.length; i++) {
      const position = this.position.get(names[i]!);
      if (position === undefined) return null;
      positions[i] = position;
    }
    return positions;
  }

  collector(): NameCollector {
    return new NameCollector(this.names, this.position);
  }
}

/** Gathers names of one person at a time. */
export class NameCollector {
  private readonly known: Positions;
  /** Names that only a grant gives. */
  private readonly others = new Set<string>();

  constructor(
    private readonly names: readonly string[],
    private readonly position: ReadonlyMap<string, number>,
  ) {
    this.known = new Positions(names.length);
  }

  add(name: string): void {
    const position = this.position.get(name);
    if (position === undefined) this.others.add(name);
    else this.known.add(position);
  }

  addAt(position: number): void {
    this.known.add(position);
  }

  /** What was gathered, sorted, each name once; the next person begins anew. */
  drain(): string[] {
    const list: string[] = [];
    this.known.drainInto(this.names, list);
    if (this.others.size) {
      list.push(...this.others);
      list.sort();
      this.others.clear();
    }
    return list;
  }
}

/** Adds the permissions of a statement; their positions are looked up once. */
export function addPermissions(statement: Statement, vocabulary: Vocabulary, into: NameCollector): void {
  const { permissions } = statement;
  if (!permissions.length) return;
  const positions = (statement.positions ??= vocabulary.positions(permissions));
  if (positions) for (let i = 0; i < positions.length; i++) into.addAt(positions[i]!);
  else for (const permission of permissions) into.add(permission);
}
