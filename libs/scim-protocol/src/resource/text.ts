import { BadRequest } from '../errors';

/** 64 KiB: the longest value of a string attribute, in UTF-16 code units. */
export const MAX_STRING_LENGTH = 65_536;

/** NUL and lone surrogates: JSON can write them, PostgreSQL's text and jsonb refuse them. */
const UNSTORABLE = /[\0\u{D800}-\u{DFFF}]/u;
const UNSTORABLE_ALL = /[\0\u{D800}-\u{DFFF}]/gu;
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;

/**
 * Checks that a string can be stored: no NUL, no half of a surrogate pair, not too long.
 * @throws BadRequest invalidValue that begins with `where`
 */
export function checkText(text: string, where: string, maxLength = MAX_STRING_LENGTH): void {
  if (text.length > maxLength) {
    throw new BadRequest('invalidValue', `${where} must have at most ${maxLength} characters.`);
  }
  if (UNSTORABLE.test(text)) {
    throw new BadRequest(
      'invalidValue',
      `${where} has a character that cannot be stored (U+0000 or half of a surrogate pair).`,
    );
  }
}

/** @throws BadRequest invalidValue when the text has control characters, which no name that identifies may have */
export function checkNoControl(text: string, where: string): void {
  if (CONTROL.test(text)) throw new BadRequest('invalidValue', `${where} must not contain control characters.`);
}

/** A name from outside, made fit for a message, a log line or a column: storable and at most 100 characters. */
export function quotable(name: string): string {
  const short = name.length > 100 ? `${name.slice(0, 99)}…` : name;
  return short.replace(UNSTORABLE_ALL, '\ufffd');
}
