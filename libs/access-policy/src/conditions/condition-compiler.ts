import type { CompareOperator, CompareValue, FilterSyntax } from '@provost/scim-protocol';
import { pathReader, type PathReader } from './attribute-path';
import { comparison, isAssigned, type Test } from './comparison';
import { ConditionFault } from './condition-fault';

export type Holds = (attributes: unknown) => boolean;

/** Turns the tree into closures once, so that a condition asked about 100 000 people resolves no name twice. */
export class ConditionCompiler {
  readonly paths = new Set<string>();

  constructor(private readonly text: string) {}

  /**
   * @param within the attribute whose elements are asked, when the filter stands between its brackets
   * @throws ConditionFault
   */
  compile(filter: FilterSyntax, within?: string): Holds {
    switch (filter.kind) {
      case 'and':
      case 'or': {
        const left = this.compile(filter.left, within);
        const right = this.compile(filter.right, within);
        return filter.kind === 'and' ? (a) => left(a) && right(a) : (a) => left(a) || right(a);
      }
      case 'not': {
        const inner = this.compile(filter.filter, within);
        return (attributes) => !inner(attributes);
      }
      case 'present':
        return present(this.reader(filter.path, within));
      case 'compare':
        return this.comparison(this.reader(filter.path, within), filter);
      case 'valuePath':
        return this.valuePath(filter);
    }
  }

  private valuePath(filter: Extract<FilterSyntax, { kind: 'valuePath' }>): Holds {
    const elements = this.locate(filter.path);
    const chosen = this.compile(filter.filter, filter.path);
    const { test } = filter;
    if (!test) return (attributes) => elements(attributes, (element) => isElement(element) && chosen(element));
    const sub = this.reader(test.sub, filter.path);
    const holds = test.op === 'pr' ? present(sub) : this.comparison(sub, { path: test.sub, ...test });
    return (attributes) => elements(attributes, (element) => isElement(element) && chosen(element) && holds(element));
  }

  private comparison(
    read: PathReader,
    { path, op, value }: { path: string; op: CompareOperator; value: CompareValue },
  ): Holds {
    if (op === 'eq' || op === 'ne') {
      const equal = value === null ? not(present(read)) : someValue(read, comparison('eq', value));
      return op === 'eq' ? equal : not(equal);
    }
    if (typeof value === 'boolean' || value === null) {
      throw this.fault(path, `"${path}" can be compared with ${value} only by eq and ne, not by ${op}.`);
    }
    return someValue(read, comparison(op, value));
  }

  private reader(path: string, within: string | undefined): PathReader {
    this.paths.add(within === undefined ? path : `${within}.${path}`);
    return this.locate(path);
  }

  /** A name such as `taskade:costCenter` would name nothing and the condition would silently never hold. */
  private locate(path: string): PathReader {
    if (path.includes(':') && !/^urn:/i.test(path)) {
      throw this.fault(
        path,
        `"${path}" is neither a name nor a URN; write "${path.slice(path.lastIndexOf(':') + 1)}".`,
      );
    }
    return pathReader(path);
  }

  private fault(path: string, detail: string): ConditionFault {
    return new ConditionFault(columnOf(this.text, path), detail);
  }
}

const isElement = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);
const not =
  (holds: Holds): Holds =>
  (attributes) =>
    !holds(attributes);
const someValue =
  (read: PathReader, test: Test): Holds =>
  (attributes) =>
    read(attributes, test);
const present = (read: PathReader): Holds => someValue(read, isAssigned);

/** Where a name first stands outside of quoted values, from 1; the tree does not remember it. */
function columnOf(text: string, path: string): number {
  const blanked = text.replace(/"(?:[^"\\]|\\.)*"/g, (quoted) => ' '.repeat(quoted.length));
  return blanked.indexOf(path) + 1;
}
