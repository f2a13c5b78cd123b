import type { Json } from '../schema/types';

/** A value that is a reference, or, in the path of a PATCH operation, a quoted one: `members[value eq "bulkId:x"]`. */
const WHOLE = /^bulkId:(.+)$/s;
const QUOTED = /"bulkId:((?:[^"\\]|\\.)+)"/g;

/** The bulkIds that the data of an operation refers to, each once, in order of appearance (RFC 7644 §3.7.2, R65). */
export function bulkReferences(data: Json): string[] {
  const found = new Set<string>();
  mapReferences(data, (id) => {
    found.add(id);
    return undefined;
  });
  return [...found];
}

/**
 * The data with the ids of created resources in place of the references to them; those without an id stay.
 * Data without any such reference comes back as it is.
 */
export function replaceBulkReferences(data: Json, ids: ReadonlyMap<string, string>): Json {
  return mapReferences(data, (bulkId) => ids.get(bulkId));
}

type Lookup = (bulkId: string) => string | undefined;

function mapReferences(value: Json, lookup: Lookup, name?: string): Json {
  if (typeof value === 'string') return mapText(value, lookup, name);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const elements = value.map((element) => mapReferences(element, lookup));
    return elements.some((element, i) => element !== value[i]) ? elements : value;
  }
  let changed = false;
  const members = Object.keys(value).map((key): [string, Json] => {
    const before = value[key] as Json;
    const after = mapReferences(before, lookup, key);
    if (after !== before) changed = true;
    return [key, after];
  });
  return changed ? Object.fromEntries(members) : value;
}

function mapText(text: string, lookup: Lookup, name: string | undefined): string {
  const whole = WHOLE.exec(text);
  if (whole) return lookup(whole[1] as string) ?? text;
  if (name?.toLowerCase() !== 'path' || !text.includes('"bulkId:')) return text;
  return text.replace(QUOTED, (quoted, bulkId: string) => {
    const id = lookup(bulkId);
    return id === undefined ? quoted : JSON.stringify(id);
  });
}
