/** A JSON value as it stands in a SCIM message. */
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
export type JsonObject = { [name: string]: Json };

/** RFC 7643 §2.3: the data types of attributes. */
export type AttributeType =
  'string' | 'boolean' | 'decimal' | 'integer' | 'dateTime' | 'binary' | 'reference' | 'complex';
/** RFC 7643 §2.2 and §7. */
export type Mutability = 'readOnly' | 'readWrite' | 'immutable' | 'writeOnly';
export type Returned = 'always' | 'never' | 'default' | 'request';
export type Uniqueness = 'none' | 'server' | 'global';

/** An attribute definition as `/Schemas` shows it (RFC 7643 §7). */
export interface Attribute {
  readonly name: string;
  readonly type: AttributeType;
  readonly multiValued: boolean;
  readonly description: string;
  readonly required: boolean;
  readonly caseExact: boolean;
  readonly mutability: Mutability;
  readonly returned: Returned;
  readonly uniqueness: Uniqueness;
  readonly canonicalValues?: readonly string[];
  readonly referenceTypes?: readonly string[];
  readonly subAttributes?: readonly Attribute[];
  /** Ours, not the RFC's and not shown by `/Schemas`: the longest string accepted, in UTF-16 code units. */
  readonly maxLength?: number;
  /** Ours: an attribute of an open schema that nobody defined; any scalar is kept as it was sent. */
  readonly open?: true;
}

/** A schema: the core of a resource type or an extension of it (RFC 7643 §7). */
export interface Schema {
  /** The URN. */
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly attributes: readonly Attribute[];
  /** Ours, not shown by `/Schemas`: attributes that nobody defined are kept too, each as a scalar. */
  readonly open?: true;
}

/** A resource type as `/ResourceTypes` shows it (RFC 7643 §6). */
export interface ResourceTypeSpec {
  readonly id: string;
  readonly name: string;
  /** Relative to the SCIM base URL: `/Users`. */
  readonly endpoint: string;
  readonly description: string;
  readonly schema: Schema;
  readonly extensions: readonly { readonly schema: Schema; readonly required: boolean }[];
}
