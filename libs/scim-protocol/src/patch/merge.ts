import type { Attribute, Json, JsonObject } from '../schema/types';
import { sameJson } from '../resource/same-json';
import { assigned } from './draft';
import { fault } from './target';

/** What says which element it is rather than what it is worth; an element of nothing else has no value left. */
const LABELS = new Set(['type', 'primary']);

/**
 * Sets sub-attributes of a complex value and leaves the others (RFC 7644 §3.5.2.1, §3.5.2.3, catalogue R47). A reference that
 * now points elsewhere loses the `$ref` and the names that belonged to the old target.
 * @throws BadRequest mutability where an immutable sub-attribute has another value already (RFC 7643 §7)
 */
export function merge(attribute: Attribute, into: JsonObject, values: JsonObject, operation: number): void {
  for (const name of Object.keys(values)) {
    const sub = attribute.subAttributes?.find((s) => s.name === name);
    if (sub) checkImmutable(sub, assigned(into, name), values[name], operation, `${attribute.name}.${name}`);
  }
  if (Object.hasOwn(values, 'value') && !sameJson(assigned(into, 'value') ?? null, values.value ?? null)) {
    dropReference(attribute, into);
  }
  Object.assign(into, values);
}

/** Removes a sub-attribute. @returns whether the complex value still says anything */
export function unset(attribute: Attribute, sub: Attribute, from: JsonObject, operation: number): boolean {
  const current = assigned(from, sub.name);
  if (current !== undefined) {
    checkImmutable(sub, current, undefined, operation, `${attribute.name}.${sub.name}`);
    delete from[sub.name];
    if (sub.name === 'value') dropReference(attribute, from);
  }
  return Object.keys(from).some((name) => !(attribute.multiValued && LABELS.has(name)) && !isDerived(attribute, name));
}

/** @throws BadRequest mutability when an immutable attribute would get another value than it has (RFC 7644 §3.5.2) */
export function checkImmutable(
  attribute: Attribute,
  from: Json | undefined,
  to: Json | undefined,
  operation: number,
  name: string,
): void {
  if (attribute.mutability !== 'immutable' || from === undefined || (to !== undefined && sameJson(from, to))) return;
  throw fault(operation, 'mutability', `${name} is immutable: it has a value already and keeps it.`);
}

/** Only references have a `$ref`; elsewhere `display` is the client's own text and stays. */
function dropReference(attribute: Attribute, from: JsonObject): void {
  if (!attribute.subAttributes?.some((s) => s.name === '$ref')) return;
  for (const name of Object.keys(from)) {
    if (name === '$ref' || name === 'display' || isDerived(attribute, name)) delete from[name];
  }
}

const isDerived = (attribute: Attribute, name: string) =>
  attribute.subAttributes?.some((s) => s.name === name && s.mutability === 'readOnly') ?? false;
