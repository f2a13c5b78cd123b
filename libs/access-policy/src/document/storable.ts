import { pointerTo } from './json-pointer';
import type { Finding } from './policy-document-type';

/** Objects and lists inside each other; the documents need about six. */
const MAX_DEPTH = 32;
/** Keys are indexed, and an entry of an index has room for about 2,700 bytes. */
const MAX_KEY = 500;
/** What PostgreSQL's text cannot hold: NUL, and halves of a surrogate pair. */
const NOT_TEXT = /\0|\p{Cs}/u;

/**
 * What must not be in any document, whatever its kind: text that cannot be stored, keys too long to be indexed, and
 * `__proto__`, which code that copies an object by assignment would take for the object's prototype.
 * @param most after so many it looks no further
 */
export function unstorable(value: unknown, most: number): Finding[] {
  const faults: Finding[] = [];
  visit(value, '', 0);
  return faults;

  function visit(part: unknown, pointer: string, depth: number): void {
    if (typeof part === 'string') {
      if (NOT_TEXT.test(part)) tell(pointer, 'must not contain NUL or half a surrogate pair');
      return;
    }
    if (typeof part !== 'object' || part === null) return;
    if (depth === MAX_DEPTH) return tell(pointer, `is nested more than ${MAX_DEPTH} levels deep`);
    const isList = Array.isArray(part);
    for (const key of Object.keys(part)) {
      if (faults.length >= most) return;
      // Written out only for those at fault: a document may have a hundred thousand keys.
      const fault = isList ? undefined : keyFault(key);
      const below = (part as Record<string, unknown>)[key];
      if (fault) tell(pointerTo(pointer, key.slice(0, MAX_KEY)), fault);
      else if (typeof below === 'object' || typeof below === 'string') visit(below, pointerTo(pointer, key), depth + 1);
    }
  }
  function tell(pointer: string, detail: string): void {
    faults.push({ pointer, detail });
  }
}

function keyFault(key: string): string | undefined {
  if (key === '__proto__') return 'is not allowed as a key';
  if (key.length > MAX_KEY) return `has more than ${MAX_KEY} characters, which is too long for a key`;
  if (NOT_TEXT.test(key)) return 'must not contain NUL or half a surrogate pair';
  return undefined;
}
