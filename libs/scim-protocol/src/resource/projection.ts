import { BadRequest } from '../errors';
import type { ResourceType } from '../schema/registry';
import type { Attribute, Json, JsonObject } from '../schema/types';
import { isEmpty, isObject } from './coerce';

/** Names to select: true for the whole value, a tree for some of its sub-attributes. Open blocks fold their names. */
type Selection = Map<string, true | Selection>;

/**
 * Which attributes an answer carries (RFC 7644 §3.9, RFC 7643 §7 `returned`). The directory asks it before it reads, so
 * that members or groups that nobody wants are never loaded; `projectResource` trims what was read.
 */
export class Projection {
  constructor(
    private readonly type: ResourceType,
    readonly include: Selection | undefined,
    readonly exclude: Selection | undefined,
  ) {}

  /** Nothing needs trimming: a stored resource can go out as it is. */
  get isWhole(): boolean {
    return !this.include && !this.exclude && !hidesAttributes(this.type);
  }

  /** Whether an answer has this core attribute, or this extension block (by its URN); any case. */
  wants(name: string): boolean {
    const attribute = this.type.attribute(name);
    if (attribute) return wantsAttribute(attribute, attribute.name, this.include, this.exclude);
    const extension = this.type.extension(name);
    if (!extension) return !this.include;
    if (!this.include) return this.exclude?.get(extension.id) !== true;
    return this.include.has(extension.id) || extension.attributes.some((a) => a.returned === 'always');
  }

  /**
   * The keys at the top of a resource that an answer can have, in canonical spelling, extension URNs included;
   * undefined when no `attributes` were asked for, which means all.
   */
  topLevel(): readonly string[] | undefined {
    if (!this.include) return undefined;
    const names = [...this.type.attributes()].map((a) => a.name);
    return [...names, ...this.type.extensions().map((s) => s.id)].filter((name) => this.wants(name));
  }
}

/**
 * Reads the query parameters `attributes` and `excludedAttributes`: comma-separated attribute paths, sub-attributes and
 * URNs included (R29); a bare extension URN selects its whole block. Unknown names are ignored; an empty list counts as
 * not given, a list of nothing but unknown names selects what is returned always.
 * @throws BadRequest invalidValue when both are given (R28)
 */
export function parseProjection(
  type: ResourceType,
  lists: { attributes?: string; excludedAttributes?: string },
): Projection {
  const include = names(lists.attributes);
  const exclude = names(lists.excludedAttributes);
  if (include && exclude) {
    throw new BadRequest('invalidValue', 'Give either "attributes" or "excludedAttributes", not both.');
  }
  const excluded = exclude && select(type, exclude);
  return new Projection(type, include && select(type, include), excluded?.size ? excluded : undefined);
}

function names(list: string | undefined): string[] | undefined {
  const found = list?.split(',').flatMap((name) => name.trim() || []);
  return found?.length ? found : undefined;
}

function select(type: ResourceType, paths: readonly string[]): Selection {
  const selection: Selection = new Map();
  for (const path of paths) {
    const target = type.resolve(path);
    if (!target) continue;
    if ('extension' in target) {
      selection.set(target.extension.id, true);
      continue;
    }
    const { schema, attribute, sub } = target;
    const block = schema === undefined ? selection : within(selection, schema);
    if (!block) continue;
    const name = attribute.open ? attribute.name.toLowerCase() : attribute.name;
    if (!sub) block.set(name, true);
    else within(block, name)?.set(sub.name, true);
  }
  return selection;
}

/** The selection inside a name, or undefined when the whole is selected already. */
function within(selection: Selection, name: string): Selection | undefined {
  const known = selection.get(name);
  if (known === true) return undefined;
  if (known) return known;
  const inner: Selection = new Map();
  selection.set(name, inner);
  return inner;
}

/**
 * The part of a resource that an answer carries. `id` and `schemas` always stay, `returned: never` never leaves,
 * `returned: request` only when asked for by name. The given resource is not changed; parts of it are shared.
 */
