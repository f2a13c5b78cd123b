import {
  type CompareOperator,
  type CompareValue,
  type FilterSyntax,
  parseFilter,
  ScimError,
} from '@provost/scim-protocol';
import { pathReader, type PathReader } from './attribute-path';
import { comparison, isAssigned, type Test } from './comparison';

/**
 * What conditions see: SCIM attributes and fields of the mapped profile by name, `groups: [{value, display}]`, extensions by URN.
 */
export type Attributes = Readonly<Record<string, unknown>>;

/** A `when` of a policy document, ready to be asked about many people. */
export interface Condition {
  readonly text: string;
  /** Whether these attributes satisfy it. Total: whatever stands in the attributes, it answers and never throws. */
  holds(attributes: Attributes): boolean;
  /** The attribute paths that it names, as written, each once; `emails[type eq "work"]` names `emails.type`. */
  readonly paths: readonly string[];
}

/** A condition that cannot be read. */
export class ConditionFault extends Error {
  constructor(
    /** Where, counted from 1. */
    readonly column: number,
    /** What is wrong, a plain sentence that completes "At column 7: …". */
    readonly detail: string,
  ) {
    super(`The condition cannot be read at column ${column}: ${detail}`);
  }
}

type Holds = (attributes: unknown) => boolean;

/**
 * Reads the one condition language of the policy documents (contract §5): a SCIM filter (RFC 7644 §3.4.2.2) that is bound to no schema.
 * Names match in any case; texts compare without case; of several values some one decides, and `ne` is the negation of `eq`, so it holds
 * where the attribute is missing; `x eq null` says that x is not assigned.
 * @throws ConditionFault for what is no filter, beyond 16 KiB, 400 parts or 60 levels, for an order or a part of true, false or null,
 *   and for a name with a colon that is no URN
 */
export function parseCondition(text: string): Condition {
  const compiler = new Compiler(text);
  const holds = compiler.compile(syntax(text));
  return { text, holds, paths: [...compiler.paths] };
}

/** How the filter parser tells a place; its columns count from 1 as well. */
const PLACE = /^The filter cannot be read at column (\d+): ([^]*)$/;

function syntax(text: string): FilterSyntax {
  try {
    return parseFilter(text);
  } catch (error) {
    if (!(error instanceof ScimError)) throw error;
    const [, column, detail] = PLACE.exec(error.detail) ?? [];
    if (column !== undefined && detail !== undefined) throw new ConditionFault(Number(column), detail);
    throw new ConditionFault(1, error.detail.replace(/^The filter/, 'it'));
  }
}

/** Turns the tree into closures once, so that a condition asked about 100 000 people resolves no name twice. */
class Compiler {
  readonly paths = new Set<string>();

  constructor(private readonly text: string) {}

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
