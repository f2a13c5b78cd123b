import type { ClientProfile } from '../client-profile';
import { BadRequest } from '../errors';
import { quotable } from '../resource/text';
import { parseDateTime } from '../schema/date-time';
import type { Attribute } from '../schema/types';
import type { CompareOperator } from './types';

const TEXT_ONLY = new Set<CompareOperator>(['co', 'sw', 'ew']);
const ORDER_ONLY = new Set<CompareOperator>(['gt', 'ge', 'lt', 'le']);

/**
 * Refuses an operator that the attribute's type does not know (RFC 7644 §3.4.2.2 table 3, catalogue R05).
 * @throws BadRequest invalidFilter
 */
export function checkOperator(attribute: Attribute, op: CompareOperator, name: string): void {
  const { type } = attribute;
  const refused = TEXT_ONLY.has(op)
    ? type !== 'string' && type !== 'reference'
    : ORDER_ONLY.has(op) && (type === 'boolean' || type === 'binary' || type === 'complex');
  if (refused)
    throw new BadRequest('invalidFilter', `"${name}" is of type ${type} and cannot be compared with "${op}".`);
}

/**
 * The literal of a comparison in the attribute's type: a dateTime becomes epoch milliseconds (catalogue R14); "True" for a
 * boolean and a number for a string where the profile coerces (EN-U8, OK-A3). `null` is not for here.
 * @throws BadRequest invalidFilter when the literal cannot be of that type
 */
export function literal(
  attribute: Attribute,
  value: string | number | boolean,
  profile: ClientProfile,
  name: string,
): string | number | boolean {
  const lenient = profile.stringBooleans === 'coerce';
  const typed = of(attribute, value, lenient);
  if (typed !== undefined) return typed;
  throw new BadRequest('invalidFilter', `"${name}" is of type ${attribute.type} and cannot equal ${shown(value)}.`);
}

function of(
  attribute: Attribute,
  value: string | number | boolean,
  lenient: boolean,
): string | number | boolean | undefined {
  switch (attribute.type) {
    case 'boolean':
      if (typeof value === 'boolean') return value;
      return lenient && typeof value === 'string' ? truth(value) : undefined;
    case 'integer':
    case 'decimal': {
      if (typeof value === 'number') return value;
      const number = lenient && typeof value === 'string' && value.trim() !== '' ? Number(value) : NaN;
      return Number.isFinite(number) ? number : undefined;
    }
    case 'dateTime':
      return typeof value === 'string' ? parseDateTime(lenient ? completed(value) : value) : undefined;
    case 'complex':
      return undefined;
    default:
      if (typeof value === 'string') return value;
      // What an open schema keeps may have been sent as a number; it compares as text.
      return lenient || attribute.open ? String(value) : undefined;
  }
}

/** A date alone is its midnight UTC; a space before the offset is what form decoding made of a plus. */
const completed = (text: string) =>
  /^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text.replace(/ (\d\d:\d\d)$/, '+$1');

function truth(text: string): boolean | undefined {
  const folded = text.toLowerCase();
  return folded === 'true' ? true : folded === 'false' ? false : undefined;
}

const shown = (value: string | number | boolean) => quotable(JSON.stringify(value));
