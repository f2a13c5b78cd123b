import { v7 } from 'uuid';

/**
 * A UUIDv7 (RFC 9562 §5.7): ordered by the millisecond, so that rows arrive at the end of their index.
 * @param at milliseconds since the epoch; now when omitted
 */
export function uuidV7(at?: number): string {
  return at === undefined ? v7() : v7({ msecs: at });
}

/** The smallest UUIDv7 of a millisecond: ids made at or after it compare greater or equal. */
export function uuidV7Floor(at: number): string {
  const ms = Math.max(0, Math.min(at, 0xffff_ffff_ffff));
  const hex = ms.toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Whether the text is an id as we give them: ids are case-sensitive (catalogue R02), PostgreSQL's uuid type is not. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}
