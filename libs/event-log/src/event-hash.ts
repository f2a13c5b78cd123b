import { createHash } from 'node:crypto';
import type { EventRow } from './event';

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
  const text = fields.map((field) => `${Buffer.byteLength(field)}:${field}`).join('');
  const sealed = event.sealed ?? Buffer.alloc(0);
  return createHash('sha256').update(`${text}${sealed.length}:`).update(sealed).digest();
}
