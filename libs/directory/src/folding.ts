export { fold } from '@provost/scim-protocol';

/** The end of the range that begins with `prefix` in byte order: no assigned character sorts behind U+10FFFF. */
export function prefixEnd(prefix: string): string {
  return `${prefix}\u{10FFFF}`;
}
