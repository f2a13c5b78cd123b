import type { Attribute, CompareOperator, CompareValue } from '@provost/scim-protocol';
import { isUuid } from '@provost/entities';
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

/** An id against a text, in the order of texts, which for ids is that of the uuid type: so the primary key answers. */
export function compareUuid(column: string, op: CompareOperator, text: string, values: SqlValues): string {
  if (op === 'sw') {
    const first = text + NIL.slice(text.length);
    if (!isUuid(first)) return text === '' ? 'true' : 'false';
    const last = text + NIL.slice(text.length).replaceAll('0', 'f');
    return `(${column} >= ${values.add(first, 'uuid')} AND ${column} <= ${values.add(last, 'uuid')})`;
  }
  if (op === 'eq' || op === 'ne') return isUuid(text) ? `${column} = ${values.add(text, 'uuid')}` : 'false';
  if (op in ORDER && isUuid(text)) return `${column} ${ORDER[op as keyof typeof ORDER]} ${values.add(text, 'uuid')}`;
  return compareKey(`(${column}::text COLLATE "C")`, op, text, values);
}
/** Whether that comparison of an id is a range of the primary key. */
export function isUuidRange(op: CompareOperator, text: string): boolean {
  if (op === 'sw') return text !== '' && isUuid(text + NIL.slice(text.length));
  return (op === 'eq' || op in ORDER) && isUuid(text);
}
const NIL = '00000000-0000-0000-0000-000000000000';

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
      return `${numberSql(text)} ${sign} ${values.add(value, 'numeric')}`;
    }
    case 'dateTime':
      return compareTime(momentSql(text), op, value as number, values);
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

/** Text as a number; NULL where it is none: what a schema calls a number now may have been stored before it did. */
export function numberSql(text: string): string {
  return `CASE WHEN (${text}) ~ '^-?[0-9]+([.][0-9]+)?([eE][+-]?[0-9]+)?$' THEN (${text})::numeric END`;
}

/**
 * Text as a moment, as parseDateTime reads it: UTC where it names no offset (the session's time zone must not decide),
 * fractions cut off at the millisecond; NULL where it is none.
 */
export function momentSql(text: string): string {
  const cut = `regexp_replace((${text}), '([.][0-9]{3})[0-9]+', '\\1')`;
  const offset = `CASE WHEN (${text}) ~ '(Z|[+-][0-9]{2}:[0-9]{2})$' THEN '' ELSE 'Z' END`;
  const form = `'^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,12})?(Z|[+-][0-9]{2}:[0-9]{2})?$'`;
  return `CASE WHEN (${text}) ~ ${form} THEN (${cut} || ${offset})::timestamptz END`;
}
