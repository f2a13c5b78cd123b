import type { Filter } from '@provost/scim-protocol';
import { FilterSql } from './filter-sql';
import { conjuncts, type IndexRange, type Narrowing } from './index-use';
import type { ResourceTable } from './resource-table';
import { orderBy, type Sort } from './sort-sql';
import type { SqlValues } from './sql-values';

/**
 * How the rows that match are come by. PostgreSQL chooses by what it knows of the values of all tenants, and takes what matches to
 * be spread evenly over every order; so the choice between the index of a range and the order of the page is not left to it.
 */
export type Reading =
  /** As PostgreSQL likes. */
  | { readonly by: 'plan' }
  /** All that are in the ranges, whatever the order of the page. */
  | { readonly by: 'ranges'; readonly narrowing: Narrowing }
  /** In the order of the page, so many rows of the tenant at most, within a range of that order if there is one. */
  | { readonly by: 'order'; readonly sort: Sort; readonly narrowing: Narrowing | undefined; readonly most: number };

/** Row `r` of a table, as a filter and further conditions choose it. */
export interface Rows {
  readonly table: ResourceTable;
  /** What holds for all of the tenant's resources of the type. */
  readonly all: string;
  readonly filter: Filter | undefined;
  readonly search: boolean;
}

/**
 * What follows FROM, and whether the best plan for it depends on the values.
 * @param between makes the conditions on the order of the page: behind which position, and up to which
 */
export function rowsSql(
  { table, all, filter, search }: Rows,
  reading: Reading,
  between: (values: SqlValues) => string[],
  values: SqlValues,
): { sql: string; valuesMatter: boolean } {
  const compiler = new FilterSql(table, values, search);
  if (reading.by === 'plan') {
    const where = [all, ...(filter ? [compiler.whole(filter)] : []), ...between(values)];
    return { sql: `${table.name} r WHERE ${where.join(' AND ')}`, valuesMatter: compiler.hasRanges };
  }
  const { narrowing } = reading;
  const rest = (filter ? conjuncts(filter) : [])
    .filter((part) => !narrowing?.parts.includes(part))
    .map((part) => compiler.condition(part));
  if (reading.by === 'ranges') {
    // Conditions do not reach into a subquery with OFFSET, nor does the order outside choose its plan.
    const within = unionSql(table, all, reading.narrowing, { columns: 'r.*', end: 'OFFSET 0' }, values);
    return { sql: `(${within}) r WHERE ${['true', ...rest, ...between(values)].join(' AND ')}`, valuesMatter: false };
  }
  const [range] = narrowing?.ranges ?? [];
  const within = [all, ...(range ? [rangeSql(table, range, values)] : []), ...between(values)].join(' AND ');
  const most = values.add(reading.most, 'bigint');
  const walk = `SELECT r.* FROM ${table.name} r WHERE ${within} ORDER BY ${orderBy(reading.sort)} LIMIT ${most}`;
  return { sql: `(${walk}) r WHERE ${['true', ...rest].join(' AND ')}`, valuesMatter: false };
}

/** How many there are, as SQL. @param most of each range no more is looked at than these and one */
export function sizeSql(
  table: ResourceTable,
  all: string,
  narrowing: Narrowing,
  most: number | undefined,
  values: SqlValues,
): string {
  const end = most === undefined ? 'OFFSET 0' : `LIMIT ${values.add(most + 1, 'bigint')}`;
  return `(SELECT count(*) FROM (${unionSql(table, all, narrowing, { columns: '', end }, values)}) r)`;
}

/** Rows of ranges, each once. The order inside is that of the index. */
function unionSql(
  table: ResourceTable,
  all: string,
  { ranges }: Narrowing,
  { columns, end }: { columns: string; end: string },
  values: SqlValues,
): string {
  const before: string[] = [];
  const selects = ranges.map((range) => {
    const within = rangeSql(table, range, values);
    const where = [all, within, ...before.map((other) => `NOT coalesce(${other}, false)`)].join(' AND ');
    before.push(within);
    return `SELECT ${columns} FROM ${table.name} r WHERE ${where} ORDER BY ${rangeOrder(range)} ${end}`;
  });
  return selects.length === 1 ? selects[0]! : selects.map((select) => `(${select})`).join(' UNION ALL ');
}

/** The order that the index of the range has. */
function rangeOrder({ column }: IndexRange): string {
  return column === 'r.active' ? 'r.id' : column;
}

/**
 * A range that has both ends: without a look at the values PostgreSQL then reckons with one in two hundred
 * (DEFAULT_RANGE_INEQ_SEL), whatever it knows of the column, and reads it by its index.
 */
function rangeSql(table: ResourceTable, { column, filters }: IndexRange, values: SqlValues): string {
  const compiler = new FilterSql(table, values);
  const ends = column === 'r.active' ? undefined : (ENDS[column] ?? TEXTS);
  const sql = (filter: Filter): string => {
    if (filter.kind === 'and') return `${sql(filter.left)} AND ${sql(filter.right)}`;
    const condition = compiler.condition(filter);
    const absence = filter.kind === 'not' || (filter.kind === 'compare' && filter.value === null);
    return ends && !absence ? `${condition} AND ${column} BETWEEN ${ends}` : condition;
  };
  return `(${filters.map(sql).join(' AND ')})`;
}

/** Nothing is beyond them. */
const TEXTS = `'' AND repeat(chr(1114111), 512)`;
const ENDS: Record<string, string> = {
  'r.updated_at': `'-infinity' AND 'infinity'`,
  'r.id': `'00000000-0000-0000-0000-000000000000' AND 'ffffffff-ffff-ffff-ffff-ffffffffffff'`,
};
