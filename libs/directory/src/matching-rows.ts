import type { Filter, Projection } from '@provost/scim-protocol';
import { composedStatement, type Statement, type TenantDatabase } from '@provost/entities';
import { conjuncts, isNarrowed, narrowings, type Narrowing } from './index-use';
import type { ResourceRow } from './rendering';
import type { RequestContext } from './request-context';
import type { ResourceTable } from './resource-table';
import { rowsSql, sizeSql, type Reading } from './row-sources';
import { behind, hasIndex, orderBy, orderColumn, type Position, type Sort } from './sort-sql';
import { SqlValues } from './sql-values';
import { userGroupsExpression } from './user-groups';

/** A resource of a list. */
export interface ListRow extends ResourceRow {
  groups?: string | null;
  nested?: boolean | null;
  member_count?: number;
  sort_key?: string | null;
}

/** What is asked for, apart from the page. */
export interface ListQuery {
  readonly ctx: RequestContext;
  readonly table: ResourceTable;
  readonly filter: Filter | undefined;
  readonly sort: Sort;
  readonly projection: Projection;
}
/** How many match, and the newest row of the table, where a walk that begins now will end. */
export interface Counted {
  readonly n: number;
  readonly last: string | null;
}
/** Where a page begins, and a walk ends; of a later page it is known how many there are. */
export type PageEdge = { after: Position; until?: string; total: number } | { offset: number };

/** How many a search by trigrams or a range of an index may give to be read whatever the order of the page is. */
export const MOST_FOUND = 3_000;
/** What users_like and groups_like answer where more match (migrations, TenantIsolation). */
const TOO_MANY = 'PV413';
const PLAN: Reading = { by: 'plan' };

/** The rows that match a query: pages of them and how many they are, for as long as one request takes. */
export class MatchingRows {
  private counted: Counted | undefined;

  /** False when too many match for a search by trigrams to be worth it. */
  private search = true;
  private narrow: { narrowing: Narrowing; size: number } | undefined;

  /** @param mostFound how many a range of an index may give to be read whatever the order of the page is */
  constructor(
    private readonly db: TenantDatabase,
    private readonly query: ListQuery,
    private readonly mostFound: number,
  ) {}

  async count(): Promise<Counted> {
    return (this.counted ??= await this.givingUp(async () => {
      const choice = this.choice();
      const narrowing = choice.length ? await this.best(choice) : undefined;
      if (narrowing && this.isAll(narrowing)) {
        const { sizes, last } = await this.sizes([narrowing], undefined);
        return { n: sizes[0]!, last };
      }
      const [row] = await this.ask<Counted>(
        narrowing ? { by: 'ranges', narrowing } : PLAN,
        () => [],
        (_, rows) => `SELECT count(*)::int AS n, ${this.newest()} AS last FROM ${rows}`,
      );
      return row!;
    }));
  }

  /** @returns `limit` rows if there are so many */
  page(limit: number, from: PageEdge): Promise<ListRow[]> {
    const known = 'total' in from ? from.total : undefined;
    if (known !== undefined && known > MOST_FOUND) this.search = false;
    return this.givingUp(async () => {
      const choice = this.choice();
      if (!choice.length) return this.rows(PLAN, limit, from);
      // Nothing is narrower than what matches.
      if (known === undefined || known <= this.mostFound) {
        const { narrowing, size } = await this.narrowest(choice);
        if (size <= this.mostFound) return this.rows({ by: 'ranges', narrowing }, limit, from);
      }
      // So many that they may fill the page before as many rows have been looked at, or stand together far away from it.
      const { table, sort } = this.query;
      if (hasIndex(table, sort)) {
        const most = Math.max(known ?? (await this.count()).n, this.mostFound);
        const own = choice.find(({ ranges }) => ranges.length === 1 && ranges[0]!.column === orderColumn(sort));
        const walked = await this.rows({ by: 'order', sort, narrowing: own, most }, limit, from);
        if (walked.length === limit) return walked;
      }
      return this.rows({ by: 'ranges', narrowing: await this.best(choice) }, limit, from);
    });
  }

  private async best(choice: readonly Narrowing[]): Promise<Narrowing> {
    return choice.length > 1 ? (await this.narrowest(choice)).narrowing : choice[0]!;
  }

  /** What fewest are in, and how many; of others not many more are looked at. */
  private async narrowest(choice: readonly Narrowing[]): Promise<{ narrowing: Narrowing; size: number }> {
    if (this.narrow) return this.narrow;
    let { mostFound: most } = this;
    let { sizes, last } = await this.sizes(choice, most);
    while (choice.length > 1 && sizes.every((size) => size > most)) {
      most *= 4;
      ({ sizes, last } = await this.sizes(choice, most));
    }
    const size = Math.min(...sizes);
    const narrowing = choice[sizes.indexOf(size)]!;
    if (size <= this.mostFound && this.isAll(narrowing)) this.counted = { n: size, last };
    return (this.narrow = { narrowing, size });
  }

  private async sizes(
    choice: readonly Narrowing[],
    most: number | undefined,
  ): Promise<{ sizes: number[]; last: string | null }> {
    const { ctx, table } = this.query;
    const values = new SqlValues([ctx.scope.tenantId]);
    const all = this.all(values);
    const counts = choice.map((narrowing) => sizeSql(table, all, narrowing, most, values));
    const text = `SELECT ARRAY[${counts.join(', ')}]::int[] AS sizes, ${this.newest()} AS last`;
    const [row] = await this.db.run<{ sizes: number[]; last: string | null }>(
      ctx.scope,
      { ...composedStatement(text), plan: 'generic' },
      values.values,
    );
    return row!;
  }

