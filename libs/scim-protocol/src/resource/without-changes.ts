import type { Json, JsonObject } from '../schema/types';
import type { Change } from './changes';
import { isObject } from './coerce';

/**
 * A resource as it was before changes that `changes` has found: each path has its `from` again. Of a value that the changes only name, as
 * it is never returned, the last one stays. The resource itself is left as it is; from an empty one and the changes of a deletion
 * comes the resource that was deleted.
 */
export function withoutChanges(resource: JsonObject, changes: readonly Change[]): JsonObject {
  const before = { ...resource };
  const own = new Set<JsonObject>();
  for (const { path, from, to } of changes) {
    if (from === undefined && to === undefined) continue;
    const colon = path.startsWith('urn:') ? path.lastIndexOf(':') : -1;
    const block = colon < 0 ? before : within(before, path.slice(0, colon), own);
    const [attribute, sub] = path.slice(colon + 1).split('.') as [string, string | undefined];
    if (sub === undefined) put(block, attribute, from);
    else put(within(block, attribute, own), sub, from);
  }
  return before;
}

function put(block: JsonObject, name: string, value: Json | undefined): void {
  if (value === undefined) delete block[name];
  else block[name] = value;
}

/** The object under a name, as a copy that may be written to. */
function within(block: JsonObject, name: string, own: Set<JsonObject>): JsonObject {
  const known = Object.hasOwn(block, name) ? block[name] : undefined;
  if (isObject(known) && own.has(known)) return known;
  const copy = isObject(known) ? { ...known } : {};
  own.add(copy);
  block[name] = copy;
  return copy;
}
