import type { ResourceType } from '../schema/registry';
import type { Attribute, Json, JsonObject } from '../schema/types';
import { isObject } from './coerce';

/** A scalar somewhere in a resource, for index terms. */
export interface Leaf {
  /** Lower case, dots between: `emails.value`, `urn:…:user:manager.value`; elements of a list share their path. */
  readonly path: string;
  /** Text where the attribute is a string, also for the scalars of an open schema. */
  readonly value: string | number | boolean;
  /** The attribute, or the sub-attribute that holds the scalar. */
  readonly attribute: Attribute;
}

/**
 * Every scalar of a resource in canonical spelling (as parseResource writes it), in the order in which it stands;
 * attributes that are never returned are left out, and so is what the schemas do not define.
 */
export function leaves(type: ResourceType, resource: JsonObject): Iterable<Leaf> {
  const found: Leaf[] = [];
  const plan = planOf(type);
  for (const name of Object.keys(resource)) {
    const value = resource[name];
    const core = plan.core.get(name);
    if (core) {
      visit(core, value, found);
      continue;
    }
    const block = plan.blocks.get(name);
    if (!block || !isObject(value)) continue;
    for (const inner of Object.keys(value)) {
      const place = block.get(inner) ?? openPlace(type, name, inner);
      if (place) visit(place, value[inner], found);
    }
  }
  return found;
}

/** An attribute with its path, and its sub-attributes with theirs. */
interface Place {
  readonly attribute: Attribute;
  readonly path: string;
  readonly subs: ReadonlyMap<string, Place> | undefined;
}

function visit(place: Place, value: Json | undefined, found: Leaf[]): void {
  if (Array.isArray(value)) {
    for (const element of value) visit(place, element, found);
  } else if (isObject(value)) {
    if (!place.subs) return;
    for (const name of Object.keys(value)) {
      const sub = place.subs.get(name);
      if (sub) visit(sub, value[name], found);
    }
  } else if (value !== null && value !== undefined && !place.subs) {
    found.push({ path: place.path, value: place.attribute.open ? String(value) : value, attribute: place.attribute });
  }
}

interface Plan {
  readonly core: ReadonlyMap<string, Place>;
  readonly blocks: ReadonlyMap<string, ReadonlyMap<string, Place>>;
}
/** The paths of a type are written once, not for every resource. */
const plans = new WeakMap<ResourceType, Plan>();

function planOf(type: ResourceType): Plan {
  let plan = plans.get(type);
  if (!plan) {
    plan = {
      core: places(type.attributes(), ''),
      blocks: new Map(type.extensions().map((s) => [s.id, places(s.attributes, `${s.id.toLowerCase()}:`)])),
    };
    plans.set(type, plan);
  }
  return plan;
}

function places(attributes: Iterable<Attribute>, prefix: string): Map<string, Place> {
  const found = new Map<string, Place>();
  for (const attribute of attributes) {
    if (attribute.returned === 'never') continue;
    const path = prefix + attribute.name.toLowerCase();
    const subs = attribute.subAttributes && places(attribute.subAttributes, `${path}.`);
    found.set(attribute.name, { attribute, path, subs });
  }
  return found;
}

/** Undefined for a defined attribute too: one that the plan leaves out. */
function openPlace(type: ResourceType, urn: string, name: string): Place | undefined {
  const attribute = type.attributeIn(urn, name);
  return attribute?.open && { attribute, path: `${urn.toLowerCase()}:${name.toLowerCase()}`, subs: undefined };
}
