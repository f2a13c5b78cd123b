import { createCipheriv, createDecipheriv } from 'node:crypto';
import { randomBytes } from './random-bytes';

const NONCE = 12;
const TAG = 16;

/** A fresh key for one person's part of the log (AES-256). */
export function newSubjectKey(): Buffer {
  return randomBytes(32);
}

/**
 * Encrypts what an event says about a person: nonce, tag and ciphertext in one buffer (AES-256-GCM). The event's id is
 * bound in, so that a ciphertext cannot be moved to another event.
 */
export function sealPersonal(key: Buffer, eventId: string, personal: object): Buffer {
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(Buffer.from(eventId));
  const body = cipher.update(JSON.stringify(personal), 'utf8');
  cipher.final();
  return Buffer.concat([nonce, cipher.getAuthTag(), body]);
}

/** The inverse of sealPersonal. @throws Error when key, event or ciphertext do not belong together */
export function openPersonal(key: Buffer, eventId: string, sealed: Buffer): Record<string, unknown> {
  // Without the length Node would also take a tag that was cut to four bytes, which can be guessed.
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE), { authTagLength: TAG });
  decipher.setAAD(Buffer.from(eventId));
  decipher.setAuthTag(sealed.subarray(NONCE, NONCE + TAG));
  const text = Buffer.concat([decipher.update(sealed.subarray(NONCE + TAG)), decipher.final()]).toString('utf8');
  return JSON.parse(text) as Record<string, unknown>;
}
