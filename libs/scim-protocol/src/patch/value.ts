import type { ClientProfile } from '../client-profile';
import type { Filter } from '../filter/types';
import { coerceAttribute, coerceElement, coerceSingle, isObject } from '../resource/coerce';
import { parseMembers } from '../resource/members';
import type { AttributePath, ResourceType } from '../schema/registry';
import type { Json } from '../schema/types';
import { fault, isMembers, nameOf } from './target';
import type { PatchOp, PatchStep } from './types';

/** An operation on one attribute, its path resolved and its value as it was sent. */
export interface Assignment {
  readonly type: ResourceType;
  readonly profile: ClientProfile;
  readonly operation: number;
  readonly target: AttributePath;
  readonly filter: Filter | undefined;
  readonly value: Json | undefined;
  /** Receives the names of sub-attributes that nobody defined. */
  readonly ignored: string[];
}

/**
 * The step of a `remove` (RFC 7644 §3.5.2.2). A value lists the elements to take out (catalogue K2, EN-G5): without that reading
 * "remove members, value [one]" would empty the group. An empty list takes out nothing; null is no value.
 * @throws BadRequest mutability for a required attribute (R43), invalidValue for a value where the profile rejects it
 */
export function remove(assignment: Assignment): PatchStep[] {
  const { target, filter, value, profile, operation } = assignment;
  const { attribute, sub } = target;
  if ((attribute.required && !sub && !filter) || sub?.required) {
    throw fault(operation, 'mutability', `${nameOf(target)} is required and cannot be removed.`);
  }
  if (value === undefined || value === null) return [step('remove', assignment)];
  if (profile.removeWithValue === 'reject') {
    throw fault(operation, 'invalidValue', 'a remove takes no value; choose with a filter in the path.');
  }
  if (!attribute.multiValued || filter || sub) return [step('remove', assignment)];
  return [step('remove', assignment, list(assignment, value) ?? [])];
}

/**
 * The steps of an `add` or `replace`: one for the value, and where the value unassigns (null, [], "", RFC 7643 §2.5) a removal,
 * also for single sub-attributes of a complex value that is merged.
 * @throws BadRequest invalidValue for a value that does not fit or that would clear a required attribute
 */
export function assign(op: 'add' | 'replace', assignment: Assignment): PatchStep[] {
  const { type, target, filter, value, profile, operation, ignored } = assignment;
  const { attribute, sub } = target;
  if (value === undefined) throw fault(operation, 'invalidValue', `the value for ${nameOf(target)} is missing.`);
  const where = `Operation ${operation}: ${nameOf(target)}`;
  if (sub) {
    const coerced = isUnassigned(value) ? undefined : coerceSingle(type, sub, value, profile, where);
    return [coerced === undefined ? clear(assignment) : step(op, assignment, coerced)];
  }
  if (attribute.multiValued && !filter) {
    const coerced = list(assignment, value);
    if (coerced !== undefined) return [step(op, assignment, coerced)];
    // Adding nothing adds nothing; replacing by nothing leaves nothing.
    return op === 'add' ? [] : [clear(assignment)];
  }
  const element = Array.isArray(value) && value.length === 1 && filter ? (value[0] as Json) : value;
  const bare = filter && !isObject(element) ? type.subAttribute(attribute, 'value') : undefined;
  if (bare && typeof element === 'string' && profile.bareStringManager === 'wrap') {
    // A bare string for the chosen elements is their value; as a whole record it would lose their type.
    return assign(op, { ...assignment, target: { ...target, sub: bare }, value: element });
  }
  const coerced = isUnassigned(element)
    ? undefined
    : filter
      ? coerceElement(type, attribute, element, profile, where, ignored)
      : coerceAttribute(type, attribute, element, profile, where, ignored);
  if (!isObject(element) || attribute.type !== 'complex') {
    return [coerced === undefined ? clear(assignment) : step(op, assignment, coerced)];
  }
  const set = coerced === undefined ? [] : [step(op, assignment, coerced)];
  const merges = op === 'add' || (!filter && profile.complexReplace === 'merge');
  return merges
    ? [...cleared(assignment, element, coerced), ...set]
    : coerced === undefined
      ? [clear(assignment)]
      : set;
}

/** Sub-attributes that the value names without giving them anything are unassigned; the rest stays (catalogue R47). */
function cleared(assignment: Assignment, raw: { [name: string]: Json }, coerced: Json | undefined): PatchStep[] {
  const { type, target } = assignment;
  const steps: PatchStep[] = [];
  for (const key of Object.keys(raw)) {
    const sub = type.subAttribute(target.attribute, key);
    if (!sub || sub.mutability === 'readOnly') continue;
    if (isObject(coerced) && Object.hasOwn(coerced, sub.name)) continue;
    steps.push(clear({ ...assignment, target: { ...target, sub } }));
  }
  return steps;
}

/** A value that unassigns is a removal, which a required attribute refuses as a bad value (R36) rather than as a bad op. */
function clear(assignment: Assignment): PatchStep {
  const { target, filter, operation } = assignment;
  const required = target.sub?.required || (target.attribute.required && !target.sub && !filter);
  if (required) throw fault(operation, 'invalidValue', `${nameOf(target)} is required and must not be empty.`);
  return step('remove', assignment);
}

function list(assignment: Assignment, value: Json): Json | undefined {
  const { type, target, profile, operation, ignored } = assignment;
  const where = `Operation ${operation}: ${nameOf(target)}`;
  if (!isMembers(type, target)) {
    // A single element that is no list is what many clients send for `add` (RFC 7644 §3.5.2.1 allows the value either way).
    const elements = isObject(value) ? [value] : value;
    return coerceAttribute(type, target.attribute, elements, profile, where, ignored);
  }
  // Thousands of members are one push (catalogue OK-G9): no limit, and read by what knows them.
  const members = parseMembers(isObject(value) ? [value] : value, profile, where);
  return members.length > 0 ? members.map((member) => ({ ...member })) : undefined;
}

const isUnassigned = (value: Json) => value === null || (Array.isArray(value) && value.length === 0);

function step(op: PatchOp, { operation, target, filter }: Assignment, value?: Json): PatchStep {
  return { op, operation, target, ...(filter && { filter }), ...(value !== undefined && { value }) };
}
