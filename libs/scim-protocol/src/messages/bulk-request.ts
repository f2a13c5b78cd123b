import { BadRequest, PayloadTooLarge, ScimError } from '../errors';
import { isObject } from '../resource/coerce';
import { checkText, quotable } from '../resource/text';
import type { Json, JsonObject } from '../schema/types';
import { BULK_LIMITS, type BulkLimits } from './limits';
import { foldedMembers, messageBody } from './message-body';
import { BULK_REQUEST_URN } from './urns';

export type BulkMethod = 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** An operation that can be tried. */
export interface ValidBulkOperation {
  readonly method: BulkMethod;
  /** `/Users`, as the client spelled it. */
  readonly endpoint: string;
  /** The id in the path; may be `bulkId:x`. Absent for POST. */
  readonly id?: string;
  readonly bulkId?: string;
  /** An ETag, as in If-Match. */
  readonly version?: string;
  /** The resource or PatchOp; absent for DELETE. */
  readonly data?: JsonObject;
  readonly error?: undefined;
}
/** An operation that fails before it is tried; what could be read of it is for the answer (R68). */
export interface FaultyBulkOperation {
  readonly method?: string;
  readonly bulkId?: string;
  readonly version?: string;
  readonly error: ScimError;
}
export type BulkOperation = ValidBulkOperation | FaultyBulkOperation;

export interface BulkRequest {
  /** Stop after as many failures (R67); undefined: go on to the end. */
  readonly failOnErrors?: number;
  readonly operations: readonly BulkOperation[];
}

/** @throws PayloadTooLarge that names the limit (R69) */
export function checkBulkPayload(bytes: number, limits: BulkLimits = BULK_LIMITS): void {
  if (bytes > limits.maxPayloadSize) {
    throw new PayloadTooLarge(`A bulk request may have at most ${limits.maxPayloadSize} bytes (maxPayloadSize).`);
  }
}

/**
 * Reads a BulkRequest (RFC 7644 §3.7). A fault in one operation stays with that operation (R68).
 * @throws BadRequest invalidSyntax when the message as a whole is none, invalidValue for failOnErrors;
 *   PayloadTooLarge for too many operations (R69)
 */
export function parseBulkRequest(body: Json, limits: BulkLimits = BULK_LIMITS): BulkRequest {
  const members = messageBody(body, BULK_REQUEST_URN);
  const list = members.get('operations');
  if (!Array.isArray(list) || list.length === 0) {
    throw new BadRequest('invalidSyntax', '"Operations" must be a list of at least one operation.');
  }
  if (list.length > limits.maxOperations) {
    throw new PayloadTooLarge(
      `A bulk request may have at most ${limits.maxOperations} operations (maxOperations); this one has ${list.length}.`,
    );
  }
  const failOnErrors = members.get('failonerrors');
  if (failOnErrors !== undefined && !(Number.isSafeInteger(failOnErrors) && (failOnErrors as number) >= 1)) {
    throw new BadRequest('invalidValue', '"failOnErrors" must be a whole number from 1.');
  }
  const bulkIds = new Set<string>();
  return {
    ...(failOnErrors !== undefined && { failOnErrors: failOnErrors as number }),
    operations: list.map((operation) => parseOperation(operation, bulkIds)),
  };
}

function parseOperation(operation: Json, bulkIds: Set<string>): BulkOperation {
  const members = isObject(operation) ? foldedMembers(operation) : undefined;
  const text = (name: string) => {
    const value = members?.get(name);
    return typeof value === 'string' ? quotable(value) : undefined;
  };
  try {
    if (!members) throw new BadRequest('invalidSyntax', 'A bulk operation must be a JSON object.');
    return valid(members, bulkIds);
  } catch (error) {
    if (!(error instanceof ScimError)) throw error;
    const [method, bulkId, version] = [text('method')?.toUpperCase(), text('bulkid'), text('version')];
    return { ...(method && { method }), ...(bulkId && { bulkId }), ...(version && { version }), error };
  }
}

function valid(members: ReadonlyMap<string, Json>, bulkIds: Set<string>): ValidBulkOperation {
  const method = string(members, 'method')?.toUpperCase();
  if (method !== 'POST' && method !== 'PUT' && method !== 'PATCH' && method !== 'DELETE') {
    throw new BadRequest('invalidSyntax', 'The "method" of a bulk operation must be POST, PUT, PATCH or DELETE.');
  }
  const bulkId = string(members, 'bulkId');
  if (bulkId !== undefined) {
    if (bulkIds.has(bulkId)) {
      throw new BadRequest('invalidValue', `The bulkId "${quotable(bulkId)}" is used by an earlier operation.`);
    }
    bulkIds.add(bulkId);
  } else if (method === 'POST') {
    throw new BadRequest('invalidValue', 'A bulk operation with the method POST needs a "bulkId".');
  }
  const path = string(members, 'path');
  if (path === undefined) throw new BadRequest('invalidPath', 'A bulk operation needs a "path".');
  const version = string(members, 'version');
  const data = members.get('data');
  if (method !== 'DELETE' && !isObject(data)) {
    throw new BadRequest('invalidSyntax', `A bulk operation with the method ${method} needs "data", an object.`);
  }
  return {
    method,
    ...target(method, path),
    ...(bulkId !== undefined && { bulkId }),
    ...(version !== undefined && { version }),
    ...(method !== 'DELETE' && { data: data as JsonObject }),
  };
}

function string(members: ReadonlyMap<string, Json>, name: string): string | undefined {
  const value = members.get(name.toLowerCase());
  if (value === undefined || value === '') return undefined;
  if (typeof value !== 'string') throw new BadRequest('invalidSyntax', `"${name}" must be a string.`);
  checkText(value, `"${name}"`, MAX_TEXT);
  return value;
}
const MAX_TEXT = 2_048;

const ABSOLUTE = /^https?:\/\/[^/?#]+/i;

/** `/Users`, `/Users/{id}`; an absolute URL counts by the end of its path, whatever the base URL in front of it. */
function target(method: BulkMethod, path: string): { endpoint: string; id?: string } {
  const absolute = ABSOLUTE.test(path);
  const bare = path
    .replace(ABSOLUTE, '')
    .replace(/[?#].*$/s, '')
    .replace(/^\/|\/$/g, '');
  const wanted = method === 'POST' ? 1 : 2;
  const parts = absolute ? bare.split('/').slice(-wanted) : bare.split('/');
  const [endpoint, id] = parts;
  if (parts.length !== wanted || !endpoint || (wanted === 2 && !id)) {
    const form = method === 'POST' ? '"/Users"' : '"/Users/{id}"';
    throw new BadRequest('invalidPath', `The "path" of a bulk ${method} must be like ${form}.`);
  }
  return id ? { endpoint: `/${endpoint}`, id: decoded(id) } : { endpoint: `/${endpoint}` };
}

function decoded(id: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    throw new BadRequest('invalidPath', 'The id in the "path" of a bulk operation is not well encoded.');
  }
}
