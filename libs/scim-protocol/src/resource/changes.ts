import type { ResourceType } from '../schema/registry';
import type { Attribute, Json, JsonObject } from '../schema/types';
import { isObject } from './coerce';
import { sameJson, sameElements } from './same-json';

/** One attribute that differs; `from` is absent when it was unassigned before, `to` when it is now. */
export interface Change {
  /** `title`, `name.givenName`, `emails`, `urn:…:User:department`, `urn:…:User:manager.value`. */
  readonly path: string;
  readonly from?: Json;
  readonly to?: Json;
}

/** What the server assigns: id and meta change with the resource itself, schemas follows from the attributes. */
const DERIVED = new Set(['schemas', 'meta', 'id']);

/**
 * What differs between two versions of a resource, an attribute at a time (a sub-attribute at a time for single complex
 * ones, the whole list for multi-valued ones, whose order does not count, RFC 7643 §2.4). Undefined stands for a resource
 * that is not there. A value that is never returned is named without its values, as no log may show it.
 */
export function changes(type: ResourceType, from: JsonObject | undefined, to: JsonObject | undefined): Change[] {
  const found: Change[] = [];
  if (from === to) return found;
  compare(from, to, (name, before, after) => {
    if (DERIVED.has(name)) return;
    const attribute = type.attribute(name);
    if (attribute) return attributeChange(attribute, name, before, after, found);
    if (!type.extension(name)) return add(found, undefined, name, before, after);
    compare(block(before), block(after), (inner, b, a) =>
      attributeChange(type.attributeIn(name, inner), `${name}:${inner}`, b, a, found),
    );
  });
  return found;
}

function attributeChange(
  attribute: Attribute | undefined,
  path: string,
  from: Json | undefined,
  to: Json | undefined,
  found: Change[],
): void {
  if (isObject(from) || isObject(to)) {
    if (attribute?.type === 'complex' && !attribute.multiValued && attribute.returned !== 'never') {
      return compare(block(from), block(to), (sub, before, after) => {
        const definition = attribute.subAttributes?.find((a) => a.name === sub);
        if (!sameValue(before, after)) add(found, definition, `${path}.${sub}`, before, after);
      });
    }
  }
  if (!sameValue(from, to)) add(found, attribute, path, from, to);
}

function add(
  found: Change[],
  attribute: Attribute | undefined,
  path: string,
  from: Json | undefined,
  to: Json | undefined,
): void {
  const secret = attribute?.returned === 'never';
  found.push({
    path,
    ...(from !== undefined && !secret && { from }),
    ...(to !== undefined && !secret && { to }),
  });
}

function sameValue(from: Json | undefined, to: Json | undefined): boolean {
  if (from === to) return true;
  if (from === undefined || to === undefined) return false;
  return Array.isArray(from) && Array.isArray(to) ? sameElements(from, to) : sameJson(from, to);
}

const block = (value: Json | undefined) => (isObject(value) ? value : undefined);

/** Calls back for every name of either object whose values are not the very same. */
function compare(
  from: JsonObject | undefined,
  to: JsonObject | undefined,
  differs: (name: string, from: Json | undefined, to: Json | undefined) => void,
): void {
  if (to) {
    for (const name of Object.keys(to)) {
      const before = from && Object.hasOwn(from, name) ? from[name] : undefined;
      if (before !== to[name]) differs(name, before, to[name]);
    }
  }
  if (from)
    for (const name of Object.keys(from)) if (!to || !Object.hasOwn(to, name)) differs(name, from[name], undefined);
}
