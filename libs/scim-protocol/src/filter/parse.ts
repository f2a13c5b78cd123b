import { type ClientProfile, LENIENT } from '../client-profile';
import { FILTER, type Reading, Scanner } from './scanner';
import type { CompareOperator, CompareValue, FilterSyntax } from './types';

/** Databricks publishes 200 nodes; twice that is still a small SQL statement. */
const MAX_NODES = 400;
const MAX_NESTING = 60;

const OPERATORS = new Map<string, CompareOperator | 'pr'>(
  (['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le', 'pr'] as const).map((op) => [op, op]),
);
const OPERATOR_LIST = 'eq, ne, co, sw, ew, gt, ge, lt, le or pr';

/** `name` or `name.sub` (RFC 7643 §2.1, with `$ref` and the underscore that tenants use). */
const PLAIN_PATH = /^[A-Za-z$_][\w$-]*(?:\.[A-Za-z$_][\w$-]*)?$/;
/** A path with a URN: its dots are not separators (catalogue R11), only its end is checked here. */
const URN_PATH = /^[A-Za-z][^:]*:.*[\w$-]$/;
const NAME = /^[A-Za-z$_][\w$-]*$/;
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
/** These cannot be bare values, so that a forgotten value is told as such. */
const RESERVED = new Set(['and', 'or', 'not']);

/** A PATCH path, names unresolved: `name.givenName`, `emails[type eq "work"].value`, a URN. */
export interface PathSyntax {
  readonly path: string;
  readonly filter?: FilterSyntax;
  readonly sub?: string;
}

/** Recursive descent over the scanner; recursion only where a bracket opens, so its depth is bounded. */
class Parser {
  private nodes = 0;
  private nesting = 0;
  private readonly scanner: Scanner;
  private readonly extended: boolean;

  constructor(text: string, profile: ClientProfile, reading: Reading) {
    this.scanner = new Scanner(text, reading);
    this.extended = profile.extendedFilters === 'parse';
  }

  filter(): FilterSyntax {
    if (this.atEnd()) this.scanner.fail('it is empty.');
    const filter = this.or(false);
    this.end();
    return filter;
  }

  path(): PathSyntax {
    const path = this.attributePath();
    if (!this.scanner.take('[')) {
      this.end();
      return { path };
    }
    const filter = this.bracketed();
    const sub = this.subAttribute();
    this.end();
    return sub === undefined ? { path, filter } : { path, filter, sub };
  }

  /** Precedence: grouping, not, and, or (RFC 7644 §3.4.2.2, catalogue R07). */
  private or(inBrackets: boolean): FilterSyntax {
    let left = this.and(inBrackets);
    while (this.scanner.takeKeyword('or')) left = this.node({ kind: 'or', left, right: this.and(inBrackets) });
    return left;
  }

  private and(inBrackets: boolean): FilterSyntax {
    let left = this.term(inBrackets);
    while (this.scanner.takeKeyword('and')) left = this.node({ kind: 'and', left, right: this.term(inBrackets) });
    return left;
  }

  private term(inBrackets: boolean): FilterSyntax {
    const { scanner } = this;
    if (scanner.take('(')) return this.group(inBrackets);
    if (scanner.takeKeyword('not')) {
      if (!scanner.take('(')) scanner.fail('after "not" an expression in parentheses is expected.');
      return this.node({ kind: 'not', filter: this.group(inBrackets) });
    }
    const path = this.attributePath();
    if (scanner.take('[')) {
      if (inBrackets) scanner.fail('brackets cannot stand inside brackets.', scanner.position - 1);
      return this.valuePath(path);
    }
    const test = this.test();
    return this.node(
      test.op === 'pr' ? { kind: 'present', path } : { kind: 'compare', path, op: test.op, value: test.value },
    );
  }

  private group(inBrackets: boolean): FilterSyntax {
    this.deeper();
    const filter = this.or(inBrackets);
    if (!this.scanner.take(')')) this.unexpected('a closing parenthesis');
    this.nesting--;
    return filter;
  }

  private valuePath(path: string): FilterSyntax {
    const { scanner } = this;
    const filter = this.bracketed();
    const dot = scanner.position;
    const sub = this.subAttribute();
    if (sub === undefined) return this.node({ kind: 'valuePath', path, filter });
    // Entra's matching filter, outside the ABNF (catalogue EN-M2, K12).
    if (!this.extended) scanner.fail('after the closing bracket nothing but "and" or "or" can follow.', dot);
    return this.node({ kind: 'valuePath', path, filter, test: { sub, ...this.test() } });
  }

