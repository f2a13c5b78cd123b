import { BadRequest } from '../errors';
import { isObject } from '../resource/coerce';
import type { Json, JsonObject } from '../schema/types';

/**
 * A message's members by lower-cased name, since names are case-insensitive (RFC 7643 §2.1), after a look at `schemas`.
 * @throws BadRequest invalidSyntax when the body is no object or `schemas` does not name the message
 */
export function messageBody(body: Json, urn: string): ReadonlyMap<string, Json> {
  if (!isObject(body)) throw new BadRequest('invalidSyntax', 'The body must be a JSON object.');
  const members = foldedMembers(body);
  const schemas = members.get('schemas');
  const named = Array.isArray(schemas) ? schemas : [schemas];
  if (!named.some((schema) => typeof schema === 'string' && schema.toLowerCase() === urn.toLowerCase())) {
    throw new BadRequest('invalidSyntax', `The "schemas" of this message must be ["${urn}"].`);
  }
  return members;
}

/** An object's members by lower-cased name; null counts as absent (RFC 7643 §2.5). */
export function foldedMembers(object: JsonObject): ReadonlyMap<string, Json> {
  const members = new Map<string, Json>();
  for (const name of Object.keys(object)) {
    const value = object[name];
    if (value !== null && value !== undefined) members.set(name.toLowerCase(), value);
  }
  return members;
}
