import { compareCodePoints, fold, parseDateTime } from '@provost/scim-protocol';
import { reads } from './attribute-path';

type Order = 'gt' | 'ge' | 'lt' | 'le';
type Part = 'co' | 'sw' | 'ew';
export type Test = (value: unknown) => boolean;

const ORDER: Record<Order | 'eq', (order: number) => boolean> = {
  eq: (order) => order === 0,
  gt: (order) => order > 0,
  ge: (order) => order >= 0,
  lt: (order) => order < 0,
  le: (order) => order <= 0,
};
const PART: Record<Part, (text: string, part: string) => boolean> = {
  co: (text, part) => text.includes(part),
  sw: (text, part) => text.startsWith(part),
  ew: (text, part) => text.endsWith(part),
};
const isPart = (op: Order | Part | 'eq'): op is Part => op in PART;

/** What an object is compared by, as SCIM's complex attributes are (RFC 7644 §3.4.2.2). */
const valueOf = reads('value');
const DATE = /^\d{4}-\d\d-\d\d$/;
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** Milliseconds of a date-time, of a date alone its midnight UTC; undefined for any other text. */
function instant(text: string): number | undefined {
  // Cheap before exact: hardly any text that is compared begins with a year.
  if (text.length < 10 || text.charCodeAt(4) !== 0x2d) return undefined;
  return parseDateTime(DATE.test(text) ? `${text}T00:00:00Z` : text);
}

/**
 * Prepares `value op literal` for one value. Without a schema the types are those of the values met:
 * - texts without case, their order by code point, and chronologically when both are a date or a date-time;
 * - a number and a text that reads as a number as numbers; a boolean and "true" or "false" as booleans;
 * - an object by its `value`; what cannot be compared does not hold.
 */
export function comparison(op: Order | Part | 'eq', literal: string | number | boolean): Test {
  const test = isPart(op) ? part(op, String(literal)) : order(op, literal);
  return (value) => (typeof value === 'object' ? test(valueOf(value)) : test(value));
}

function part(op: Part, literal: string): Test {
  const wanted = fold(literal);
  const holds = PART[op];
  return (value) =>
    typeof value === 'string' ? holds(fold(value), wanted) : typeof value === 'number' && holds(String(value), wanted);
}

function order(op: Order | 'eq', literal: string | number | boolean): Test {
  const holds = ORDER[op];
  if (typeof literal === 'boolean') return (value) => truth(value) === literal;
  if (typeof literal === 'number') return (value) => numeric(value, (number) => holds(number - literal));
  const folded = fold(literal);
  const time = instant(literal);
  // Folding keeps the length of a text, but for this one letter: most that differ are told apart without it.
  const grows = folded.includes('i\u0307');
  const number = NUMBER.test(literal) ? Number(literal) : undefined;
  return (value) => {
    if (typeof value === 'number') return number !== undefined && holds(value - number);
    if (typeof value === 'boolean') return op === 'eq' && String(value) === folded;
    if (typeof value !== 'string') return false;
    const actual = time === undefined ? undefined : instant(value);
    if (actual !== undefined && time !== undefined) return holds(actual - time);
    if (op !== 'eq') return holds(compareCodePoints(fold(value), folded));
    return (value.length === folded.length || grows) && fold(value) === folded;
  };
}

function numeric(value: unknown, holds: (number: number) => boolean): boolean {
  if (typeof value === 'number') return holds(value);
  return typeof value === 'string' && NUMBER.test(value) && holds(Number(value));
}

function truth(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'string') return undefined;
  const folded = fold(value);
  return folded === 'true' ? true : folded === 'false' ? false : undefined;
}

/** Assigned in the sense of RFC 7643 §2.5: not null, not "", and of a list or an object some part. */
export function isAssigned(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return false;
  if (typeof value !== 'object') return true;
  return (Array.isArray(value) ? value : Object.values(value)).some(isAssigned);
}
