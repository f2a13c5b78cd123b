import { createCipheriv, createDecipheriv, hash } from 'node:crypto';
import { randomBytes } from './random-bytes';

const NONCE = 12;
const TAG = 16;
/** How what has a key of its own begins. Random nonces, with which everything else begins, do so once in four thousand million times. */
const OWN_KEY = Buffer.from('PV2\0', 'latin1');
/** A key that encrypts one thing only needs no nonce that differs (NIST SP 800-38D §8.2). */
const NO_NONCE = Buffer.alloc(NONCE);

/** A fresh key for one person's part of the log (AES-256). */
export function newSubjectKey(): Buffer {
  return randomBytes(32);
}

const scratch = Buffer.alloc(32 + 36);

/**
 * The key of one event's personal part: SHA-256 of the subject's key and the event's id, both of fixed length (docs/adr/0028). It can be given
 * away with the event, and opens nothing else.
 * @param key 32 bytes @param eventId a UUID as text
 */
export function eventKey(key: Buffer, eventId: string): Buffer {
  key.copy(scratch);
  scratch.write(eventId, 32, 'latin1');
  return hash('sha256', scratch, 'buffer');
}

/**
 * Encrypts what an event says about a person: mark, tag and ciphertext in one buffer (AES-256-GCM), under a key that is made of the
 * subject's key and the event's id, so that a ciphertext cannot be moved to another event. An id is used once.
 */
export function sealEvent(key: Buffer, eventId: string, personal: object): Buffer {
  const cipher = createCipheriv('aes-256-gcm', eventKey(key, eventId), NO_NONCE);
  const body = cipher.update(JSON.stringify(personal), 'utf8');
  cipher.final();
  return Buffer.concat([OWN_KEY, cipher.getAuthTag(), body], OWN_KEY.length + TAG + body.length);
}

/** Whether the personal part of an event has a key of its own, as sealEvent makes it; older ones have not. */
export function hasOwnKey(sealed: Buffer): boolean {
  return sealed.length >= OWN_KEY.length + TAG && sealed.compare(OWN_KEY, 0, OWN_KEY.length, 0, OWN_KEY.length) === 0;
}

/** Opens what sealEvent made, with the event's own key. @throws Error when they do not belong together */
export function openWithOwnKey(key: Buffer, sealed: Buffer): Record<string, unknown> {
  const decipher = createDecipheriv('aes-256-gcm', key, NO_NONCE, { authTagLength: TAG });
  decipher.setAuthTag(sealed.subarray(OWN_KEY.length, OWN_KEY.length + TAG));
  return plain(decipher, sealed.subarray(OWN_KEY.length + TAG));
}

/**
 * Encrypts under a key that serves for many: nonce, tag and ciphertext in one buffer (AES-256-GCM). The id is bound in, so that a
 * ciphertext cannot be moved to another.
 */
export function sealPersonal(key: Buffer, eventId: string, personal: object): Buffer {
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(Buffer.from(eventId));
  const body = cipher.update(JSON.stringify(personal), 'utf8');
  cipher.final();
  return Buffer.concat([nonce, cipher.getAuthTag(), body]);
}

/** The inverse of sealEvent and of sealPersonal. @throws Error when key, event or ciphertext do not belong together */
export function openPersonal(key: Buffer, eventId: string, sealed: Buffer): Record<string, unknown> {
  if (!hasOwnKey(sealed)) return openShared(key, eventId, sealed);
  try {
    return openWithOwnKey(eventKey(key, eventId), sealed);
  } catch (error) {
    // A random nonce that happens to look like the mark.
    try {
      return openShared(key, eventId, sealed);
    } catch {
      throw error;
    }
  }
}

function openShared(key: Buffer, eventId: string, sealed: Buffer): Record<string, unknown> {
  // Without the length Node would also take a tag that was cut to four bytes, which can be guessed.
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE), { authTagLength: TAG });
  decipher.setAAD(Buffer.from(eventId));
  decipher.setAuthTag(sealed.subarray(NONCE, NONCE + TAG));
  return plain(decipher, sealed.subarray(NONCE + TAG));
}

function plain(decipher: ReturnType<typeof createDecipheriv>, body: Buffer): Record<string, unknown> {
  const text = Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8');
  return JSON.parse(text) as Record<string, unknown>;
}
