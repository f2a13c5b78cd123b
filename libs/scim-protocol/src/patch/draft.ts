import { PayloadTooLarge } from '../errors';
import { isObject } from '../resource/coerce';
import type { Attribute, Json, JsonObject } from '../schema/types';

/**
 * How many comparisons with elements one PATCH may make before it is refused: a thousand operations on a list of two hundred.
 * What grows with the square of the body must not hold up everybody else. Members of a group are not among them.
 */
const MAX_VISITS = 200_000;

/**
 * A resource while steps are applied to it. Whatever is changed is copied first, once, so the input stays as it was and
 * untouched parts are shared with the result.
 */
export class Draft {
  readonly root: JsonObject;
  private readonly copied = new Set<object>();
  private visits = 0;

  constructor(readonly before: JsonObject) {
    this.root = { ...before };
    this.copied.add(this.root);
  }

  /** Counts work. @throws PayloadTooLarge when it is out of proportion */
  visit(elements: number): void {
    this.visits += elements;
    if (this.visits > MAX_VISITS) {
      throw new PayloadTooLarge('This PATCH touches too many values at once. Send it in several smaller requests.');
    }
  }

  /** The block that holds an attribute, to be written to; the core itself, or the extension's, made if `create`. */
  block(schema: string | undefined, create: boolean): JsonObject | undefined {
    if (schema === undefined) return this.root;
    const own = this.object(this.root, schema);
    return own ?? (create ? this.put(this.root, schema, {}) : undefined);
  }

  /** The complex value under a name, to be written to. */
  object(parent: JsonObject, name: string): JsonObject | undefined {
    const value = assigned(parent, name);
    if (!isObject(value)) return undefined;
    return this.copied.has(value) ? value : this.put(parent, name, { ...value });
  }

  /** The list under a name, to be written to; its elements are still shared. */
  list(parent: JsonObject, name: string): Json[] | undefined {
    const value = assigned(parent, name);
    if (!Array.isArray(value)) return undefined;
    return this.copied.has(value) ? value : this.put(parent, name, [...value]);
  }

  /** The element of such a list, to be written to. */
  element(list: Json[], index: number): JsonObject | undefined {
    const value = list[index];
    if (!isObject(value)) return undefined;
    if (this.copied.has(value)) return value;
    const copy = { ...value };
    this.copied.add(copy);
    list[index] = copy;
    return copy;
  }

  /** Stores a value that nobody else holds. */
  put<T extends JsonObject | Json[]>(parent: JsonObject, name: string, value: T): T {
    this.copied.add(value);
    parent[name] = value;
    return value;
  }
}

/** The own member of that name, null counting as unassigned (RFC 7643 §2.5). */
export function assigned(object: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(object, name) ? (object[name] ?? undefined) : undefined;
}

/** Where the attribute stands in its block: what nobody defined keeps the spelling in which it is there already. */
export function spelling(block: JsonObject, attribute: Attribute): string {
  if (!attribute.open || Object.hasOwn(block, attribute.name)) return attribute.name;
  const folded = attribute.name.toLowerCase();
  return Object.keys(block).find((name) => name.toLowerCase() === folded) ?? attribute.name;
}
