import {
  type Attribute,
  type AttributePath,
  type CompareOperator,
  type CompareValue,
  type Filter,
} from '@provost/scim-protocol';
import { compareJson, compareKey, compareTime, compareUuid } from './comparison-sql';
import { uuidV7Floor } from '@provost/entities';
import { fold } from './folding';
import { attributeJson, elements, scalarText, termPath } from './json-attribute';
import { elementCondition } from './element-sql';
import { isSearchable } from './index-use';
import { memberOf, hasMember } from './membership-sql';
import { escapeLike, literal, SqlValues } from './sql-values';
import type { ResourceTable } from './resource-table';
import { isSearched } from './search-key';
import { isIndexed, term } from './terms';

type Compare = Extract<Filter, { kind: 'compare' }>;

/**
 * Compiles a filter to a condition over row `r` of the table. $1 is the tenant in every statement.
 * The condition is never NULL where it matters: comparisons of absent values count as false, and `not` and `ne` turn
 * exactly that around (catalogue R04).
 */
export class FilterSql {
  /** Whether it asks for a range of a column: how many rows that is, and so the best plan, depends on the value. */
  hasRanges = false;
  /** Whether nothing matches that does not satisfy what is being compiled. */
  private required = false;

  /** @param search whether to look for parts of texts by their trigrams, which pays where few have them */
  constructor(
    private readonly table: ResourceTable,
    private readonly values: SqlValues,
    private readonly search = true,
  ) {}

  /** The condition of a whole filter. */
  whole(filter: Filter): string {
    if (filter.kind === 'and') return `(${this.whole(filter.left)} AND ${this.whole(filter.right)})`;
    this.required = filter.kind === 'valuePath' || (filter.kind === 'compare' && filter.op !== 'ne');
    const condition = this.condition(filter);
    this.required = false;
    return condition;
  }

  condition(filter: Filter): string {
    switch (filter.kind) {
      case 'and':
        return `(${this.condition(filter.left)} AND ${this.condition(filter.right)})`;
      case 'or':
        return `(${this.condition(filter.left)} OR ${this.condition(filter.right)})`;
      case 'not':
        return this.negation(filter.filter);
      case 'present':
        return this.present(filter.target);
      case 'compare':
        return filter.op === 'ne' ? this.negation({ ...filter, op: 'eq' }) : this.compare(filter);
      case 'valuePath':
        return this.valuePath(filter.target, filter.filter);
    }
  }

  /** The contrary, in words that an index understands where there is one for it. */
  private negation(filter: Filter): string {
    if (filter.kind === 'not') return this.condition(filter.filter);
    if (filter.kind === 'compare' && this.isActive(filter.target) && filter.value !== null)
      return this.condition({ ...filter, value: !filter.value });
    if (
      filter.kind === 'present' &&
      filter.target.schema === undefined &&
      filter.target.attribute.name === 'externalId'
    )
      return 'r.external_id IS NULL';
    return `NOT coalesce(${this.condition(filter)}, false)`;
  }

  private compare(filter: Compare): string {
    const { target, op, value } = filter;
    if (value === null) return this.negation({ kind: 'present', target });
    return (
      this.column(target, op, value) ??
      this.membership(target, filter) ??
      this.narrowed(target, op, value, this.inJson(target, op, value))
    );
  }

  private isActive({ schema, attribute }: AttributePath): boolean {
    return schema === undefined && this.table.name === 'users' && attribute.name === 'active';
  }

  /** Attributes that have a column of their own. */
  private column(
    { schema, attribute, sub }: AttributePath,
    op: CompareOperator,
    value: CompareValue,
  ): string | undefined {
    if (schema !== undefined) return undefined;
    const text = String(value);
    const name = sub ? `${attribute.name}.${sub.name}` : attribute.name;
    switch (name) {
      case 'id':
        return compareUuid('r.id', op, text, this.values);
      case 'externalId':
        return this.ranged(op, compareKey('r.external_id', op, text, this.values));
      case 'active':
        // Written out, so that the index of those who are not can be seen to fit.
        return this.table.name !== 'users' ? undefined : value ? 'r.active' : 'NOT r.active';
      case 'meta.resourceType':
        return compareKey(`(${this.values.add(this.table.type, 'text')} COLLATE "C")`, op, text, this.values);
      case 'meta.created':
        return this.created(op, value as number);
      case 'meta.lastModified':
        return this.ranged(op, compareTime('r.updated_at', op, value as number, this.values));
      case 'meta.version':
        return compareKey(`(('W/"' || r.version || '"') COLLATE "C")`, op, text, this.values);
      case 'meta.location':
        return compareKey(
          `((${this.values.add(this.table.url, 'text')} || r.id::text) COLLATE "C")`,
          op,
          text,
          this.values,
        );
    }
    const key = this.table.keys[name];
    if (!key) return undefined;
    const exact = compareKey(`r.${key}`, op, fold(text), this.values);
    return op === 'co' || op === 'ew' ? this.searched(op, fold(text), exact) : this.ranged(op, exact);
  }

  private ranged(op: CompareOperator, sql: string): string {
    if (op !== 'eq' && op !== 'ne') this.hasRanges = true;
    return sql;
  }

  /** An id is the millisecond of its creation, so the primary key answers alone. */
  private created(op: CompareOperator, at: number): string {
    const since = (ms: number) => `r.id >= ${this.values.add(uuidV7Floor(ms), 'uuid')}`;
    const before = (ms: number) => `r.id < ${this.values.add(uuidV7Floor(ms), 'uuid')}`;
    switch (op) {
      case 'gt':
        return since(at + 1);
      case 'ge':
        return since(at);
      case 'lt':
        return before(at);
      case 'le':
        return before(at + 1);
      default:
        return `(${since(at)} AND ${before(at + 1)})`;
    }
  }

