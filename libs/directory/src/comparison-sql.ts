import type { Attribute, CompareOperator, CompareValue } from '@provost/scim-protocol';
import { fold, prefixEnd } from './folding';
import type { SqlValues } from './sql-values';

const ORDER = { gt: '>', ge: '>=', lt: '<', le: '<=' } as const;

/**
 * A text that is already folded and COLLATE "C" (a *_key column) against a value: every form that has one uses the index,
 * because `=` and ranges are leakproof. `ne` is the caller's: the negation of eq (catalogue R04).
 */
export function compareKey(key: string, op: CompareOperator, folded: string, values: SqlValues): string {
  switch (op) {
    case 'eq':
    case 'ne':
      return `${key} = ${values.add(folded, 'text')}`;
    case 'sw':
      return `(${key} >= ${values.add(folded, 'text')} AND ${key} < ${values.add(prefixEnd(folded), 'text')})`;
    case 'co':
      return `position(${values.add(folded, 'text')} in ${key}) > 0`;
    case 'ew': {
      const suffix = values.add(folded, 'text');
      return `right(${key}, char_length(${suffix})) = ${suffix}`;
    }
    default:
      return `${key} ${ORDER[op]} ${values.add(folded, 'text')}`;
  }
}

/** A timestamptz against a moment (epoch milliseconds): chronological, whatever the offset was (catalogue R14). */
export function compareTime(column: string, op: CompareOperator, at: number, values: SqlValues): string {
  const sign = op === 'eq' || op === 'ne' ? '=' : ORDER[op as keyof typeof ORDER];
  return `${column} ${sign} ${values.add(new Date(at), 'timestamptz')}`;
}

/**
 * A value inside the stored JSON against a value, by the attribute's type. There is no index behind this one: it is the
 * exact test, after whatever index has narrowed the rows.
 * @param text SQL for the value as text, e.g. `r.resource->>'title'`
 */
export function compareJson(
  text: string,
  attribute: Attribute,
  op: CompareOperator,
  value: CompareValue,
  values: SqlValues,
): string {
  switch (attribute.type) {
    case 'boolean':
      return `(${text}) = ${values.add(String(value), 'text')}`;
    case 'integer':
    case 'decimal': {
      const sign = op === 'eq' || op === 'ne' ? '=' : ORDER[op as keyof typeof ORDER];
      return `(${text})::numeric ${sign} ${values.add(value, 'numeric')}`;
    }
    case 'dateTime':
      return compareTime(`(${text})::timestamptz`, op, value as number, values);
    default:
      return attribute.caseExact
        ? compareKey(`((${text}) COLLATE "C")`, op, String(value), values)
        : compareKey(foldedSql(text), op, fold(String(value)), values);
  }
}

/** Folds in SQL as `fold` does in memory: lower() alone knows only ASCII where the database's locale is C. */
export function foldedSql(text: string): string {
  return `(lower((${text}) COLLATE "und-x-icu") COLLATE "C")`;
}
