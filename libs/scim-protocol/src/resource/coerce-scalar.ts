import type { ClientProfile } from '../client-profile';
import { BadRequest } from '../errors';
import { parseDateTime } from '../schema/date-time';
import type { Attribute, Json } from '../schema/types';
import { checkNoControl, checkText } from './text';

const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/;
const WHITESPACE = /\s+/g;
const INTEGER = /^-?\d{1,16}$/;
const DECIMAL = /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/;

const wrong = (where: string, expected: string) => new BadRequest('invalidValue', `${where} must be ${expected}.`);

/**
 * Checks one scalar against the attribute's type (RFC 7643 §2.3) and brings it into its canonical form. Where the
 * profile coerces (K4, OK-A3), "True" counts as true, a number as a string, and the text of a number as the number.
 * @returns undefined for what means unassigned: null, [] and the empty string (RFC 7643 §2.5, catalogue OK-U9)
 * @throws BadRequest invalidValue that begins with `where`
 */
export function coerceScalar(attribute: Attribute, value: Json, profile: ClientProfile, where: string) {
  if (value === null || value === '') return undefined;
  const lenient = profile.stringBooleans === 'coerce';
  switch (attribute.type) {
    case 'string':
      return attribute.open ? openScalar(value, where) : string(attribute, value, lenient, where);
    case 'reference':
      return string(attribute, value, lenient, where);
    case 'boolean':
      return boolean(value, lenient, where);
    case 'integer':
    case 'decimal':
      return number(attribute.type, value, lenient, where);
    case 'dateTime':
      if (typeof value !== 'string' || parseDateTime(value) === undefined) {
        throw wrong(where, 'a date and time such as "2026-01-31T09:30:00Z"');
      }
      return value;
    case 'binary':
      return binary(value, where);
    case 'complex':
      throw wrong(where, 'an object');
  }
}

function string(attribute: Attribute, value: Json, lenient: boolean, where: string): string {
  if (typeof value === 'number' && lenient && Number.isFinite(value)) value = String(value);
  if (typeof value !== 'string') throw wrong(where, 'a string');
  checkText(value, where, attribute.maxLength);
  if (attribute.required && value.trim() === '') throw wrong(where, 'more than white space');
  if (attribute.uniqueness !== 'none') checkNoControl(value, where);
  return value;
}

/** Kept as it was sent, so that what a client reads is what it wrote. */
function openScalar(value: Json, where: string): string | number | boolean {
  if (typeof value === 'string') checkText(value, where);
  else if (typeof value === 'number' ? !Number.isFinite(value) : typeof value !== 'boolean') {
    throw wrong(where, 'a string, a number or a boolean');
  }
  return value as string | number | boolean;
}

function boolean(value: Json, lenient: boolean, where: string): boolean {
  if (typeof value === 'boolean') return value;
  if (lenient && typeof value === 'string') {
    const folded = value.trim().toLowerCase();
    if (folded === 'true') return true;
    if (folded === 'false') return false;
  }
  throw wrong(where, 'true or false');
}

function number(type: 'integer' | 'decimal', value: Json, lenient: boolean, where: string): number {
  if (lenient && typeof value === 'string' && (type === 'integer' ? INTEGER : DECIMAL).test(value)) {
    value = Number(value);
  }
  if (type === 'integer') {
    if (!Number.isSafeInteger(value)) throw wrong(where, 'a whole number of at most 15 digits');
  } else if (typeof value !== 'number' || !Number.isFinite(value)) {
    throw wrong(where, 'a number');
  }
  return value as number;
}

/** Base64 or base64url (RFC 7643 §2.3.6); line breaks, as certificates are often pasted, are taken out. */
function binary(value: Json, where: string): string {
  if (typeof value !== 'string') throw wrong(where, 'base64 text');
  checkText(value, where);
  const text = value.replace(WHITESPACE, '');
  const padded = text.endsWith('=');
  if (!BASE64.test(text) || (padded ? text.length % 4 !== 0 : text.length % 4 === 1)) {
    throw wrong(where, 'base64 text');
  }
  return text;
}