  /** `groups` of a user and `members` of a group are rows elsewhere. `ne` is the caller's. */
  private membership({ schema, attribute, sub }: AttributePath, filter: Filter): string | undefined {
    if (schema !== undefined) return undefined;
    const of =
      this.table.name === 'users' && attribute.name === 'groups'
        ? memberOf
        : this.table.name === 'groups' && attribute.name === 'members'
          ? hasMember
          : undefined;
    if (!of) return undefined;
    // A comparison of a sub-attribute is one of an element that has nothing else to satisfy.
    const within =
      filter.kind === 'compare' && sub
        ? {
            ...filter,
            op: filter.op === 'ne' ? ('eq' as const) : filter.op,
            target: { schema, attribute: sub, sub: undefined },
          }
        : filter;
    return of(within, this.table.baseUrl, this.values);
  }

  private inJson(target: AttributePath, op: CompareOperator, value: CompareValue): string {
    const { attribute, sub } = target;
    if (attribute.multiValued) {
      const text = sub ? `e.value->>${literal(sub.name)}` : `e.value #>> '{}'`;
      return `EXISTS (SELECT FROM ${elements('r', target)} e WHERE ${compareJson(text, sub ?? attribute, op, value, this.values)})`;
    }
    return compareJson(scalarText(this.table.name, target), sub ?? attribute, op, value, this.values);
  }

  /** Puts an index before the exact test where the attribute has one. */
  private narrowed(target: AttributePath, op: CompareOperator, value: CompareValue, exact: string): string {
    if (this.table.name !== 'users') return exact;
    const path = termPath(target);
    if ((op === 'eq' || op === 'ne') && isIndexed(path)) {
      const key = this.values.add(term(path, value as string), 'bigint');
      return `(r.id IN (SELECT t.user_id FROM user_terms t WHERE t.tenant_id = $1::uuid AND t.term = ${key}) AND ${exact})`;
    }
    if (isSearched(path) && (op === 'co' || op === 'sw' || op === 'ew'))
      return this.searched(op, fold(String(value)), exact);
    return exact;
  }

  /** For less than a search needs the rows are walked in the order of the page. */
  private searched(op: 'co' | 'sw' | 'ew', folded: string, exact: string): string {
    if (!this.search || !isSearchable(this.table, folded)) return exact;
    const lines = this.table.name === 'users';
    const inner = escapeLike(folded);
    const pattern = `%${lines && op === 'sw' ? '\n' : ''}${inner}${op === 'ew' ? (lines ? '\n%' : '') : '%'}`;
    const found = `SELECT ${this.table.name}_like(${this.values.add(pattern, 'text')})`;
    // As an array it is looked up by the primary key, however many rows the tenant is taken to have.
    return `(r.id ${this.required ? `= ANY (ARRAY(${found}))` : `IN (${found})`} AND ${exact})`;
  }

  private present(target: AttributePath): string {
    const { schema, attribute, sub } = target;
    const name = sub ? `${attribute.name}.${sub.name}` : attribute.name;
    if (schema === undefined) {
      if (/^(id|schemas|meta(\.(resourceType|created|lastModified|location|version))?)$/.test(name)) return 'true';
      if (this.table.keys[name] || (name === 'active' && this.table.name === 'users')) return 'true';
      if (name === 'externalId') return 'r.external_id IS NOT NULL';
      if (this.table.name === 'users' && attribute.name === 'groups')
        return `EXISTS (SELECT FROM memberships m WHERE m.tenant_id = $1::uuid AND m.member_id = r.id)`;
      if (this.table.name === 'groups' && attribute.name === 'members') return 'r.member_count > 0';
    }
    // What is unassigned (null, [], {}) is never stored, so a key that is there has a value (RFC 7643 §2.5).
    if (!attribute.multiValued) return `(${scalarText(this.table.name, target)}) <> ''`;
    if (!sub) return `${attributeJson('r', target)} IS NOT NULL`;
    return `EXISTS (SELECT FROM ${elements('r', target)} e WHERE (e.value->>${literal(sub.name)}) <> '')`;
  }

  /** One and the same element (catalogue R09). */
  private valuePath(target: AttributePath, filter: Filter): string {
    const elsewhere = this.membership(target, filter);
    if (elsewhere) return elsewhere;
    const exact = `EXISTS (SELECT FROM ${elements('r', target)} e WHERE ${this.element(filter)})`;
    const narrow = this.table.name === 'users' ? this.narrowing(target, filter) : undefined;
    return narrow ? `(${narrow} AND ${exact})` : exact;
  }

  /** The index behind `emails[type eq "work" and value eq "x"]`: any part that must hold may narrow. */
  private narrowing(target: AttributePath, filter: Filter): string | undefined {
    if (filter.kind === 'and') return this.narrowing(target, filter.left) ?? this.narrowing(target, filter.right);
    if (filter.kind !== 'compare' || filter.value === null) return undefined;
    const path = { ...target, sub: filter.target.attribute };
    const narrowed = this.narrowed(path, filter.op === 'ne' ? 'gt' : filter.op, filter.value, 'true');
    return narrowed === 'true' ? undefined : narrowed;
  }

  private element(filter: Filter): string {
    const text = (attribute: Attribute) => `e.value->>${literal(attribute.name)}`;
    return elementCondition(filter, {
      present: (attribute) => `(${text(attribute)}) <> ''`,
      compare: (attribute, op, value) => compareJson(text(attribute), attribute, op, value, this.values),
    });
  }
}
