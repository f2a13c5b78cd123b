import { hash } from 'node:crypto';
import type { EventRow } from './event';

const NOTHING = Buffer.alloc(0);
let scratch = Buffer.allocUnsafe(8_192);

/**
 * The hash that identifies an event for good: SHA-256 over its fields, each with its length before it, the encrypted part
 * as it is stored. Dropping the subject's key changes none of them, so the hash outlives an erasure.
 */
export function eventHash(event: EventRow): Buffer {
  const fields: string[] = [
    event.tenant_id,
    event.seq,
    event.id,
    event.occurred_at.toISOString(),
    event.type,
    event.subject_type,
    event.subject_id ?? '',
    event.group_id ?? '',
    JSON.stringify(event.context),
    event.data === null ? '' : JSON.stringify(event.data),
  ];
  const sealed = event.sealed ?? NOTHING;
  let text = '';
  for (const field of fields) text += `${Buffer.byteLength(field)}:${field}`;
  text += `${sealed.length}:`;
  // In one piece: an object that hashes piece by piece costs more than the hashing.
  const length = Buffer.byteLength(text);
  if (scratch.length < length + sealed.length) scratch = Buffer.allocUnsafe(2 * (length + sealed.length));
  scratch.write(text);
  sealed.copy(scratch, length);
  return hash('sha256', scratch.subarray(0, length + sealed.length), 'buffer');
}
