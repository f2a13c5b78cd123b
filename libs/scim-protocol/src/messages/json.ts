import { BadRequest } from '../errors';
import type { Json } from '../schema/types';

/** Objects and lists inside each other; a SCIM bulk request needs about eight. */
export const MAX_DEPTH = 64;

/**
 * Reads JSON text. The parser's own message is not passed on, as it quotes the body, which may hold a password.
 * @throws BadRequest invalidSyntax when it is no JSON (R39) or nested deeper than MAX_DEPTH
 */
export function parseJson(text: string): Json {
  let value: Json;
  try {
    value = JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text) as Json;
  } catch {
    const detail = text.trim() === '' ? 'The body is empty; JSON is expected.' : 'The body is not valid JSON.';
    throw new BadRequest('invalidSyntax', detail);
  }
  checkDepth(value, 0);
  return value;
}

/** Recurses no deeper than the limit that it checks, so no nesting can exhaust the stack (JSON.parse itself iterates). */
function checkDepth(value: Json, depth: number): void {
  if (typeof value !== 'object' || value === null) return;
  if (depth === MAX_DEPTH) {
    throw new BadRequest('invalidSyntax', `The body is nested more than ${MAX_DEPTH} levels deep.`);
  }
  if (Array.isArray(value)) for (const element of value) checkDepth(element, depth + 1);
  else for (const name of Object.keys(value)) checkDepth(value[name] as Json, depth + 1);
}
