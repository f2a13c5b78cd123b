import type { ClientProfile } from '../client-profile';
import { BadRequest } from '../errors';
import type { ResourceType } from '../schema/registry';
import type { Attribute, Json, JsonObject } from '../schema/types';
import { coerceScalar } from './coerce-scalar';
import { quotable } from './text';

/** More elements than this in one multi-valued attribute are refused; members of a group are not counted here. */
export const MAX_ELEMENTS = 5_000;

/**
 * The value of an attribute, single or multi-valued, checked and in canonical form: sub-attributes in their canonical
 * spelling, readOnly ones left out, scalars of the right type.
 *
 * Under a profile that wraps (K5) a bare string becomes `{value: …}` of a complex attribute that has a `value`, a single
 * value becomes the array of a multi-valued attribute, and an array of one becomes a single value. Of several `primary`
 * elements the first keeps it (RFC 7643 §2.4 allows one).
 *
 * @param where begins the message of a fault: the attribute's name, or "Operation 2: emails"
 * @param ignored receives the names that nobody defined (K6)
 * @returns undefined when the value means unassigned (RFC 7643 §2.5)
 * @throws BadRequest invalidValue; invalidSyntax for unknown sub-attributes where the profile rejects them
 */
export function coerceAttribute(
  type: ResourceType,
  attribute: Attribute,
  value: Json,
  profile: ClientProfile,
  where: string,
  ignored?: string[],
): Json | undefined {
  if (!attribute.multiValued) {
    if (Array.isArray(value)) {
      if (value.length === 0) return undefined;
      if (value.length > 1 || profile.bareStringManager !== 'wrap') {
        throw new BadRequest('invalidValue', `${where} must be a single value, not a list.`);
      }
      value = value[0] as Json;
    }
    return coerceElement(type, attribute, value, profile, where, ignored);
  }
  if (value === null || value === '') return undefined;
  if (!Array.isArray(value)) {
    if (profile.bareStringManager !== 'wrap') throw new BadRequest('invalidValue', `${where} must be a list.`);
    value = [value];
  }
  if (value.length > MAX_ELEMENTS) {
    throw new BadRequest('invalidValue', `${where} must have at most ${MAX_ELEMENTS} values.`);
  }
  const elements: Json[] = [];
  let primary = false;
  for (const raw of value) {
    const element = coerceElement(type, attribute, raw, profile, where, ignored);
    if (element === undefined) continue;
    if (isObject(element) && element.primary === true) {
      if (primary) element.primary = false;
      primary = true;
    }
    elements.push(element);
  }
  return elements.length > 0 ? elements : undefined;
}

/** One value of an attribute: an element of a multi-valued one, or the value of a single-valued one. */
export function coerceElement(
  type: ResourceType,
  attribute: Attribute,
  value: Json,
  profile: ClientProfile,
  where: string,
  ignored?: string[],
): Json | undefined {
  if (attribute.type !== 'complex') return coerceScalar(attribute, value, profile, where);
  if (value === null || value === '') return undefined;
  if (typeof value === 'object' && !Array.isArray(value)) {
    return complexValue(type, attribute, value, profile, where, ignored);
  }
  const bare = type.subAttribute(attribute, 'value');
  if (!bare || Array.isArray(value) || typeof value === 'boolean' || profile.bareStringManager !== 'wrap') {
    throw new BadRequest('invalidValue', `${where} must be an object.`);
  }
  const wrapped = coerceScalar(bare, value, profile, where);
  return wrapped === undefined ? undefined : { value: wrapped };
}

/** The value of a sub-attribute, which is never complex (RFC 7643 §2.3.8); a multi-valued one is a list of scalars. */
export function coerceSingle(
  type: ResourceType,
  attribute: Attribute,
  value: Json,
  profile: ClientProfile,
  where: string,
): Json | undefined {
  return attribute.multiValued || Array.isArray(value)
    ? coerceAttribute(type, attribute, value, profile, where)
    : coerceScalar(attribute, value, profile, where);
}

/** @throws BadRequest invalidSyntax where the profile rejects unknown names (K6); else the name is noted. */
export function unknownName(name: string, type: ResourceType, profile: ClientProfile, ignored?: string[]): void {
  if (profile.unknownAttributes === 'reject') {
    throw new BadRequest('invalidSyntax', `${type.name} has no attribute or schema "${quotable(name)}".`);
  }
  if (!ignored || ignored.length >= MAX_IGNORED) return;
  const quoted = quotable(name);
  if (!ignored.includes(quoted)) ignored.push(quoted);
}
/** Enough to tell an administrator what is not mapped; a hostile body cannot fill the log. */
const MAX_IGNORED = 50;

function complexValue(
  type: ResourceType,
  attribute: Attribute,
  value: JsonObject,
  profile: ClientProfile,
  where: string,
  ignored: string[] | undefined,
): JsonObject | undefined {
  const result: JsonObject = {};
  for (const name of Object.keys(value)) {
    const sub = type.subAttribute(attribute, name);
    if (!sub) {
      unknownName(`${attribute.name}.${name}`, type, profile, ignored);
      continue;
    }
    if (sub.mutability === 'readOnly') continue;
    const coerced = coerceSingle(type, sub, value[name] as Json, profile, `${where}.${sub.name}`);
    if (coerced !== undefined) result[sub.name] = coerced;
    else if (sub.name in result) delete result[sub.name];
  }
  if (isEmpty(result)) return undefined;
  for (const sub of attribute.subAttributes ?? []) {
    if (sub.required && sub.mutability !== 'readOnly' && result[sub.name] === undefined) {
      throw new BadRequest('invalidValue', `${where}.${sub.name} is required.`);
    }
  }
  return result;
}

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function isEmpty(object: JsonObject): boolean {
  for (const _ in object) return false;
  return true;
}
