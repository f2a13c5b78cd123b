import { hash } from 'node:crypto';

const HASH = 32;
const leaf = Buffer.alloc(1 + HASH);
const node = Buffer.alloc(1 + 2 * HASH, 1);

/** The hash of a leaf: SHA-256 of 0x00 and what it holds, here the hash of an event (RFC 6962 §2.1). */
export function leafHash(eventHash: Buffer): Buffer {
  eventHash.copy(leaf, 1);
  return hash('sha256', leaf, 'buffer');
}

function nodeHash(left: Buffer, right: Buffer): Buffer {
  left.copy(node, 1);
  right.copy(node, 1 + HASH);
  return hash('sha256', node, 'buffer');
}

/** How many leaves the left half of a tree has: the largest power of two below the count. */
function leftOf(count: number): number {
  return 2 ** (31 - Math.clz32(count - 1));
}

/** The root of a tree over the hashes of events (RFC 6962 §2.1). @param hashes at least one, 32 bytes each */
export function merkleRoot(hashes: readonly Buffer[]): Buffer {
  const root = (first: number, count: number): Buffer => {
    if (count === 1) return leafHash(hashes[first]!);
    const left = leftOf(count);
    return nodeHash(root(first, left), root(first + left, count - left));
  };
  return root(0, hashes.length);
}

/**
 * What has to be given beside some of the leaves so that the root can be computed: the roots of the largest trees that hold none of
 * them, from left to right.
 * @param shown places of those leaves
 */
export function proofBeside(hashes: readonly Buffer[], shown: ReadonlySet<number>): Buffer[] {
  const places = [...shown].sort((a, b) => a - b);
  const proof: Buffer[] = [];
  const walk = (first: number, count: number, from: number, to: number): void => {
    if (from === to) proof.push(merkleRoot(hashes.slice(first, first + count)));
    else if (count > 1) {
      const left = leftOf(count);
      const middle = firstAtLeast(places, first + left, from, to);
      walk(first, left, from, middle);
      walk(first + left, count - left, middle, to);
    }
  };
  walk(0, hashes.length, 0, places.length);
  return proof;
}

function firstAtLeast(places: readonly number[], least: number, from: number, to: number): number {
  let at = from;
  while (at < to && places[at]! < least) at++;
  return at;
}

/**
 * The root of a tree of which some leaves are known, the inverse of proofBeside.
 * @param count of all leaves @param shown hashes of events by their places
 * @returns undefined when the proof does not have the shape that it must have
 */
export function rootFromProof(
  count: number,
  shown: ReadonlyMap<number, Buffer>,
  proof: readonly Buffer[],
): Buffer | undefined {
  const places = [...shown.keys()].sort((a, b) => a - b);
  if (!places.every((place) => Number.isInteger(place) && place >= 0 && place < count)) return undefined;
  let used = 0;
  let whole = true;
  const walk = (first: number, size: number, from: number, to: number): Buffer => {
    if (from === to) {
      const given = proof[used++];
      if (given?.length === HASH) return given;
      whole = false;
      return Buffer.alloc(HASH);
    }
    if (size === 1) return leafHash(shown.get(places[from]!)!);
    const left = leftOf(size);
    const middle = firstAtLeast(places, first + left, from, to);
    return nodeHash(walk(first, left, from, middle), walk(first + left, size - left, middle, to));
  };
  const root = walk(0, count, 0, places.length);
  return whole && used === proof.length ? root : undefined;
}
