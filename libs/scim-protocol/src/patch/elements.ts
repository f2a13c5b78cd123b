import type { ClientProfile } from '../client-profile';
import { evaluateElement } from '../filter/evaluate';
import { fold } from '../filter/collation';
import type { Filter } from '../filter/types';
import { BadRequest } from '../errors';
import { isObject, MAX_ELEMENTS } from '../resource/coerce';
import { sameJson } from '../resource/same-json';
import type { AttributePath } from '../schema/registry';
import type { Attribute, Json, JsonObject } from '../schema/types';
import type { Draft } from './draft';
import { merge, unset } from './merge';
import { fault, nameOf } from './target';
import type { PatchStep } from './types';

/** A step on a multi-valued attribute and where that attribute stands. */
export interface ListStep {
  readonly draft: Draft;
  readonly block: JsonObject;
  readonly name: string;
  readonly target: AttributePath;
  readonly step: PatchStep;
}

/**
 * Adds elements (RFC 7644 §3.5.2.1). One that is there already changes nothing (catalogue R44); one with the value and the type of
 * an element that is there is merged into it, since the pair should occur once (RFC 7643 §2.4).
 */
export function append({ draft, block, name, target, step }: ListStep): void {
  const { attribute } = target;
  const list = draft.list(block, name) ?? draft.put(block, name, []);
  const added = Array.isArray(step.value) ? step.value : [];
  const known = new Map<string, number[]>();
  const note = (element: Json, index: number) => {
    const key = identity(attribute, element);
    const indexes = known.get(key);
    if (indexes) indexes.push(index);
    else known.set(key, [index]);
  };
  draft.visit(list.length + added.length);
  list.forEach(note);
  for (const element of added) {
    const indexes = known.get(identity(attribute, element)) ?? [];
    draft.visit(indexes.length);
    if (indexes.some((index) => sameJson(list[index] as Json, element))) continue;
    let index = indexes[0];
    if (index === undefined) note(element, (index = list.push(element) - 1));
    else if (isObject(element)) {
      const existing = draft.element(list, index);
      if (existing) merge(attribute, existing, element, step.operation);
    }
    if (isPrimary(element)) keepPrimary(draft, list, index);
  }
  limit(list, target);
}

/** Takes out the listed elements, by value, and by type where the list says one (catalogue K2, EN-G5). */
export function removeListed({ draft, block, name, target, step }: ListStep): void {
  const list = draft.list(block, name);
  if (!list) return;
  const { attribute } = target;
  const listed = Array.isArray(step.value) ? step.value : [];
  draft.visit(list.length + listed.length);
  const exact = new Set<string>();
  const byValue = new Set<string>();
  for (const element of listed) {
    if (isObject(element) && hasValue(element) && element.type === undefined) byValue.add(valueKey(attribute, element));
    else exact.add(identity(attribute, element));
  }
  const kept = list.filter(
    (element) =>
      !exact.has(identity(attribute, element)) &&
      !(isObject(element) && hasValue(element) && byValue.has(valueKey(attribute, element))),
  );
  store(draft, block, name, kept);
}

/** The steps with a filter or a sub-attribute in the path: they work on the elements that match. */
export function onMatching(list: ListStep, profile: ClientProfile): void {
  const { draft, block, name, target, step } = list;
  const elements = draft.list(block, name) ?? [];
  const { filter } = step;
  draft.visit(elements.length * (filter ? comparisons(filter) : 1));
  const matching: number[] = [];
  elements.forEach((element, index) => {
    if (!filter || evaluateElement(filter, element)) matching.push(index);
  });
  if (step.op === 'remove') return removeFrom(list, elements, matching);
  if (matching.length === 0) return createFor(list, profile);
  const { attribute, sub } = target;
  for (const index of matching) {
    const values: JsonObject | undefined = sub ? { [sub.name]: step.value as Json } : objectOf(step.value);
    if (!values) continue;
    if (sub || step.op === 'add') {
      const element = draft.element(elements, index);
      if (element) merge(attribute, element, values, step.operation);
    } else elements[index] = { ...values };
  }
  const first = matching[0] as number;
  if (isPrimary(elements[first])) keepPrimary(draft, elements, first);
}

/** How often a filter looks at an element. */
function comparisons(filter: Filter): number {
  if (filter.kind === 'and' || filter.kind === 'or') return comparisons(filter.left) + comparisons(filter.right);
  return filter.kind === 'not' || filter.kind === 'valuePath' ? comparisons(filter.filter) : 1;
}

