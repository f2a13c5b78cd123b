import { BadRequest } from '../errors';
import { isObject } from '../resource/coerce';
import { checkText, quotable } from '../resource/text';
import { CUSTOM_URN } from './custom-user';
import { ENTERPRISE_URN } from './enterprise-user';
import { GROUP_URN } from './group';
import { DISCOVERY_SCHEMAS } from './discovery-schemas';
import { ENTITLEMENT_URN, ROLE_URN } from './okta-governance';
import { isAttributeName } from './open-attribute';
import type { Attribute, Json, JsonObject, Schema } from './types';
import { USER_URN } from './user';

const MAX_ATTRIBUTES = 500;
const MAX_SUB_ATTRIBUTES = 100;
const MAX_URN_LENGTH = 255;
/** RFC 8141, without the optional components, which no schema needs. */
const URN = /^urn:[a-z0-9][a-z0-9-]{0,31}:[a-z0-9()+,\-.:=@;$_!*'%/]*[a-z0-9]$/i;

const TAKEN = [
  ...[USER_URN, GROUP_URN, ENTERPRISE_URN, ROLE_URN, ENTITLEMENT_URN],
  ...DISCOVERY_SCHEMAS.map((schema) => schema.id),
].map((urn) => urn.toLowerCase());
const MESSAGES = 'urn:ietf:params:scim:api:';

/**
 * Names that no extension may define: `groups` belongs to Okta and the core (OD-faq), the others are what the server
 * assigns, and a password anywhere else would be stored and returned.
 */
const RESERVED = new Set(['groups', 'schemas', 'id', 'meta', 'password']);

const fault = (detail: string) => new BadRequest('invalidValue', detail);

/**
 * Reads a tenant's own extension (contract §3, `POST /schemas`): `{urn | id, name, description?, attributes}`, each
 * attribute as in RFC 7643 §7, flags that are left out as in RFC 7643 §2.2.
 * @throws BadRequest invalidValue that names the first fault: a definition that could not be kept is refused, not bent
 */
export function parseExtensionSchema(json: Json): Schema {
  if (!isObject(json)) throw fault('A schema must be an object with urn, name and attributes.');
  onlyKnown(json, SCHEMA_MEMBERS, 'The schema');
  const id = urn(json.urn ?? json.id ?? null);
  const name = json.name === undefined ? id.split(':').at(-1) : json.name;
  return {
    id,
    name: text(name ?? null, 'The name of the schema', 200),
    description: json.description === undefined ? '' : text(json.description, 'The description of the schema', 2_000),
    attributes: attributes(json.attributes ?? null, '', MAX_ATTRIBUTES),
  };
}

const SCHEMA_MEMBERS = new Set(['schemas', 'urn', 'id', 'name', 'description', 'attributes', 'meta', 'resourceType']);
const ATTRIBUTE_MEMBERS = new Set([
  ...['name', 'type', 'multiValued', 'description', 'required', 'caseExact', 'mutability', 'returned', 'uniqueness'],
  ...['canonicalValues', 'referenceTypes', 'subAttributes'],
]);

function urn(value: Json): string {
  if (typeof value !== 'string' || value.length > MAX_URN_LENGTH || !URN.test(value)) {
    throw fault('The urn must be like "urn:example:scim:schemas:extension:acme:2.0:User", at most 255 characters.');
  }
  const folded = value.toLowerCase();
  const clash = TAKEN.some((taken) => folded === taken || folded.startsWith(`${taken}:`));
  if (clash || folded.startsWith(MESSAGES) || folded.startsWith(`${CUSTOM_URN.toLowerCase()}:`)) {
    throw fault(`The urn "${value}" belongs to a schema that is built in.`);
  }
  return folded === CUSTOM_URN.toLowerCase() ? CUSTOM_URN : value;
}

function attributes(value: Json, parent: string, limit: number): Attribute[] {
  const what = parent ? `"subAttributes" of ${parent}` : '"attributes"';
  if (!Array.isArray(value) || value.length === 0 || value.length > limit) {
    throw fault(`${what} must be a list of 1 to ${limit} attribute definitions.`);
  }
  const names = new Set<string>();
  return value.map((definition) => {
    const parsed = attribute(definition, parent);
    const folded = parsed.name.toLowerCase();
    if (names.has(folded)) throw fault(`The attribute ${path(parent, parsed.name)} is defined twice.`);
    names.add(folded);
    return parsed;
  });
}

const path = (parent: string, name: string) => (parent ? `${parent}.${name}` : name);

function attribute(json: Json, parent: string): Attribute {
  if (!isObject(json)) throw fault(`Each attribute definition${parent && ` of ${parent}`} must be an object.`);
  const name = attributeName(json.name ?? null, parent);
  const where = `The attribute ${path(parent, name)}`;
  onlyKnown(json, ATTRIBUTE_MEMBERS, where);
  const type = oneOf(json, 'type', TYPES, 'string', where);
  if (type === 'complex' && parent) throw fault(`${where} must not be complex inside a complex attribute.`);
  if ((type === 'complex') !== (json.subAttributes !== undefined)) {
    throw fault(`${where}: a complex attribute has subAttributes, and only a complex one.`);
  }
  const mutability = oneOf(json, 'mutability', MUTABILITIES, 'readWrite', where);
  const returned = oneOf(json, 'returned', RETURNED, mutability === 'writeOnly' ? 'never' : 'default', where);
  if (mutability === 'writeOnly' && returned !== 'never') {
    throw fault(`${where} is writeOnly, so "returned" must be "never" (RFC 7643 §7).`);
  }
  const required = flag(json, 'required', false, where);
  if (required && mutability === 'readOnly') throw fault(`${where} cannot be both required and readOnly.`);
  // The directory keeps userName unique and nothing else; to accept the flag would be to promise it.
  oneOf(json, 'uniqueness', ['none'], 'none', where);
  if (json.referenceTypes !== undefined && type !== 'reference') {
    throw fault(`${where}: only a reference has referenceTypes.`);
  }
  return {
    name,
    type,
    multiValued: flag(json, 'multiValued', false, where),
    description: json.description === undefined ? '' : text(json.description, `${where}: "description"`, 2_000),
    required,
    caseExact: flag(json, 'caseExact', type === 'reference' || type === 'binary', where),
    mutability,
    returned,
    uniqueness: 'none',
    ...(json.canonicalValues !== undefined && { canonicalValues: strings(json.canonicalValues, where) }),
    ...(type === 'reference' && { referenceTypes: strings(json.referenceTypes ?? ['external'], where) }),
    ...(type === 'complex' && {
      subAttributes: attributes(json.subAttributes ?? null, path(parent, name), MAX_SUB_ATTRIBUTES),
    }),
  };
}

const TYPES = ['string', 'boolean', 'decimal', 'integer', 'dateTime', 'binary', 'reference', 'complex'] as const;
const MUTABILITIES = ['readOnly', 'readWrite', 'immutable', 'writeOnly'] as const;
const RETURNED = ['always', 'never', 'default', 'request'] as const;

function attributeName(value: Json, parent: string): string {
  if (typeof value !== 'string') throw fault(`Each attribute definition${parent && ` of ${parent}`} needs a name.`);
  const reserved = !parent && RESERVED.has(value.toLowerCase());
  if (reserved) throw fault(`"${value}" is a reserved name.`);
  if (!isAttributeName(value) && !(parent && value === '$ref')) {
    throw fault(
      `"${quotable(value)}" is no attribute name: a letter, then letters, digits, "-", "_" and "$" (RFC 7643 §2.1).`,
    );
  }
  return value;
}

function onlyKnown(json: JsonObject, known: ReadonlySet<string>, where: string): void {
  const stranger = Object.keys(json).find((name) => !known.has(name));
  if (stranger !== undefined) throw fault(`${where}: a definition cannot have "${quotable(stranger)}".`);
}

function oneOf<T extends string>(
  json: JsonObject,
  name: string,
  allowed: readonly T[],
  otherwise: T,
  where: string,
): T {
  const value = json[name];
  if (value === undefined) return otherwise;
  const found = allowed.find((candidate) => candidate === value);
  if (!found) throw fault(`${where}: "${name}" must be ${allowed.map((a) => `"${a}"`).join(', ')}.`);
  return found;
}

function flag(json: JsonObject, name: string, otherwise: boolean, where: string): boolean {
  const value = json[name] ?? otherwise;
  if (typeof value !== 'boolean') throw fault(`${where}: "${name}" must be true or false.`);
  return value;
}

function text(value: Json, where: string, maxLength: number): string {
  if (typeof value !== 'string') throw fault(`${where} must be a string.`);
  checkText(value, where, maxLength);
  return value;
}

function strings(value: Json, where: string): string[] {
  if (!Array.isArray(value) || value.length > MAX_ATTRIBUTES)
    throw fault(`${where}: its values must be a list of strings.`);
  return value.map((item) => text(item, `${where}: each of its values`, 1_000));
}
