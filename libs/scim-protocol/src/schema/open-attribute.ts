import { string } from './define';
import type { Attribute } from './types';

/** RFC 7643 §2.1, figure 1. */
const NAME = /^[A-Za-z][A-Za-z0-9_$-]{0,127}$/;

/**
 * Whether a name may be used for an attribute that nobody built in: the RFC's grammar (RFC 7643 §2.1), at most 128
 * characters, and none of the names that every JavaScript object has ("constructor", "toString", …).
 */
export function isAttributeName(name: string): boolean {
  return NAME.test(name) && !(name in Object.prototype);
}

/** The definition of an undefined attribute of an open schema, or undefined when the name cannot be one. */
export function openAttribute(name: string): Attribute | undefined {
  return isAttributeName(name) ? { ...string(name, 'Not defined by the schema.'), open: true } : undefined;
}
