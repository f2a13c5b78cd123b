/** The form in which strings that are not caseExact are compared (RFC 7643 §2.2). */
export const fold = (text: string): string => text.toLowerCase();

/**
 * Orders by code point, which is what PostgreSQL's COLLATE "C" does on UTF-8 bytes; JavaScript's `<` orders by UTF-16 unit and
 * puts U+1F600 before U+FFFD.
 * @returns negative, 0 or positive
 */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

/** Surrogates (U+D800–DFFF) stand for code points above every other unit. */
const rank = (unit: number) => (unit < 0xd800 ? unit : unit < 0xe000 ? unit + 0x2000 : unit - 0x800);
