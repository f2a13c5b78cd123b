import type { Attribute, AttributeType } from './types';

type Flags = Partial<Omit<Attribute, 'name' | 'type' | 'description' | 'subAttributes'>>;

/** An attribute with the defaults of RFC 7643 §2.2; `flags` says what differs. */
const define =
  (type: AttributeType) =>
  (name: string, description: string, flags: Flags = {}) => ({
    name,
    type,
    description,
    multiValued: false,
    required: false,
    caseExact: false,
    mutability: 'readWrite' as const,
    returned: 'default' as const,
    uniqueness: 'none' as const,
    ...flags,
  });

/** A string attribute (RFC 7643 §2.3.1). */
export const string: (name: string, description: string, flags?: Flags) => Attribute = define('string');
/** A boolean attribute (RFC 7643 §2.3.2). */
export const boolean: (name: string, description: string, flags?: Flags) => Attribute = define('boolean');
/** An integer attribute (RFC 7643 §2.3.4). */
export const integer: (name: string, description: string, flags?: Flags) => Attribute = define('integer');
/** A dateTime attribute (RFC 7643 §2.3.5). */
export const dateTime: (name: string, description: string, flags?: Flags) => Attribute = define('dateTime');

/** A binary attribute; base64 is case exact (RFC 7643 §2.3.6, against the printed schema of §8.7.1). */
export const binary = (name: string, description: string, flags: Flags = {}): Attribute =>
  define('binary')(name, description, { caseExact: true, ...flags });

/** A reference to resources of the named types; case exact (RFC 7643 §2.3.7, against the printed schema of §8.7.1). */
export const reference = (
  name: string,
  description: string,
  referenceTypes: readonly string[],
  flags: Flags = {},
): Attribute => define('reference')(name, description, { caseExact: true, ...flags, referenceTypes });

/** A complex attribute with its sub-attributes (RFC 7643 §2.3.8). */
export const complex = (
  name: string,
  description: string,
  subAttributes: readonly Attribute[],
  flags: Flags = {},
): Attribute => ({ ...define('complex')(name, description, flags), subAttributes });

/** A multi-valued complex attribute (RFC 7643 §2.4). */
export const many = (
  name: string,
  description: string,
  subAttributes: readonly Attribute[],
  flags: Flags = {},
): Attribute => complex(name, description, subAttributes, { ...flags, multiValued: true });

/** The default sub-attributes value, display, type and primary of RFC 7643 §2.4, around a given `value`. */
export const plural = (value: Attribute, types?: readonly string[]): readonly Attribute[] => [
  value,
  string('display', 'A human-readable name, primarily for display.'),
  string('type', 'A label that says what the value is for.', types ? { canonicalValues: types } : {}),
  boolean('primary', 'Whether this is the preferred value; true at most once.'),
];
