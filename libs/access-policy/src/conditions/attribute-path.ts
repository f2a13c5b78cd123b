import { USER_URN } from '@provost/scim-protocol';

/** Reads the values that a path names; `each` is called for every one until it answers true. Answers whether it did. */
export type PathReader = (attributes: unknown, each: (value: unknown) => boolean) => boolean;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The member of that name in any case (RFC 7643 §2.1); the spelling as written goes first. Own members only: an attribute may be
 * called `constructor`. Lengths are compared before names are folded, so an attribute that is missing costs little.
 */
function member(object: unknown, name: string, folded: string): unknown {
  if (!isObject(object)) return undefined;
  if (Object.hasOwn(object, name)) return object[name];
  for (const key of Object.keys(object)) {
    if (key.length === folded.length && key.toLowerCase() === folded) return object[key];
  }
  return undefined;
}

/** True when the value itself, or some element of it, satisfies the test; a missing or null one does not. */
export function some(value: unknown, holds: (value: unknown) => boolean): boolean {
  if (value === undefined || value === null) return false;
  return Array.isArray(value) ? value.some((element) => element !== null && holds(element)) : holds(value);
}

/** The member that a name stands for, prepared: `reads('title')(attributes)`. */
export function reads(name: string): (object: unknown) => unknown {
  const folded = name.toLowerCase();
  return (object) => member(object, name, folded);
}

/**
 * Prepares the reading of `title`, `name.givenName`, `groups.display`, `urn:…:2.0:User:manager.value` or a whole extension.
 * The dots of a URN separate nothing, and no attribute's name has a colon, so the URN ends at the last colon (RFC 7644 §3.10).
 * The URN of the core schema may be left out, so `urn:…:core:2.0:User:title` is `title`.
 */
export function pathReader(path: string): PathReader {
  const colon = path.lastIndexOf(':');
  if (colon < 0) return dotted(path);
  const inside = dotted(path.slice(colon + 1));
  const urn = path.slice(0, colon);
  if (urn.toLowerCase() === USER_URN.toLowerCase()) return inside;
  const extension = reads(urn);
  const whole = reads(path);
  return (attributes, each) => {
    const block = extension(attributes);
    return block === undefined ? some(whole(attributes), each) : inside(block, each);
  };
}

function dotted(path: string): PathReader {
  const dot = path.indexOf('.');
  if (dot < 0) {
    const attribute = reads(path);
    return (attributes, each) => some(attribute(attributes), each);
  }
  const attribute = reads(path.slice(0, dot));
  const sub = reads(path.slice(dot + 1));
  return (attributes, each) => some(attribute(attributes), (value) => some(sub(value), each));
}
