import { randomFillSync } from 'node:crypto';

/** One call to the system's generator serves a hundred writes: it costs the same for 12 bytes as for these. */
const pool = Buffer.alloc(4096);
let used = pool.length;

/** Cryptographically random bytes, a copy that is given to nobody else. @param count at most a few hundred */
export function randomBytes(count: number): Buffer {
  if (used + count > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const bytes = Buffer.from(pool.subarray(used, used + count));
  // What was given away is a key: no second copy of it stays behind.
  pool.fill(0, used, used + count);
  used += count;
  return bytes;
}
