import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { leafHash, merkleRoot, proofBeside, rootFromProof } from './merkle';

const sha = (...parts: Buffer[]) => createHash('sha256').update(Buffer.concat(parts)).digest();
const hashes = (count: number) => Array.from({ length: count }, (_, i) => sha(Buffer.from(`event ${i}`)));

/** RFC 6962 §2.1, word for word. */
function naiveRoot(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 1) return sha(Buffer.from([0]), leaves[0]!);
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return sha(Buffer.from([1]), naiveRoot(leaves.slice(0, k)), naiveRoot(leaves.slice(k)));
}

const tree = fc
  .integer({ min: 1, max: 70 })
  .chain((count) => fc.tuple(fc.constant(count), fc.uniqueArray(fc.integer({ min: 0, max: count - 1 }))));

describe('a Merkle tree', () => {
  it('has the root that RFC 6962 says', () => {
    for (let count = 1; count < 40; count++) expect(merkleRoot(hashes(count))).toEqual(naiveRoot(hashes(count)));
    expect(leafHash(Buffer.alloc(32))).toEqual(sha(Buffer.from([0]), Buffer.alloc(32)));
  });

  it('is found again from some leaves and what stands beside them', () => {
    fc.assert(
      fc.property(tree, ([count, places]) => {
        const all = hashes(count);
        const proof = proofBeside(all, new Set(places));
        const shown = new Map(places.map((place) => [place, all[place]!]));
        expect(rootFromProof(count, shown, proof)).toEqual(merkleRoot(all));
        if (places.length === count) expect(proof).toEqual([]);
      }),
    );
  });

  it('is another one when a leaf, a place or the proof is another', () => {
    fc.assert(
      fc.property(tree, fc.nat(), ([count, places], pick) => {
        const all = hashes(count);
        const proof = proofBeside(all, new Set(places));
        const shown = new Map(places.map((place) => [place, all[place]!]));
        const root = merkleRoot(all);
        if (places.length) {
          const place = places[pick % places.length]!;
          const forged = new Map(shown).set(place, sha(Buffer.from('forged')));
          expect(rootFromProof(count, forged, proof)).not.toEqual(root);
        }
        if (proof.length) {
          const at = pick % proof.length;
          expect(rootFromProof(count, shown, proof.with(at, sha(Buffer.from('forged'))))).not.toEqual(root);
          expect(rootFromProof(count, shown, proof.toSpliced(at, 1))).toBeUndefined();
        }
        expect(rootFromProof(count, shown, [...proof, root])).toBeUndefined();
        expect(rootFromProof(count, new Map([...shown, [count, root]]), proof)).toBeUndefined();
      }),
    );
  });
});
