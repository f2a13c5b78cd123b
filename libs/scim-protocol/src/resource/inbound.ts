import type { ClientProfile } from '../client-profile';
import { BadRequest } from '../errors';
import type { Member } from '../patch/types';
import type { AttributePath, ResourceType } from '../schema/registry';
import type { Attribute, Json, JsonObject, Schema } from '../schema/types';
import { coerceAttribute, coerceSingle, isEmpty, isObject, unknownName } from './coerce';
import { parseMembers } from './members';
import { quotable } from './text';

/** What a POST or PUT body says, ready to be stored. */
export interface ParsedResource {
  /** Canonical spelling, only assigned attributes, without id, meta and whatever else the server assigns. */
  readonly resource: JsonObject;
  /** Apart, so that nothing that stores or logs the resource can leak it. */
  readonly password?: string;
  /** The members of a group, each once; undefined when the body says nothing about them. */
  readonly members?: readonly Member[];
  /** Attributes and schemas that nobody defined (K6), for the log and the administrator. */
  readonly ignored: string[];
}

/** More attributes than this that nobody defined in one open extension block are refused. */
const MAX_OPEN_ATTRIBUTES = 500;

/**
 * Reads the body of a POST or PUT (RFC 7644 §3.3, §3.5.1). Names and URNs count in any case (RFC 7643 §2.1); an
 * attribute may also stand at the top as `urn:…:User:department` or `name.givenName`, which wins over the nested form;
 * a name given twice in different cases counts as it stands last. readOnly attributes are dropped (R31), null, [] and ""
 * mean unassigned (RFC 7643 §2.5, OK-U9), missing URNs in `schemas` are added and unused ones left out.
 *
 * @throws BadRequest invalidValue for a value that does not fit or a missing required attribute (R36, R38);
 *   invalidSyntax for a body that is no object or whose `schemas` is about something else altogether (RFC 7643 §3) and,
 *   where the profile rejects, for unknown names (K6)
 */
export function parseResource(type: ResourceType, body: Json, profile: ClientProfile): ParsedResource {
  if (!isObject(body))
    throw new BadRequest('invalidSyntax', `The body must be a JSON object that describes the ${type.name}.`);
  const reader = new Reader(type, profile);
  reader.read(body);
  return reader.result();
}

class Reader {
  private readonly resource: JsonObject = { schemas: [] };
  private readonly ignored: string[] = [];
  private password: string | undefined;
  private members: readonly Member[] | undefined;

  constructor(
    private readonly type: ResourceType,
    private readonly profile: ClientProfile,
  ) {}

  read(body: JsonObject): void {
    let paths: string[] | undefined;
    for (const name of Object.keys(body)) {
      const attribute = this.type.attribute(name);
      if (attribute) this.assign(attribute, body[name] as Json, this.resource, attribute.name);
      else if (name.includes('.') || name.includes(':')) (paths ??= []).push(name);
      else unknownName(name, this.type, this.profile, this.ignored);
    }
    // Blocks before paths: `urn:…:User:department` adds to the block wherever it stands in the body.
    if (!paths) return;
    const single = paths.filter((name) => !this.block(name, body[name] as Json));
    for (const name of single) this.path(name, body[name] as Json);
  }

  result(): ParsedResource {
    const { type, resource, password, members, ignored } = this;
    const schemas: Json[] = [type.spec.schema.id];
    for (const attribute of type.attributes()) requireAssigned(attribute, resource, attribute.name);
    for (const { schema, required } of type.spec.extensions) {
      const block = resource[schema.id];
      if (isObject(block) && !isEmpty(block)) {
        schemas.push(schema.id);
        for (const attribute of schema.attributes) requireAssigned(attribute, block, `${schema.id}:${attribute.name}`);
      } else if (required) {
        throw new BadRequest('invalidValue', `The extension ${schema.id} is required.`);
      } else if (block !== undefined) {
        delete resource[schema.id];
      }
    }
    resource.schemas = schemas;
    return {
      resource,
      ...(password !== undefined && { password }),
      ...(members !== undefined && { members }),
      ignored,
    };
  }

  /** A whole extension block, or the core's attributes under the core's URN; false when the name is neither. */
  private block(name: string, value: Json): boolean {
    const extension = this.type.extension(name);
    if (!extension) {
      if (name.toLowerCase() !== this.type.spec.schema.id.toLowerCase()) return false;
      if (isObject(value)) this.read(value);
      else if (value !== null) throw new BadRequest('invalidValue', `${name} must be an object.`);
      return true;
    }
    if (value === null || value === '' || (Array.isArray(value) && value.length === 0)) return true;
    if (!isObject(value)) throw new BadRequest('invalidValue', `${extension.id} must be an object.`);
    const into = this.extensionBlock(extension);
    for (const key of Object.keys(value)) this.extensionAttribute(extension, key, value[key] as Json, into);
    return true;
  }

