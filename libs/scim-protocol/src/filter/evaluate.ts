import { parseDateTime } from '../schema/date-time';
import type { AttributePath } from '../schema/registry';
import type { Attribute, Json, JsonObject } from '../schema/types';
import { compareCodePoints, fold } from './collation';
import type { CompareOperator, CompareValue, Filter } from './types';

type Comparison = Extract<Filter, { kind: 'compare' }>;

/**
 * Whether a resource satisfies a filter, in memory: for PATCH value paths, for conditions, and as the oracle of what the SQL
 * must say. The choices that the RFC leaves open:
 * - `ne` is the negation of `eq`: it matches where the attribute is missing (catalogue R04), and on a multi-valued attribute
 *   where *no* element equals;
 * - every other comparison needs some element that satisfies it (R08), a value path one element that satisfies all of it (R09);
 * - null, [], "" and a complex value without an assigned sub-attribute are not present (R03);
 * - strings that are not caseExact compare in lower case; order is by code point; dateTimes compare chronologically (R14).
 * @param resource canonically named, as coercion leaves it
 */
export function evaluateFilter(filter: Filter, resource: JsonObject): boolean {
  switch (filter.kind) {
    case 'and':
      return evaluateFilter(filter.left, resource) && evaluateFilter(filter.right, resource);
    case 'or':
      return evaluateFilter(filter.left, resource) || evaluateFilter(filter.right, resource);
    case 'not':
      return !evaluateFilter(filter.filter, resource);
    case 'present':
      return someValue(filter.target, resource, isAssigned);
    case 'compare':
      return filter.op === 'ne'
        ? !someValue(filter.target, resource, test(filter, 'eq'))
        : someValue(filter.target, resource, test(filter, filter.op));
    case 'valuePath':
      return someValue(filter.target, resource, (element) => evaluateElement(filter.filter, element));
  }
}

/** Whether one element of a multi-valued attribute satisfies the filter of a value path, e.g. `type eq "work"`. */
export function evaluateElement(filter: Filter, element: Json): boolean {
  return isObject(element) && evaluateFilter(filter, element);
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Own members only: an attribute may be called `constructor`. */
const member = (value: Json | undefined, name: string): Json | undefined =>
  isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;

/** What an open schema keeps stands in the spelling of whoever sent it first; names count in any case. */
function attributeOf(block: Json | undefined, attribute: Attribute): Json | undefined {
  if (!attribute.open || !isObject(block) || Object.hasOwn(block, attribute.name)) return member(block, attribute.name);
  const folded = fold(attribute.name);
  const name = Object.keys(block).find((key) => fold(key) === folded);
  return name === undefined ? undefined : block[name];
}

function someValue(target: AttributePath, resource: JsonObject, holds: (value: Json) => boolean): boolean {
  const block = target.schema === undefined ? resource : member(resource, target.schema);
  const { sub } = target;
  return some(attributeOf(block, target.attribute), (value) =>
    sub ? some(member(value, sub.name), holds) : holds(value),
  );
}

function some(value: Json | undefined, holds: (value: Json) => boolean): boolean {
  if (value === undefined || value === null) return false;
  return Array.isArray(value) ? value.some(holds) : holds(value);
}

function isAssigned(value: Json): boolean {
  if (value === null || value === '') return false;
  if (typeof value !== 'object') return true;
  return (Array.isArray(value) ? value : Object.values(value)).some(isAssigned);
}

function test(filter: Comparison, op: CompareOperator): (value: Json) => boolean {
  const attribute = filter.target.sub ?? filter.target.attribute;
  const wanted = comparable(attribute, filter.value);
  if (wanted === undefined) return () => false;
  return (value) => {
    const actual = comparable(attribute, value);
    return actual !== undefined && typeof actual === typeof wanted && COMPARISONS[op](actual, wanted);
  };
}

/** The form in which a stored value or a literal is compared; undefined when it cannot be. */
function comparable(attribute: Attribute, value: Json | CompareValue): string | number | boolean | undefined {
  if (value === null || typeof value === 'object') return undefined;
  if (attribute.open) return fold(String(value));
  if (typeof value !== 'string') return value;
  if (attribute.type === 'dateTime') return parseDateTime(value);
  return attribute.caseExact || attribute.type === 'binary' ? value : fold(value);
}

type Scalar = string | number | boolean;

const order = (a: Scalar, b: Scalar): number =>
  typeof a === 'string' ? compareCodePoints(a, b as string) : Number(a) - Number(b);

const COMPARISONS: Record<CompareOperator, (a: Scalar, b: Scalar) => boolean> = {
  eq: (a, b) => a === b,
  ne: (a, b) => a !== b,
  co: (a, b) => String(a).includes(String(b)),
  sw: (a, b) => String(a).startsWith(String(b)),
  ew: (a, b) => String(a).endsWith(String(b)),
  gt: (a, b) => order(a, b) > 0,
  ge: (a, b) => order(a, b) >= 0,
  lt: (a, b) => order(a, b) < 0,
  le: (a, b) => order(a, b) <= 0,
};
