import type { ClientProfile } from '../client-profile';
import { BadRequest } from '../errors';
import { isEmpty, isObject } from '../resource/coerce';
import type { AttributePath, ResourceType } from '../schema/registry';
import type { Attribute, Json, JsonObject } from '../schema/types';
import { assigned, Draft, spelling } from './draft';
import { append, type ListStep, onMatching, removeListed } from './elements';
import { checkImmutable, merge, unset } from './merge';
import { nameOf, within } from './target';
import type { PatchStep } from './types';

/** More attributes than this that nobody defined in one open extension block are refused, as on POST. */
const MAX_OPEN_ATTRIBUTES = 500;

/**
 * Applies steps one after the other (RFC 7644 §3.5.2, catalogue EN-G8) and returns a new resource; the input is not touched, so a
 * step that throws leaves nothing half-way (R49). Where nothing changes, the result is deep-equal to the input (R44).
 * `schemas` follows the extension blocks that are there (R51).
 *
 * @param resource canonical, as coercion leaves it
 * @throws BadRequest noTarget (R46), mutability (immutable attributes), invalidValue (a required attribute would be gone);
 *   PayloadTooLarge where the work is out of proportion
 */
export function applyPatch(
  type: ResourceType,
  resource: JsonObject,
  steps: readonly PatchStep[],
  profile: ClientProfile,
): JsonObject {
  const draft = new Draft(resource);
  let extended = false;
  for (const step of steps) {
    const { target } = step;
    if ('extension' in target) removeBlock(draft, target.extension.id, step.operation, type);
    else within(step.operation, () => apply(draft, target, step, profile));
    extended ||= 'extension' in target || target.schema !== undefined;
  }
  if (extended) followSchemas(type, draft);
  checkRequired(type, draft);
  return draft.root;
}

function apply(draft: Draft, target: AttributePath, step: PatchStep, profile: ClientProfile): void {
  const block = draft.block(target.schema, step.op !== 'remove');
  if (!block) return;
  const { attribute } = target;
  const name = spelling(block, attribute);
  if (!attribute.multiValued) return applySingle(draft, block, name, target, step, profile);
  const list: ListStep = { draft, block, name, target, step };
  if (step.filter || target.sub) return onMatching(list, profile);
  checkImmutable(attribute, assigned(block, name), step.value, step.operation, nameOf(target));
  if (step.op === 'add') append(list);
  else if (step.op === 'replace') draft.put(block, name, Array.isArray(step.value) ? [...step.value] : []);
  else if (step.value !== undefined) removeListed(list);
  else delete block[name];
}

function applySingle(
  draft: Draft,
  block: JsonObject,
  name: string,
  target: AttributePath,
  step: PatchStep,
  profile: ClientProfile,
): void {
  const { attribute, sub } = target;
  const current = assigned(block, name);
  if (sub) return applySub(draft, block, name, attribute, sub, step);
  if (step.op === 'remove') {
    checkImmutable(attribute, current, undefined, step.operation, nameOf(target));
    delete block[name];
    return;
  }
  const value = step.value as Json;
  const whole = step.op === 'replace' && profile.complexReplace === 'whole';
  const into = isObject(value) && !whole ? draft.object(block, name) : undefined;
  if (into && isObject(value)) {
    if (attribute.mutability === 'immutable') {
      checkImmutable(attribute, current, { ...into, ...value }, step.operation, nameOf(target));
    }
    return merge(attribute, into, value, step.operation);
  }
  checkImmutable(attribute, current, value, step.operation, nameOf(target));
  block[name] = value;
  if (attribute.open && Object.keys(block).length > MAX_OPEN_ATTRIBUTES) {
    throw new BadRequest('invalidValue', `${target.schema} must have at most ${MAX_OPEN_ATTRIBUTES} attributes.`);
  }
}

/** `name.givenName`: makes the complex value where there is none, drops it where nothing is left. */
function applySub(
  draft: Draft,
  block: JsonObject,
  name: string,
  attribute: Attribute,
  sub: Attribute,
  step: PatchStep,
): void {
  const existing = draft.object(block, name);
  const immutable = attribute.mutability === 'immutable' ? attribute : sub;
  const to = step.op === 'remove' ? undefined : step.value;
  checkImmutable(immutable, existing && assigned(existing, sub.name), to, step.operation, `${name}.${sub.name}`);
  if (step.op !== 'remove') {
    merge(attribute, existing ?? draft.put(block, name, {}), { [sub.name]: step.value as Json }, step.operation);
  } else if (existing && !unset(attribute, sub, existing, step.operation)) delete block[name];
}

function removeBlock(draft: Draft, urn: string, operation: number, type: ResourceType): void {
  const block = assigned(draft.root, urn);
  if (!isObject(block)) return;
  for (const name of Object.keys(block)) {
    const attribute = type.attributeIn(urn, name);
    if (attribute) checkImmutable(attribute, block[name], undefined, operation, `${urn}:${name}`);
  }
  delete draft.root[urn];
}

/** The URN of a block that appeared is added, that of one that is empty now goes with it (catalogue R51, EN-U5). */
function followSchemas(type: ResourceType, draft: Draft): void {
  const { root } = draft;
  const listed = draft.list(root, 'schemas') ?? [type.spec.schema.id];
  const schemas = new Set(listed);
  for (const { id } of type.extensions()) {
    const block = root[id];
    if (isObject(block) && isEmpty(block)) delete root[id];
    if (isObject(root[id])) schemas.add(id);
    else schemas.delete(id);
  }
  draft.put(root, 'schemas', [...schemas]);
}

/**
 * What is required and was there must be there still (RFC 7644 §3.5.2.2); a block that is new must be complete. A resource that
 * lacked an attribute before, since its schema was changed, is not held up: it must stay possible to deactivate it.
 */
function checkRequired(type: ResourceType, { before, root }: Draft): void {
  for (const attribute of type.attributes()) {
    if (attribute.required) check(attribute, before, root, attribute.name);
  }
  for (const { schema, required } of type.spec.extensions) {
    const now = assigned(root, schema.id);
    const then = assigned(before, schema.id);
    if (now === then) continue;
    if (required && now === undefined) throw new BadRequest('mutability', `The extension ${schema.id} is required.`);
    if (!isObject(now)) continue;
    for (const attribute of schema.attributes) {
      const name = `${schema.id}:${attribute.name}`;
      if (attribute.required) check(attribute, isObject(then) ? then : undefined, now, name);
    }
  }
}

function check(attribute: Attribute, before: JsonObject | undefined, now: JsonObject, name: string): void {
  if (attribute.mutability === 'readOnly') return;
  if (!isMissing(assigned(now, attribute.name)) || (before && isMissing(assigned(before, attribute.name)))) return;
  throw new BadRequest('invalidValue', `${name} is required and must not be empty.`);
}

const isMissing = (value: Json | undefined) =>
  value === undefined || (typeof value === 'string' && value.trim() === '') || (Array.isArray(value) && !value.length);