/** Matching nothing is no error (catalogue R42); an element of which only its label is left goes as well. */
function removeFrom({ draft, block, name, target, step }: ListStep, elements: Json[], matching: number[]): void {
  if (matching.length === 0) return;
  const { attribute, sub } = target;
  const gone = new Set<number>();
  for (const index of matching) {
    const element = sub && draft.element(elements, index);
    if (!element || !unset(attribute, sub, element, step.operation)) gone.add(index);
  }
  store(draft, block, name, gone.size ? elements.filter((_, index) => !gone.has(index)) : elements);
}

/**
 * No element matches. Entra relies on one being made of the filter's own literals (catalogue EN-U7, K3); the RFC says noTarget
 * (§3.5.2.3, R46), and so do we where the filter is more than equalities, or is about the very sub-attribute to be set.
 */
function createFor(list: ListStep, profile: ClientProfile): void {
  const { draft, block, name, target, step } = list;
  const { attribute, sub } = target;
  const values: JsonObject | undefined = sub ? { [sub.name]: step.value as Json } : objectOf(step.value);
  const literals: JsonObject = {};
  const simple = !step.filter || collect(step.filter, literals);
  if (!values || !simple || profile.unmatchedSimpleFilter !== 'create' || (sub && Object.hasOwn(literals, sub.name))) {
    throw fault(
      step.operation,
      'noTarget',
      `${nameOf({ ...target, sub: undefined })} has no value that the path selects.`,
    );
  }
  const elements = draft.list(block, name) ?? draft.put(block, name, []);
  elements.push({ ...literals, ...values });
  if (isPrimary(elements.at(-1))) keepPrimary(draft, elements, elements.length - 1);
  limit(elements, { ...target, attribute });
}

/** The literals of `sub eq literal and …`; false for any other filter. */
function collect(filter: Filter, into: JsonObject): boolean {
  if (filter.kind === 'and') return collect(filter.left, into) && collect(filter.right, into);
  if (filter.kind !== 'compare' || filter.op !== 'eq') return false;
  const { attribute } = filter.target;
  if (Object.hasOwn(into, attribute.name) || attribute.mutability === 'readOnly') return false;
  into[attribute.name] = attribute.type === 'dateTime' ? new Date(Number(filter.value)).toISOString() : filter.value;
  return true;
}

/** One primary value: making one primary makes the others not (RFC 7644 §3.5.2, catalogue R45). */
export function keepPrimary(draft: Draft, list: Json[], keep: number): void {
  draft.visit(list.length);
  list.forEach((element, index) => {
    if (index === keep || !isPrimary(element)) return;
    const other = draft.element(list, index);
    if (other) other.primary = false;
  });
}

function store(draft: Draft, block: JsonObject, name: string, list: Json[]): void {
  if (list.length > 0) draft.put(block, name, list);
  else delete block[name];
}

function limit(list: Json[], target: AttributePath): void {
  if (list.length <= MAX_ELEMENTS) return;
  throw new BadRequest(
    'invalidValue',
    `${nameOf({ ...target, sub: undefined })} must have at most ${MAX_ELEMENTS} values.`,
  );
}

const isPrimary = (element: Json | undefined) => isObject(element) && element.primary === true;
const objectOf = (value: Json | undefined) => (isObject(value) ? value : undefined);
const hasValue = (element: JsonObject) => element.value !== undefined && element.value !== null;

/** Equal for elements that are the same one: value and type, or everything where there is no value. */
function identity(attribute: Attribute, element: Json): string {
  if (!isObject(element)) return scalarKey(attribute, element);
  if (!hasValue(element)) return JSON.stringify(Object.entries(element).sort(([a], [b]) => (a < b ? -1 : 1)));
  const type = typeof element.type === 'string' ? fold(element.type) : '';
  return `${type}\n${valueKey(attribute, element)}`;
}

function valueKey(attribute: Attribute, element: JsonObject): string {
  const sub = attribute.subAttributes?.find((s) => s.name === 'value');
  return scalarKey(sub ?? attribute, element.value as Json);
}

const scalarKey = (attribute: Attribute, value: Json) =>
  typeof value !== 'string' ? JSON.stringify(value) : `"${attribute.caseExact ? value : fold(value)}`;
