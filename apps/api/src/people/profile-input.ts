import { MANAGER, type ProfileValue } from '@provost/access-policy';
import { type InputFault, invalid } from '../http';

const MAX_TEXT = 10_000;
const MAX_ELEMENTS = 100;
/** NUL and halves of surrogate pairs, which the database refuses. */
const NOT_TEXT = /\0|\p{Cs}/u;

/**
 * What the application sends as `profile`: a value or null for each field.
 * @param fields those that the tenant's mapping has
 * @throws Problem 400 with a fault for each field that is wrong
 */
export function profileInput(fields: readonly string[], input: object): [string, ProfileValue | null][] {
  const faults: InputFault[] = [];
  const values = Object.entries(input).map(([field, value]): [string, ProfileValue | null] => {
    const detail = fields.includes(field)
      ? faultOf(field, value)
      : `is not a field of the profile; fields are ${fields.join(', ')}`;
    if (detail) faults.push({ pointer: `/profile/${field.replaceAll('~', '~0').replaceAll('/', '~1')}`, detail });
    // The profile shows the manager as a person; sent back, it means that person.
    return [field, field === MANAGER && isPerson(value) ? value.id : (value as ProfileValue | null)];
  });
  if (faults.length) throw invalid(faults.slice(0, MAX_ELEMENTS));
  return values;
}

function faultOf(field: string, value: unknown): string | undefined {
  if (value === null) return undefined;
  if (field === MANAGER) {
    if (isPerson(value)) return scalarFault(value.id);
    return typeof value === 'string' ? scalarFault(value) : 'must be an id, externalId, userName or e-mail address';
  }
  if (!Array.isArray(value)) return scalarFault(value);
  if (value.length === 0) return 'must not be empty; null gives the field back to Okta';
  if (value.length > MAX_ELEMENTS) return `must have at most ${MAX_ELEMENTS} entries`;
  return value.map(scalarFault).find((fault) => fault !== undefined);
}

function scalarFault(value: unknown): string | undefined {
  if (typeof value === 'boolean' || typeof value === 'number') return undefined;
  if (typeof value !== 'string') return 'must be a text, a number, true or false, or a list of these';
  if (value === '') return 'must not be empty; null gives the field back to Okta';
  if (value.length > MAX_TEXT) return `must have at most ${MAX_TEXT} characters`;
  return NOT_TEXT.test(value) ? 'must not contain NUL or half a surrogate pair' : undefined;
}

const isPerson = (value: unknown): value is { id: string } =>
  typeof value === 'object' && value !== null && typeof (value as { id?: unknown }).id === 'string';
