import { droppedRoot, type Head, Leaves, NO_SEAL, readDropped, type Seal, sealHash } from './seal';
import type { SealSignatures } from './seal-signatures';

/** What is wrong first, in the order of the chain. */
export interface Fault {
  readonly sequence?: string;
  readonly eventId?: string;
  /** Number of the seal at which it shows. */
  readonly seal?: number;
  /** A sentence. */
  readonly fault: string;
}

/** An event as it is in the log now. */
export interface PresentEvent {
  readonly seq: bigint;
  readonly id: string;
  /** eventHash of what is there. */
  readonly hash: Buffer;
}

/** What a `dropped` seal says: numbers, first and last, of events that went when their time was over, and how many these were. */
export interface Dropped {
  readonly runs: readonly (readonly [bigint, bigint])[];
  readonly events: number;
}

/** As a record has it; nothing when it cannot be read, which the check of its seal will say. */
export function droppedOf(record: Buffer): Dropped {
  const { runs = [], events = 0 } = readDropped(record) ?? {};
  return { runs: runs.map(([first, last]) => [BigInt(first), BigInt(last)]), events };
}

/**
 * Walks a tenant's chain: every seal with the events that are there now, in order. It holds one seal at a time. A method returns the first
 * fault, after which nothing more is to be asked.
 */
export class ChainCheck {
  private number = 0;
  private previous: Buffer = NO_SEAL;
  private last = 0n;
  private events = 0;
  /** Sealed events that are gone, by what says that they were dropped. */
  private readonly gone: number[];
  private records = 0;

  /**
   * @param dropped what `dropped` seals of this chain say, read ahead; each is checked when the walk comes to it
   */
  constructor(
    private readonly signatures: SealSignatures,
    private readonly dropped: readonly Dropped[] = [],
  ) {
    this.gone = dropped.map(() => 0);
  }

  /** Events that were found sealed and are there or were dropped by a seal. */
  get sealed(): number {
    return this.events;
  }

  /**
   * The next seal. @param leaves as stored beside it: of a batch the entries of Leaves, else the record
   * @param present events behind the last seal's and up to this one's last number; of more than it has, some will do
   */
  seal(seal: Seal, leaves: Buffer, present: readonly PresentEvent[]): Fault | undefined {
    const fault =
      this.link(seal) ?? (seal.kind === 'dropped' ? this.record(seal, leaves) : this.batch(seal, leaves, present));
    if (fault) return fault;
    this.number = seal.number;
    this.previous = sealHash(seal);
    if (seal.kind === 'sealed') {
      this.last = seal.lastSeq;
      this.events += seal.count;
    }
    return undefined;
  }

  /** After the last seal. @param head undefined when the tenant has none */
  end(head: Head | undefined): Fault | undefined {
    if (!head)
      return this.number === 0 ? undefined : { seal: this.number, fault: 'The signed head of the chain is missing.' };
    if (!this.signatures.head(head))
      return { seal: head.number, fault: 'The head of the chain is not the one that was signed.' };
    if (head.number > this.number)
      return {
        seal: this.number + 1,
        fault: `Seals are missing: the chain goes to seal ${head.number}, and ends at ${this.number}.`,
      };
    const fits = head.number === this.number && head.hash.equals(this.previous) && head.events === this.events;
    if (!fits || head.lastSeq !== this.last)
      return { seal: this.number, fault: 'The last seal is not the one that the signed head of the chain names.' };
    return undefined;
  }

  private link(seal: Seal): Fault | undefined {
    const expected = this.number + 1;
    if (seal.number !== expected) return { seal: expected, fault: `Seal ${expected} is missing.` };
    const at = { seal: seal.number };
    if (!this.signatures.seal(seal)) return { ...at, fault: `Seal ${seal.number} is not as it was signed.` };
    if (!seal.previous.equals(this.previous))
      return { ...at, fault: `Seal ${seal.number} does not follow the seal before it.` };
    return undefined;
  }

  private record(seal: Seal, record: Buffer): Fault | undefined {
    const { number } = seal;
    const place = this.records++;
    if (!droppedRoot(record).equals(seal.root))
      return { seal: number, fault: `The record of what seal ${number} says was dropped was changed.` };
    const [said, gone] = [this.dropped[place]?.events, this.gone[place]];
    if (said === gone) return undefined;
    const fault = `Seal ${number} says that ${said} events were dropped; of those that were sealed ${gone} are gone.`;
    return { seal: number, fault };
  }

  private batch(seal: Seal, bytes: Buffer, present: readonly PresentEvent[]): Fault | undefined {
    const leaves = Leaves.of(bytes);
    if (leaves?.count !== seal.count || !leaves.root().equals(seal.root))
      return { seal: seal.number, fault: `The hashes of the events of seal ${seal.number} were changed.` };
    if (seal.firstSeq <= this.last || leaves.seq(0) !== seal.firstSeq || leaves.seq(leaves.count - 1) !== seal.lastSeq)
      return { seal: seal.number, fault: `Seal ${seal.number} does not begin and end with its events.` };
    return this.eventsOf(seal, leaves, present);
  }

  private eventsOf({ number }: Seal, leaves: Leaves, present: readonly PresentEvent[]): Fault | undefined {
    let place = 0;
    for (const event of present) {
      for (; place < leaves.count && leaves.seq(place) < event.seq; place++)
        if (!this.wasDropped(leaves.seq(place))) return gone(leaves.seq(place), number);
      const at = { sequence: String(event.seq), eventId: event.id, seal: number };
      if (place === leaves.count || leaves.seq(place) !== event.seq)
        return { ...at, fault: `Event ${event.seq} was added after its time was sealed.` };
      if (!leaves.hash(place++).equals(event.hash))
        return { ...at, fault: `Event ${event.seq} is not what was sealed: it was changed.` };
    }
    for (; place < leaves.count; place++)
      if (!this.wasDropped(leaves.seq(place))) return gone(leaves.seq(place), number);
    return undefined;
  }

  private wasDropped(seq: bigint): boolean {
    const place = this.dropped.findIndex(({ runs }) => runs.some(([first, last]) => first <= seq && seq <= last));
    if (place >= 0) this.gone[place]!++;
    return place >= 0;
  }
}

function gone(seq: bigint, seal: number): Fault {
  return { sequence: String(seq), seal, fault: `Event ${seq} was sealed and is missing.` };
}
