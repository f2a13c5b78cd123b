import { createHash, hash } from 'node:crypto';
import { merkleRoot } from './merkle';

/** `sealed`: a batch of events; `dropped`: which of the events sealed before were dropped when their time was over. */
export type SealKind = 'sealed' | 'dropped';

/** One link of a tenant's chain of seals. */
export interface Seal {
  readonly tenantId: string;
  /** 1, 2, 3 … without a gap. */
  readonly number: number;
  readonly kind: SealKind;
  /** The first and the last number of the events that it is about. */
  readonly firstSeq: bigint;
  readonly lastSeq: bigint;
  /** How many events. */
  readonly count: number;
  /** Of a batch the root of the Merkle tree over the hashes of its events; of what was dropped the SHA-256 of its record. */
  readonly root: Buffer;
  /** Hash of the seal before; 32 zero bytes in the first. */
  readonly previous: Buffer;
  readonly sealedAt: Date;
  /** Which key signed it. */
  readonly keyId: string;
  /** Ed25519 over sealHash. */
  readonly signature: Buffer;
}

/** How far a tenant's chain goes: kept apart, so that a chain that was cut off does not end there by itself. */
export interface Head {
  readonly tenantId: string;
  /** Number and hash of the last seal. */
  readonly number: number;
  readonly hash: Buffer;
  /** The last event that is sealed, and how many ever were. */
  readonly lastSeq: bigint;
  readonly events: number;
  readonly keyId: string;
  /** Ed25519 over headHash. */
  readonly signature: Buffer;
}

export const NO_SEAL: Buffer = Buffer.alloc(32);

function fields(name: string, values: readonly (string | number | bigint)[]): Buffer {
  const text = [name, ...values].map((value) => `${Buffer.byteLength(String(value))}:${value}`).join('');
  return createHash('sha256').update(text).digest();
}

/** What a seal's signature is over, and what the next one names: SHA-256 over its fields, each with its length before it. */
export function sealHash(seal: Omit<Seal, 'signature'>): Buffer {
  return fields('provost seal 1', [
    ...[seal.tenantId, seal.number, seal.kind, seal.firstSeq, seal.lastSeq, seal.count, seal.root.toString('hex')],
    ...[seal.previous.toString('hex'), seal.sealedAt.toISOString(), seal.keyId],
  ]);
}

/** What a head's signature is over. */
export function headHash(head: Omit<Head, 'signature'>): Buffer {
  const { tenantId, number, lastSeq, events, keyId } = head;
  return fields('provost head 1', [tenantId, number, head.hash.toString('hex'), lastSeq, events, keyId]);
}

const SEQ = 8;
const ENTRY = SEQ + 32;

/** The sealed events of a batch: the number of each and its hash. */
export class Leaves {
  private constructor(readonly bytes: Buffer) {}

  /** @param bytes 40 for each event: its number, big-endian, and its hash @returns undefined when they are not that */
  static of(bytes: Buffer): Leaves | undefined {
    return bytes.length > 0 && bytes.length % ENTRY === 0 ? new Leaves(bytes) : undefined;
  }

  static from(events: readonly { readonly seq: bigint; readonly hash: Buffer }[]): Leaves {
    const bytes = Buffer.alloc(events.length * ENTRY);
    events.forEach(({ seq, hash: own }, i) => {
      bytes.writeBigInt64BE(seq, i * ENTRY);
      own.copy(bytes, i * ENTRY + SEQ);
    });
    return new Leaves(bytes);
  }

  get count(): number {
    return this.bytes.length / ENTRY;
  }

  seq(place: number): bigint {
    return this.bytes.readBigInt64BE(place * ENTRY);
  }

  hash(place: number): Buffer {
    return this.bytes.subarray(place * ENTRY + SEQ, (place + 1) * ENTRY);
  }

  hashes(): Buffer[] {
    return Array.from({ length: this.count }, (_, place) => this.hash(place));
  }

  root(): Buffer {
    return merkleRoot(this.hashes());
  }

  /** The place of an event; -1 when it is not among them. */
  place(seq: bigint): number {
    let [low, high] = [0, this.count];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.seq(middle) < seq) low = middle + 1;
      else high = middle;
    }
    return low < this.count && this.seq(low) === seq ? low : -1;
  }
}

/** What a `dropped` seal says, as the JSON text that its root is the hash of. */
export interface DroppedEvents {
  /** The partition that went, and the time that it was about: from (null: the beginning) up to, without, until. */
  readonly month: string;
  readonly from: string | null;
  readonly until: string;
  readonly events: number;
  /** Numbers, first and last: every event of the tenant that was sealed in between was dropped. */
  readonly runs: readonly (readonly [string, string])[];
}

export function droppedRoot(record: Buffer): Buffer {
  return hash('sha256', record, 'buffer');
}

/** @returns undefined when it is no such record */
export function readDropped(record: Buffer): DroppedEvents | undefined {
  try {
    const dropped = JSON.parse(record.toString('utf8')) as DroppedEvents;
    return dropped.runs.every(([a, b]) => BigInt(a) <= BigInt(b)) ? dropped : undefined;
  } catch {
    return undefined;
  }
}