  /** Whether nothing else is asked for. */
  private isAll({ parts }: Narrowing): boolean {
    return parts.length === conjuncts(this.query.filter!).length;
  }

  private rows(reading: Reading, limit: number, from: PageEdge): Promise<ListRow[]> {
    const { sort } = this.query;
    const between = (values: SqlValues) => {
      if (!('after' in from)) return [];
      const conditions = [behind(sort, from.after, values)];
      if (from.until) conditions.push(`r.id <= ${values.add(from.until, 'uuid')}`);
      return conditions;
    };
    return this.ask<ListRow>(reading, between, (values, rows) => {
      const { columns, join } = selection(this.query, values);
      const offset = 'offset' in from && from.offset > 0 ? ` OFFSET ${values.add(from.offset, 'bigint')}` : '';
      // The page is cut out first, so that what is joined or computed is so for its rows only.
      return (
        `SELECT ${columns} FROM (SELECT r.*${sort.key ? `, (${sort.key})::text AS sort_key` : ''} FROM ${rows} ` +
        `ORDER BY ${orderBy(sort)} LIMIT ${values.add(limit, 'bigint')}${offset}) r${join} ` +
        `ORDER BY ${sort.key ? pageOrder(sort) : orderBy(sort)}`
      );
    });
  }

  /** Runs what is composed around the rows that match. */
  private async ask<T>(
    reading: Reading,
    between: (values: SqlValues) => string[],
    compose: (values: SqlValues, rows: string) => string,
  ): Promise<T[]> {
    const { ctx, table, filter } = this.query;
    const values = new SqlValues([ctx.scope.tenantId]);
    const rows = { table, all: this.all(values), filter, search: this.search };
    const { sql, valuesMatter } = rowsSql(rows, reading, between, values);
    const text = compose(values, sql);
    // Without a name it is planned for its values: a range may be of a few rows or of all.
    const statement: Statement = valuesMatter
      ? { name: '', text }
      : { ...composedStatement(text), ...(isPointLookup(filter) ? {} : { plan: 'generic' }) };
    return isPointLookup(filter)
      ? this.db.read<T>(ctx.scope, statement, values.values)
      : this.db.run<T>(ctx.scope, statement, values.values);
  }

  /** Does it once more without the search when that finds too many. */
  private async givingUp<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!this.search || (error as { code?: string }).code !== TOO_MANY) throw error;
      this.search = false;
      return work();
    }
  }

  /** What to choose from; nothing where the order of the page is that of the only range, or a better index is at hand. */
  private choice(): Narrowing[] {
    const { table, filter, sort } = this.query;
    if (!filter || isNarrowed(table, filter, this.search)) return [];
    const choice = narrowings(table, filter);
    const inOrder = [orderColumn(sort), ...(sort.key === undefined ? ['r.active'] : [])];
    return choice.every(({ ranges }) => ranges.length === 1 && inOrder.includes(ranges[0]!.column)) ? [] : choice;
  }

  /** What holds for all of the tenant's resources of the type. */
  private all(values: SqlValues): string {
    const { table } = this.query;
    const tenant = 'r.tenant_id = $1::uuid';
    return table.name === 'entitlements' ? `${tenant} AND r.resource_type = ${values.add(table.type, 'text')}` : tenant;
  }

  private newest(): string {
    return `(SELECT l.id FROM ${this.query.table.name} l WHERE l.tenant_id = $1::uuid ORDER BY l.id DESC LIMIT 1)`;
  }
}

/** The rows of the page once more, in the order of the typed key. */
function pageOrder({ type, descending }: Sort): string {
  const direction = descending ? ' DESC' : '';
  const key = type === 'text' ? `r.sort_key COLLATE "C"` : `r.sort_key::${type}`;
  return `${key}${direction}, r.id${direction}`;
}

/** What a row carries: only the asked-for keys of the resource, groups only when they are wanted. */
function selection({ ctx, table, sort, projection }: ListQuery, values: SqlValues): { columns: string; join: string } {
  const keys = projection.topLevel();
  const resource = keys
    ? `(SELECT json_object_agg(kv.key, kv.value) FROM json_each(r.resource) kv WHERE kv.key = ANY(${values.add(
        [...new Set([...keys, 'schemas', 'id'])],
        'text',
      )}[]))::text AS resource`
    : 'r.resource::text AS resource';
  const columns = ['r.id', resource, 'r.created_at', 'r.updated_at', 'r.version'];
  if (sort.key) columns.push('r.sort_key');
  if (table.name === 'groups') columns.push('r.member_count');
  let join = '';
  if (table.name === 'users' && projection.wants('groups')) {
    columns.push('m.groups', 'm.nested');
    join = ` CROSS JOIN LATERAL (${userGroupsExpression('$1::uuid', 'r.id', values.add(`${ctx.baseUrl}/Groups/`, 'text'))}) m`;
  }
  return { columns: columns.join(', '), join };
}

/** A question with at most a row or a few as its answer: it may share a pipelined connection. */
function isPointLookup(filter: Filter | undefined): boolean {
  if (!filter) return false;
  if (filter.kind === 'and') return isPointLookup(filter.left) || isPointLookup(filter.right);
  if (filter.kind !== 'compare' || filter.op !== 'eq' || filter.target.schema !== undefined) return false;
  return ['id', 'userName', 'externalId'].includes(filter.target.attribute.name);
}