  private bracketed(): FilterSyntax {
    this.deeper();
    const filter = this.or(true);
    if (!this.scanner.take(']')) this.unexpected('a closing bracket');
    this.nesting--;
    return filter;
  }

  /** `.value` directly after a closing bracket. */
  private subAttribute(): string | undefined {
    const { scanner } = this;
    if (scanner.text[scanner.position] !== '.') return undefined;
    const at = ++scanner.position;
    const sub = scanner.text[at] === ' ' ? '' : scanner.word();
    if (!NAME.test(sub)) scanner.fail('after the dot the name of a sub-attribute is expected.', at);
    return sub;
  }

  private attributePath(): string {
    const { scanner } = this;
    scanner.next();
    const at = scanner.position;
    const path = scanner.word();
    if (path === '') scanner.fail(`the name of an attribute is expected; ${scanner.found(at)}.`, at);
    if (!(path.includes(':') ? URN_PATH : PLAIN_PATH).test(path)) {
      scanner.fail(`this is not the name of an attribute; ${scanner.found(at)}.`, at);
    }
    return path;
  }

  private test(): { op: CompareOperator; value: CompareValue } | { op: 'pr' } {
    const { scanner } = this;
    scanner.next();
    const at = scanner.position;
    const word = scanner.word();
    const op = OPERATORS.get(word) ?? OPERATORS.get(word.toLowerCase());
    if (!op) return scanner.fail(`an operator is expected (${OPERATOR_LIST}); ${scanner.found(at)}.`, at);
    return op === 'pr' ? { op } : { op, value: this.value() };
  }

  private value(): CompareValue {
    const { scanner } = this;
    if (scanner.next() === 0x22) return scanner.string();
    const at = scanner.position;
    const word = scanner.word();
    if (word === 'true') return true;
    if (word === 'false') return false;
    if (word === 'null') return null;
    if (NUMBER.test(word)) return this.number(word, at);
    if (word === '' || RESERVED.has(word.toLowerCase())) {
      scanner.fail(`a value to compare with is expected; ${scanner.found(at)}.`, at);
    }
    // RFC 7644 §3.4.2.1 itself prints `meta.resourceType eq User` (catalogue EN-M1).
    if (!this.extended || word.startsWith("'")) scanner.fail('a text value stands in double quotes.', at);
    if (word.includes('\0')) scanner.fail('a value cannot contain the character \\u0000.', at);
    return word;
  }

  /** A bare `externalId eq 00123456789012345678` must not lose digits on its way through a double. */
  private number(word: string, at: number): CompareValue {
    const value = Number(word);
    if (String(value) === word) return value;
    if (this.extended) return word;
    return Number.isFinite(value) ? value : this.scanner.fail('this number is too large.', at);
  }

  private deeper(): void {
    if (++this.nesting > MAX_NESTING) this.scanner.fail(`it is nested more than ${MAX_NESTING} levels deep.`);
  }

  private node(node: FilterSyntax): FilterSyntax {
    if (++this.nodes > MAX_NODES) this.scanner.fail(`it has more than ${MAX_NODES} parts.`);
    return node;
  }

  private atEnd(): boolean {
    return Number.isNaN(this.scanner.next());
  }

  private end(): void {
    if (!this.atEnd()) this.scanner.fail(`only "and", "or" or the end can follow here; ${this.scanner.found()}.`);
  }

  private unexpected(expected: string): never {
    this.scanner.next();
    return this.scanner.fail(`${expected} is expected; ${this.scanner.found()}.`);
  }
}

/**
 * Reads a filter (RFC 7644 §3.4.2.2). Attribute names stay as written, operators are folded.
 * Under a profile with `extendedFilters: 'parse'` also bare words as values (catalogue EN-M1) and
 * `emails[type eq "work"].value eq "x"` (EN-M2, K12).
 * @throws BadRequest invalidFilter with the column, also beyond 16 KiB, 400 parts or 60 levels
 */
export function parseFilter(text: string, profile: ClientProfile = LENIENT): FilterSyntax {
  return new Parser(text, profile, FILTER).filter();
}

/**
 * Reads the path of a PATCH operation (RFC 7644 §3.5.2 PATH): an attribute path, or a value path with an optional
 * sub-attribute.
 * @param subject opens the error's sentence, e.g. `Operation 2: the path`
 * @throws BadRequest invalidPath with the column
 */
export function parsePath(text: string, profile: ClientProfile, subject: string): PathSyntax {
  return new Parser(text, profile, { subject, scimType: 'invalidPath' }).path();
}
