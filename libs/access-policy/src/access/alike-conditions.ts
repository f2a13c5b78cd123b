import type { Attributes, Condition } from '../conditions';
import { pathReader } from '../conditions/attribute-path';
import { Recent } from './recent';

/** From so many conditions on it is cheaper to look an answer up than to ask them all. */
const WORTH_REMEMBERING = 4;
/** Characters of values; longer ones hardly come twice. */
const LONGEST_KEY = 500;
/** About 10 MB for all rules. */
const MOST_REMEMBERED = 200_000;

interface Asked<T> {
  readonly condition: Condition;
  readonly gives: readonly T[];
}

/** Conditions that read the same attributes. */
interface Alike<T> {
  readonly asked: Asked<T>[];
  /** Of the attributes, where the values of the paths decide all answers. */
  readonly key: ((attributes: Attributes) => string | undefined) | undefined;
}

/**
 * Conditions with what each gives, asked all at once. A tenant has hundreds of rules over a few attributes, such as department and
 * title, and a hundred thousand people of some thousand departments and titles: whose values are the same get the answer that is known.
 */
export class AlikeConditions<T> {
  private readonly byPaths: readonly Alike<T>[];
  private readonly answers = new Recent<string, readonly T[]>(MOST_REMEMBERED, (given) => given.length + 4);

  constructor(conditions: readonly Asked<T>[]) {
    const byPaths = new Map<string, Alike<T>>();
    for (const asked of conditions) {
      const { text, paths } = asked.condition;
      // Of `emails[type eq "work"].value` the values of emails.type and emails.value do not say which belong together.
      const flat = !text.includes('[');
      const name = flat ? [...paths].sort().join(' ') : '';
      let alike = byPaths.get(name);
      if (!alike) byPaths.set(name, (alike = { asked: [], key: flat ? valuesOf(paths) : undefined }));
      alike.asked.push(asked);
    }
    this.byPaths = [...byPaths.values()];
  }

  /** Adds what the conditions that hold give. */
  collect(attributes: Attributes, into: T[]): void {
    this.byPaths.forEach((alike, i) => {
      const key = alike.asked.length < WORTH_REMEMBERING ? undefined : alike.key?.(attributes);
      const given =
        key === undefined
          ? giving(alike, attributes)
          : this.answers.get(`${i} ${key}`, () => giving(alike, attributes));
      for (const one of given) into.push(one);
    });
  }
}

function giving<T>({ asked }: Alike<T>, attributes: Attributes): T[] {
  const given: T[] = [];
  for (const { condition, gives } of asked) if (condition.holds(attributes)) given.push(...gives);
  return given;
}

/** Reads the values of the paths into one text, each with its type and length, so that no two readings are written alike. */
function valuesOf(paths: readonly string[]): (attributes: Attributes) => string | undefined {
  const readers = [...paths].sort().map(pathReader);
  return (attributes) => {
    let key = '';
    for (const read of readers) {
      const complex = read(attributes, (value) => {
        if (typeof value === 'object') return true;
        const text = String(value);
        key += `${typeof value} ${text.length} ${text}`;
        return false;
      });
      if (complex || key.length > LONGEST_KEY) return undefined;
      key += ';';
    }
    return key;
  };
}
