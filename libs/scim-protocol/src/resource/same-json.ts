import type { Json, JsonObject } from '../schema/types';

/** Whether two JSON values are equal; the order of names does not count, the order of elements does. */
export function sameJson(a: Json, b: Json): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((element, i) => sameJson(element, b[i] as Json));
  }
  if (Array.isArray(b)) return false;
  let names = 0;
  for (const name in a) {
    names++;
    if (!Object.hasOwn(b, name) || !sameJson(a[name] as Json, b[name] as Json)) return false;
  }
  for (const _ in b) names--;
  return names === 0;
}

/** Up to here comparing each with each is cheaper than writing the elements out. */
const FEW = 32;

/** Whether two lists have the same elements, each as often, in any order. */
export function sameElements(a: readonly Json[], b: readonly Json[]): boolean {
  if (a.length !== b.length) return false;
  let start = 0;
  while (start < a.length && sameJson(a[start] as Json, b[start] as Json)) start++;
  if (start === a.length) return true;
  if (a.length - start > FEW) return sameCounts(a, b);
  const taken = new Set<number>();
  for (let i = start; i < a.length; i++) {
    let found = -1;
    for (let j = start; j < b.length && found < 0; j++) {
      if (!taken.has(j) && sameJson(a[i] as Json, b[j] as Json)) found = j;
    }
    if (found < 0) return false;
    taken.add(found);
  }
  return true;
}

function sameCounts(a: readonly Json[], b: readonly Json[]): boolean {
  const counts = new Map<string, number>();
  for (const element of a) {
    const key = canonical(element);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  for (const element of b) {
    const key = canonical(element);
    const count = counts.get(key);
    if (!count) return false;
    counts.set(key, count - 1);
  }
  return true;
}

/** JSON text with the names in order. */
function canonical(value: Json): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  const object: JsonObject = value;
  const names = Object.keys(object).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(object[name] as Json)}`).join(',')}}`;
}