  private extensionAttribute(extension: Schema, name: string, value: Json, into: JsonObject): void {
    const where = `${extension.id}:${name}`;
    const attribute = this.type.attributeIn(extension.id, name);
    if (!attribute) return unknownName(where, this.type, this.profile, this.ignored);
    if (!attribute.open) return this.assign(attribute, value, into, `${extension.id}:${attribute.name}`);
    if (typeof value === 'object' && value !== null) {
      return unknownName(where, this.type, this.profile, this.ignored);
    }
    this.assign(openSpelling(attribute, into), value, into, where);
    if (Object.keys(into).length > MAX_OPEN_ATTRIBUTES) {
      throw new BadRequest('invalidValue', `${extension.id} must have at most ${MAX_OPEN_ATTRIBUTES} attributes.`);
    }
  }

  /** `name.givenName`, `urn:…:User:department`, `urn:…:User:manager.value` as a key of the body. */
  private path(name: string, value: Json): void {
    const target = this.type.resolve(name);
    if (!target || 'extension' in target || (target.sub && target.attribute.multiValued)) {
      return unknownName(name, this.type, this.profile, this.ignored);
    }
    const extension = target.schema === undefined ? undefined : this.type.extension(target.schema);
    const into = extension ? this.extensionBlock(extension) : this.resource;
    if (target.sub) return this.assignSub(target, value, into, name);
    if (extension) return this.extensionAttribute(extension, target.attribute.name, value, into);
    this.assign(target.attribute, value, into, name);
  }

  private assignSub({ attribute, sub }: AttributePath, value: Json, into: JsonObject, where: string): void {
    if (!sub || attribute.mutability === 'readOnly' || sub.mutability === 'readOnly') return;
    const coerced = coerceSingle(this.type, sub, value, this.profile, where);
    const current = into[attribute.name];
    if (coerced !== undefined) {
      if (isObject(current)) current[sub.name] = coerced;
      else into[attribute.name] = { [sub.name]: coerced };
    } else if (isObject(current)) {
      delete current[sub.name];
      if (isEmpty(current)) delete into[attribute.name];
    }
  }

  private extensionBlock(extension: Schema): JsonObject {
    const block = this.resource[extension.id];
    return isObject(block) ? block : (this.resource[extension.id] = {});
  }

  private assign(attribute: Attribute, value: Json, into: JsonObject, where: string): void {
    if (attribute.mutability === 'readOnly') {
      if (attribute.name === 'schemas') this.checkSchemas(value);
      return;
    }
    if (into === this.resource && attribute.name === 'members' && this.type.name === 'Group') {
      this.members = parseMembers(value, this.profile);
      return;
    }
    const coerced = coerceAttribute(this.type, attribute, value, this.profile, where, this.ignored);
    if (into === this.resource && attribute.name === 'password') {
      this.password = coerced as string | undefined;
    } else if (coerced !== undefined) {
      into[attribute.name] = coerced;
    } else if (into[attribute.name] !== undefined) {
      delete into[attribute.name];
    }
  }

  /** Unknown URNs beside known ones are K6 (EN-G1); a list of nothing but them was meant for another endpoint. */
  private checkSchemas(value: Json): void {
    const core = this.type.spec.schema.id;
    const urns = (Array.isArray(value) ? value : [value]).filter((urn) => typeof urn === 'string' && urn !== '');
    const unknown = (urns as string[]).filter(
      (urn) => !this.type.extension(urn) && urn.toLowerCase() !== core.toLowerCase(),
    );
    for (const urn of unknown) unknownName(urn, this.type, this.profile, this.ignored);
    if (unknown.length > 0 && unknown.length === urns.length) {
      const sent = quotable(unknown[0] as string);
      throw new BadRequest(
        'invalidSyntax',
        `The "schemas" of this ${this.type.name} must contain "${core}"; it names "${sent}".`,
      );
    }
  }
}

/** An attribute that nobody defined keeps the spelling in which the block has it already: names are case-insensitive. */
function openSpelling(attribute: Attribute, block: JsonObject): Attribute {
  if (attribute.name in block) return attribute;
  const folded = attribute.name.toLowerCase();
  const known = Object.keys(block).find((name) => name.toLowerCase() === folded);
  return known === undefined ? attribute : { ...attribute, name: known };
}

function requireAssigned(attribute: Attribute, block: JsonObject, where: string): void {
  if (!attribute.required || attribute.mutability === 'readOnly') return;
  if (block[attribute.name] === undefined) {
    throw new BadRequest('invalidValue', `${where} is required and must not be empty.`);
  }
}
