import type { AttributePath, CompareOperator, Filter } from '@provost/scim-protocol';
import { isUuidRange } from './comparison-sql';
import { fold } from './folding';
import { termPath } from './json-attribute';
import type { ResourceTable } from './resource-table';
import { isSearched } from './search-key';
import { isIndexed } from './terms';

type Compare = Extract<Filter, { kind: 'compare' }>;

/** Entries of one index, next to each other. */
export interface IndexRange {
  /** The column of row `r` that follows the tenant in the index. */
  readonly column: string;
  /** What they satisfy, all of it. */
  readonly filters: readonly Filter[];
}
/** Ranges of indexes in which everything is that matches a filter. */
export interface Narrowing {
  readonly ranges: readonly IndexRange[];
  /** The parts of the filter that are satisfied in them. */
  readonly parts: readonly Filter[];
}
/** Past so many alternatives in a filter they are not looked for one by one. */
const MOST_RANGES = 8;

/** The parts that must all hold. */
export function conjuncts(filter: Filter): Filter[] {
  return filter.kind === 'and' ? [...conjuncts(filter.left), ...conjuncts(filter.right)] : [filter];
}

/** What a filter offers to read by: a range for each column that its parts compare, and what they leave open as alternatives. */
export function narrowings(table: ResourceTable, filter: Filter): Narrowing[] {
  const byColumn = new Map<string, Filter[]>();
  const alternatives: Narrowing[] = [];
  for (const part of conjuncts(filter)) {
    const column = rangeColumn(table, part, RANGES);
    if (column) byColumn.set(column, [...(byColumn.get(column) ?? []), part]);
    if (part.kind !== 'or') continue;
    const ranges = rangesOf(table, part);
    if (ranges && ranges.length <= MOST_RANGES) alternatives.push({ ranges, parts: [part] });
  }
  const single = [...byColumn].map(([column, parts]) => ({ ranges: [{ column, filters: parts }], parts }));
  return [...single, ...alternatives];
}

/** A range for each alternative; undefined when one of them has none. */
function rangesOf(table: ResourceTable, filter: Filter): IndexRange[] | undefined {
  if (filter.kind === 'or') {
    const [left, right] = [rangesOf(table, filter.left), rangesOf(table, filter.right)];
    return left && right && [...left, ...right];
  }
  const columns = new Set(conjuncts(filter).map((part) => rangeColumn(table, part, [...RANGES, 'eq'])));
  const [column] = columns;
  return columns.size === 1 && column ? [{ column, filters: [filter] }] : undefined;
}

const RANGES: readonly CompareOperator[] = ['sw', 'gt', 'ge', 'lt', 'le'];

function rangeColumn(table: ResourceTable, filter: Filter, operators: readonly CompareOperator[]): string | undefined {
  switch (filter.kind) {
    case 'not':
      if (filter.filter.kind === 'compare') return isInactive(table, filter.filter, true) ? 'r.active' : undefined;
      return filter.filter.kind === 'present' ? presence(table, filter.filter.target) : undefined;
    case 'present':
      return presence(table, filter.target);
    case 'compare':
      return comparedColumn(table, filter, operators);
    default:
      return undefined;
  }
}

/** Those with an external id stand together in its index, and so do those without one. */
function presence(table: ResourceTable, target: AttributePath): string | undefined {
  return table.name !== 'entitlements' && nameOf(target) === 'externalId' ? 'r.external_id' : undefined;
}

function comparedColumn(
  table: ResourceTable,
  filter: Compare,
  operators: readonly CompareOperator[],
): string | undefined {
  const { target, op, value } = filter;
  const name = nameOf(target);
  if (name === undefined) return undefined;
  if (value === null) return op === 'eq' ? presence(table, target) : undefined;
  if (isInactive(table, filter, false)) return 'r.active';
  // Many may have been changed at once, by one request.
  if (name === 'meta.lastModified' && table.name === 'users') return op === 'ne' ? undefined : 'r.updated_at';
  if (!operators.includes(op)) return undefined;
  if (name === 'id') return isUuidRange(op, String(value)) ? 'r.id' : undefined;
  if (name === 'meta.created') return 'r.id';
  if (name === 'externalId') return presence(table, target);
  return table.keys[name] && `r.${table.keys[name]}`;
}

/** Users who are not active have an index; those who are do not. */
function isInactive(table: ResourceTable, { target, op, value }: Compare, negated: boolean): boolean {
  return table.name === 'users' && nameOf(target) === 'active' && value === ((op === 'ne') !== negated);
}

/** Whether something else narrows a filter than a range: a key, a term, a search by trigrams, or memberships. */
export function isNarrowed(table: ResourceTable, filter: Filter, search: boolean): boolean {
  switch (filter.kind) {
    case 'and':
      return isNarrowed(table, filter.left, search) || isNarrowed(table, filter.right, search);
    case 'or':
      return isNarrowed(table, filter.left, search) && isNarrowed(table, filter.right, search);
    case 'valuePath':
      return isMembership(table, filter.target) || isElementNarrowed(table, filter.target, filter.filter, search);
    case 'compare':
      return isCompareNarrowed(table, filter, search);
    default:
      return false;
  }
}

function isElementNarrowed(table: ResourceTable, target: AttributePath, filter: Filter, search: boolean): boolean {
  if (filter.kind === 'and')
    return [filter.left, filter.right].some((part) => isElementNarrowed(table, target, part, search));
  if (filter.kind !== 'compare') return false;
  return isCompareNarrowed(table, { ...filter, target: { ...target, sub: filter.target.attribute } }, search);
}

function isCompareNarrowed(table: ResourceTable, { target, op, value }: Compare, search: boolean): boolean {
  if (value === null || op === 'ne') return false;
  if (isMembership(table, target)) return true;
  const name = nameOf(target);
  const key = name !== undefined && table.keys[name] !== undefined;
  const users = table.name === 'users';
  if (op === 'eq') return key || name === 'id' || name === 'externalId' || (users && isIndexed(termPath(target)));
  const searched =
    (key && (op === 'co' || op === 'ew')) ||
    (users && isSearched(termPath(target)) && (op === 'co' || op === 'sw' || op === 'ew'));
  return search && searched && isSearchable(table, fold(String(value)));
}

/** A trigram index needs three characters to know anything. */
export function isSearchable(table: ResourceTable, folded: string): boolean {
  return table.name !== 'entitlements' && folded.length >= 3;
}

function isMembership(table: ResourceTable, { schema, attribute }: AttributePath): boolean {
  if (schema !== undefined) return false;
  return table.name === 'users' ? attribute.name === 'groups' : table.name === 'groups' && attribute.name === 'members';
}

/** The name of an attribute of the core schema. */
function nameOf({ schema, attribute, sub }: AttributePath): string | undefined {
  if (schema !== undefined) return undefined;
  return sub ? `${attribute.name}.${sub.name}` : attribute.name;
}
