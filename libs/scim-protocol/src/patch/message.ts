import { BadRequest } from '../errors';
import { isObject } from '../resource/coerce';
import type { Json, JsonObject } from '../schema/types';
import type { PatchOp } from './types';

export const PATCH_URN = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const FOLDED_URN = PATCH_URN.toLowerCase();
const OPS = new Set<string>(['add', 'remove', 'replace']);

/** One element of `Operations` as it was sent, its envelope checked. */
export interface Operation {
  /** From 1, for messages. */
  readonly number: number;
  readonly op: PatchOp;
  readonly path: string | undefined;
  /** undefined when the operation has no value. */
  readonly value: Json | undefined;
}

/**
 * Checks the envelope of a PATCH body (RFC 7644 §3.5.2). Names and `op` count in any case, as Entra sends them
 * (catalogue EN-U1); a path of null is no path.
 * @throws BadRequest invalidSyntax where the PatchOp URN is missing, there is no operation (EN-U10) or an unknown op (R52);
 *   invalidPath where a path is no text
 */
export function readOperations(body: Json): Operation[] {
  if (!isObject(body)) throw syntax('The body must be a JSON object with "schemas" and "Operations".');
  const schemas = field(body, 'schemas');
  const named = Array.isArray(schemas) && schemas.some((s) => typeof s === 'string' && s.toLowerCase() === FOLDED_URN);
  if (!named) throw syntax(`"schemas" must contain "${PATCH_URN}".`);
  const operations = field(body, 'Operations');
  if (!Array.isArray(operations) || operations.length === 0) {
    throw syntax('"Operations" must be a list of at least one operation.');
  }
  return operations.map((operation, index) => read(operation, index + 1));
}

function read(operation: Json, number: number): Operation {
  if (!isObject(operation)) throw syntax(`Operation ${number}: it must be an object with "op".`);
  const sent = field(operation, 'op');
  const op = typeof sent === 'string' ? sent.toLowerCase() : undefined;
  if (op === undefined || !OPS.has(op)) throw syntax(`Operation ${number}: "op" must be "add", "remove" or "replace".`);
  const path = field(operation, 'path') ?? undefined;
  if (path !== undefined && typeof path !== 'string') {
    throw new BadRequest('invalidPath', `Operation ${number}: the path must be text.`);
  }
  return { number, op: op as PatchOp, path, value: field(operation, 'value') };
}

/** The usual spelling first, then any case (RFC 7643 §2.1); own members only. */
function field(object: JsonObject, name: string): Json | undefined {
  if (Object.hasOwn(object, name)) return object[name];
  const folded = name.toLowerCase();
  for (const key of Object.keys(object)) if (key.toLowerCase() === folded) return object[key];
  return undefined;
}

const syntax = (detail: string) => new BadRequest('invalidSyntax', detail);
