import { pointerTo } from './json-pointer';

/** What is at one place of a document in one version and not in another; absent: there was nothing. */
export interface Difference {
  /** JSON pointer; of what is gone it points into the old document. */
  readonly path: string;
  readonly from?: unknown;
  readonly to?: unknown;
}

export interface Differences {
  readonly changes: Difference[];
  /** How many more there are than `changes` tells. */
  readonly more: number;
}

/** A value whose JSON is longer is told by its parts, and a longer text is cut. */
const LONGEST_VALUE = 2_000;

/**
 * What changed between two versions of a document: a pointer with what was and what is there. Of lists, what stayed at
 * either end is recognized as the same.
 * @param from undefined when there was no document before
 * @param most so many are told, of the others only the number
 */
export function differences(from: unknown, to: unknown, most = 1_000): Differences {
  const changes: Difference[] = [];
  let more = 0;
  compare('', from === undefined ? (Array.isArray(to) ? [] : {}) : from, to);
  return { changes, more };

  function compare(path: string, a: unknown, b: unknown): void {
    if (Array.isArray(a) && Array.isArray(b)) compareLists(path, a, b);
    else if (isObject(a) && isObject(b)) compareObjects(path, a, b);
    else if (a !== b) tell(path, { from: a }, { to: b });
  }

  function compareObjects(path: string, a: Record<string, unknown>, b: Record<string, unknown>): void {
    for (const key of Object.keys(a)) {
      if (!Object.hasOwn(b, key)) tell(pointerTo(path, key), { from: a[key] }, {});
      else if (a[key] !== b[key]) compare(pointerTo(path, key), a[key], b[key]);
    }
    for (const key of Object.keys(b)) if (!Object.hasOwn(a, key)) tell(pointerTo(path, key), {}, { to: b[key] });
  }

  function compareLists(path: string, a: readonly unknown[], b: readonly unknown[]): void {
    let start = 0;
    while (start < a.length && start < b.length && sameValue(a[start], b[start])) start++;
    let end = 0;
    const room = Math.min(a.length, b.length) - start;
    while (end < room && sameValue(a[a.length - 1 - end], b[b.length - 1 - end])) end++;
    if (a.length === b.length) {
      for (let i = start; i < a.length - end; i++) compare(pointerTo(path, i), a[i], b[i]);
      return;
    }
    for (let i = start; i < a.length - end; i++) tell(pointerTo(path, i), { from: a[i] }, {});
    for (let i = start; i < b.length - end; i++) tell(pointerTo(path, i), {}, { to: b[i] });
  }

  function tell(path: string, before: { from?: unknown }, after: { to?: unknown }): void {
    if (changes.length >= most) {
      more++;
      return;
    }
    const { from: gone } = before;
    const { to: come } = after;
    // Only one side of a long value can be told by its parts: the other is not there, or of another kind.
    if (isLong(gone) && isParted(gone)) {
      compare(path, gone, Array.isArray(gone) ? [] : {});
      if ('to' in after) tell(path, {}, after);
    } else if (isLong(come) && isParted(come)) {
      if ('from' in before) tell(path, before, {});
      compare(path, Array.isArray(come) ? [] : {}, come);
    } else {
      changes.push({
        path,
        ...('from' in before && { from: isLong(gone) ? cut(gone) : gone }),
        ...('to' in after && { to: isLong(come) ? cut(come) : come }),
      });
    }
  }
}

/** Whether two JSON values are equal; the order of keys does not count, the order of elements does. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((element, i) => sameValue(element, b[i]));
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && sameValue(a[key], b[key]))
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An object or list with something in it. */
function isParted(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0;
}

function isLong(value: unknown): boolean {
  if (typeof value === 'string') return value.length > LONGEST_VALUE;
  return isParted(value) && JSON.stringify(value).length > LONGEST_VALUE;
}

function cut(value: unknown): unknown {
  return typeof value === 'string' ? `${value.slice(0, LONGEST_VALUE)}…` : value;
}
