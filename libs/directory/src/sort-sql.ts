import type { AttributePath, SortOrder } from '@provost/scim-protocol';
import { foldedSql, momentSql, numberSql } from './comparison-sql';
import { attributeJson, elements, scalarText } from './json-attribute';
import type { ResourceTable } from './resource-table';
import { literal, SqlValues } from './sql-values';

type SortType = 'text' | 'numeric' | 'timestamptz' | 'uuid';

/** An order in which a list is given; `id` breaks every tie, so that pages have one stable order. */
export interface Sort {
  /** SQL over row `r`; undefined when the id alone is the order. */
  readonly key: string | undefined;
  readonly type: SortType;
  readonly descending: boolean;
  /** A column that is never null: what is behind a position is then a range of its index. */
  readonly always?: true;
}

/** The order of arrival, which is that of the primary key. */
export const BY_ID: Sort = { key: undefined, type: 'uuid', descending: false };

/**
 * RFC 7644 §3.4.2.3: a multi-valued attribute sorts by its primary, else its first value; text without regard to case unless
 * caseExact (catalogue R20).
 */
export function sortBy(table: ResourceTable, { schema, attribute, sub }: AttributePath, order: SortOrder): Sort {
  const descending = order === 'descending';
  const path = { schema, attribute, sub: sub ?? attribute.subAttributes?.find((a) => a.name === 'value') };
  const name = sub ? `${attribute.name}.${sub.name}` : attribute.name;
  if (schema === undefined) {
    // Ids are in the order of creation.
    if (name === 'id' || name === 'meta.created') return descending ? { ...BY_ID, descending } : BY_ID;
    if (table.keys[name]) return { key: `r.${table.keys[name]}`, type: 'text', descending, always: true };
    if (name === 'meta.lastModified') return { key: 'r.updated_at', type: 'timestamptz', descending, always: true };
    if (name === 'externalId') return { key: 'r.external_id', type: 'text', descending };
  }
  const leaf = path.sub ?? attribute;
  const text = attribute.multiValued ? firstText(path) : scalarText(table.name, path);
  switch (leaf.type) {
    case 'integer':
    case 'decimal':
      return { key: `(${numberSql(text)})`, type: 'numeric', descending };
    case 'dateTime':
      return { key: `(${momentSql(text)})`, type: 'timestamptz', descending };
    default:
      return { key: leaf.caseExact ? `((${text}) COLLATE "C")` : foldedSql(text), type: 'text', descending };
  }
}

function firstText(path: AttributePath): string {
  if (!path.sub) return `${attributeJson('r', path)}->>0`;
  return `SELECT e.value->>${literal(path.sub.name)} FROM ${elements('r', path)} WITH ORDINALITY e(value, nr)
    ORDER BY coalesce(e.value->>'primary', '') = 'true' DESC, e.nr LIMIT 1`;
}

/** The column whose order it is, if it is that of one. */
export function orderColumn({ key }: Sort): string {
  return key ?? 'r.id';
}

/** Whether rows of that table can be read in that order, without sorting them. */
export function hasIndex(table: ResourceTable, { key, always }: Sort): boolean {
  if (key === 'r.updated_at') return table.name === 'users';
  return key === undefined || always === true;
}

/** Missing values come last ascending and first descending, which is PostgreSQL's default too. */
export function orderBy({ key, descending }: Sort): string {
  const direction = descending ? ' DESC' : '';
  return key === undefined ? `r.id${direction}` : `${key}${direction}, r.id${direction}`;
}

/** Where a page ended: the sort key of its last row as text (null: it had none) and its id. */
export interface Position {
  readonly key: string | null;
  readonly id: string;
}

/** The condition for what comes behind a position, in the given order. */
export function behind({ key, type, descending, always }: Sort, at: Position, values: SqlValues): string {
  const sign = descending ? '<' : '>';
  const id = values.add(at.id, 'uuid');
  if (key === undefined) return `r.id ${sign} ${id}`;
  const tie = `r.id ${sign} ${id}`;
  if (at.key === null) return descending ? `(${key} IS NOT NULL OR ${tie})` : `(${key} IS NULL AND ${tie})`;
  const value = values.add(at.key, type === 'uuid' ? 'uuid' : type);
  const beyond = `${key} ${sign} ${value} OR (${key} = ${value} AND ${tie})`;
  if (always) return `(${key} ${sign}= ${value} AND (${beyond}))`;
  return descending ? `(${beyond})` : `(${beyond} OR ${key} IS NULL)`;
}