export function projectResource(type: ResourceType, resource: JsonObject, projection: Projection): JsonObject {
  if (projection.isWhole) return resource;
  const { include, exclude } = projection;
  const result: JsonObject = {};
  for (const name of Object.keys(resource)) {
    const value = resource[name] as Json;
    const attribute = type.attribute(name);
    let kept: Json | undefined;
    if (attribute) kept = project(type, attribute, attribute.name, value, include, exclude);
    else if (type.extension(name) && isObject(value)) kept = projectBlock(type, name, value, include, exclude);
    else kept = include ? undefined : value;
    if (kept !== undefined) result[name] = kept;
  }
  return result;
}

function projectBlock(
  type: ResourceType,
  urn: string,
  block: JsonObject,
  include: Selection | undefined,
  exclude: Selection | undefined,
): JsonObject | undefined {
  const included = include && (include.get(urn) ?? NOTHING);
  const excluded = exclude?.get(urn);
  if (excluded === true) return undefined;
  const result: JsonObject = {};
  for (const name of Object.keys(block)) {
    const attribute = type.attributeIn(urn, name);
    // A whole block asked for by its URN has its attributes as if none were listed, `returned: request` ones aside.
    const inner = included === true ? undefined : included;
    const key = attribute?.open ? name.toLowerCase() : name;
    const value = block[name] as Json;
    const kept = attribute ? project(type, attribute, key, value, inner, excluded) : include ? undefined : value;
    if (kept !== undefined) result[name] = kept;
  }
  return isEmpty(result) ? undefined : result;
}

/** The value of one attribute, trimmed by the selections that hold where it stands; undefined when it is left out. */
function project(
  type: ResourceType,
  attribute: Attribute,
  key: string,
  value: Json,
  include: Selection | undefined,
  exclude: Selection | undefined,
): Json | undefined {
  if (!wantsAttribute(attribute, key, include, exclude)) return undefined;
  if (!attribute.subAttributes) return value;
  const included = include?.get(key);
  const excluded = exclude?.get(key);
  const inner = typeof included === 'object' ? included : undefined;
  const outer = typeof excluded === 'object' ? excluded : undefined;
  if (!inner && !outer && !attribute.subAttributes.some(isHidden)) return value;
  const trim = (element: Json): Json | undefined => {
    if (!isObject(element)) return element;
    const result: JsonObject = {};
    for (const name of Object.keys(element)) {
      const sub = type.subAttribute(attribute, name);
      const wanted = sub ? wantsAttribute(sub, sub.name, inner, outer) : !inner;
      if (wanted) result[name] = element[name] as Json;
    }
    return isEmpty(result) ? undefined : result;
  };
  if (!Array.isArray(value)) return trim(value);
  // An empty list says something ("no members"); a list that lost everything to the selection does not.
  const elements = value.flatMap((element) => trim(element) ?? []);
  return elements.length > 0 || value.length === 0 ? elements : undefined;
}

/** RFC 7643 §7 `returned`, RFC 7644 §3.9. */
function wantsAttribute(
  attribute: Attribute,
  key: string,
  include: Selection | undefined,
  exclude: Selection | undefined,
): boolean {
  if (attribute.returned === 'never') return false;
  if (attribute.returned === 'always') return true;
  if (include) return include.has(key);
  return attribute.returned === 'default' && exclude?.get(key) !== true;
}

const NOTHING: Selection = new Map();
const isHidden = (attribute: Attribute): boolean =>
  attribute.returned === 'never' || attribute.returned === 'request' || (attribute.subAttributes ?? []).some(isHidden);

/** Whether a stored resource may hold what an answer must not show; the password is never stored in one. */
const hiding = new WeakMap<ResourceType, boolean>();
function hidesAttributes(type: ResourceType): boolean {
  let hides = hiding.get(type);
  if (hides === undefined) {
    const stored = [...type.attributes()].filter((a) => a.name !== 'password');
    hides = [...stored, ...type.extensions().flatMap((s) => s.attributes)].some(isHidden);
    hiding.set(type, hides);
  }
  return hides;
}
