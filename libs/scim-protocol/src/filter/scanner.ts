import { BadRequest, type ScimType } from '../errors';
import { quotable } from '../resource/text';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** Where a word ends: white space, parentheses, brackets, a quote. So `eq"x"` and `not(` are two tokens (catalogue R12). */
const ENDS_WORD = new Uint8Array(128);
for (const c of ' \t\r\n()[]"') ENDS_WORD[c.charCodeAt(0)] = 1;

/** What is being read, for the errors: a filter, or the path of a PATCH operation. */
export interface Reading {
  /** Opens the sentence: `The filter`, `Operation 2: the path`. */
  readonly subject: string;
  readonly scimType: ScimType;
}
export const FILTER: Reading = { subject: 'The filter', scimType: 'invalidFilter' };

/** Longer texts are refused before a character is looked at. */
export const MAX_TEXT = 16 * 1024;

/** Reads tokens from left to right, each character a bounded number of times. */
export class Scanner {
  position = 0;

  /** @throws BadRequest of the reading's scimType when the text is longer than 16 KiB. */
  constructor(
    readonly text: string,
    private readonly reading: Reading,
  ) {
    if (text.length > MAX_TEXT) {
      throw new BadRequest(
        reading.scimType,
        `${reading.subject} is longer than ${MAX_TEXT} characters. Ask for less at once.`,
      );
    }
  }

  /** Stops with the column (from 1) and a plain sentence; Okta shows it to an administrator. */
  fail(sentence: string, at = this.position): never {
    throw new BadRequest(
      this.reading.scimType,
      `${this.reading.subject} cannot be read at column ${at + 1}: ${sentence}`,
    );
  }

  /** Skips white space and returns the next character's code, NaN at the end. */
  next(): number {
    const { text } = this;
    for (;;) {
      const c = text.charCodeAt(this.position);
      if (c !== 0x20 && c !== 0x09 && c !== 0x0a && c !== 0x0d) return c;
      this.position++;
    }
  }

  /** Takes this character, after white space, if it comes next. */
  take(character: string): boolean {
    if (this.next() !== character.charCodeAt(0)) return false;
    this.position++;
    return true;
  }

  /** Takes a lower-case keyword in any case if it comes next as a whole word. */
  takeKeyword(keyword: string): boolean {
    this.next();
    const { text, position } = this;
    for (let i = 0; i < keyword.length; i++) {
      if ((text.charCodeAt(position + i) | 0x20) !== keyword.charCodeAt(i)) return false;
    }
    const after = text.charCodeAt(position + keyword.length);
    if (!Number.isNaN(after) && !ENDS_WORD[after]) return false;
    this.position = position + keyword.length;
    return true;
  }

  /** The characters up to the next delimiter; empty when a delimiter or the end comes first. */
  word(): string {
    this.next();
    const { text } = this;
    const start = this.position;
    let i = start;
    for (; i < text.length; i++) {
      const c = text.charCodeAt(i);
      if (ENDS_WORD[c]) break;
    }
    this.position = i;
    return text.slice(start, i);
  }

  /** A JSON string (RFC 8259 §7); the scanner stands on its opening quote. U+0000 is refused: PostgreSQL cannot hold it. */
  string(): string {
    const { text } = this;
    const start = this.position;
    let escaped = false;
    for (let i = start + 1; i < text.length; i++) {
      const c = text.charCodeAt(i);
      if (c === QUOTE) {
        this.position = i + 1;
        return escaped ? this.unescape(start, i + 1) : text.slice(start + 1, i);
      }
      if (c === BACKSLASH) {
        escaped = true;
        i++;
      } else if (c < 0x20) this.fail('a quoted value cannot contain a control character; write it as \\u….', i);
    }
    return this.fail('this quoted value has no closing quote.', start);
  }

  private unescape(start: number, end: number): string {
    let value = '\0';
    try {
      value = JSON.parse(this.text.slice(start, end)) as string;
    } catch {
      this.fail('a backslash in this value starts no known escape.', start);
    }
    if (value.includes('\0')) this.fail('a value cannot contain the character \\u0000.', start);
    return value;
  }

  /** What stands here, shortened for an error message. */
  found(at = this.position): string {
    if (at >= this.text.length) return 'nothing more follows';
    const rest = this.text.slice(at, at + 24);
    return `found: ${quotable(rest.length < 24 ? rest : `${rest}…`)}`;
  }
}
