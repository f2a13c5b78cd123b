import type { Fault, PresentEvent } from './chain-check';
import { rootFromProof } from './merkle';
import type { Leaves, Seal } from './seal';
import type { SealSignatures } from './seal-signatures';

/**
 * Checks some of a tenant's events against their seals, without the others: a proof beside each seal leads from the hashes of those that are
 * shown to its root. That none of those asked for was left out cannot be told from them.
 */
export class SelectionCheck {
  private number = 0;
  private events = 0;

  constructor(private readonly signatures: SealSignatures) {}

  get sealed(): number {
    return this.events;
  }

  /**
   * The next seal of which events are shown. @param leaves of those @param places theirs among all of the seal
   * @param present the events
   */
  seal(
    seal: Seal,
    leaves: Leaves,
    places: readonly number[],
    proof: readonly Buffer[],
    present: readonly PresentEvent[],
  ): Fault | undefined {
    const { number } = seal;
    if (number <= this.number || !this.signatures.seal(seal))
      return { seal: number, fault: `Seal ${number} is not as it was signed.` };
    this.number = number;
    const shown = new Map(places.map((place, i) => [place, leaves.hash(i)]));
    const root = places.length === leaves.count ? rootFromProof(seal.count, shown, proof) : undefined;
    if (shown.size !== leaves.count || !root?.equals(seal.root))
      return { seal: number, fault: `The hashes of the events of seal ${number} were changed.` };
    this.events += leaves.count;
    return this.eventsOf(number, leaves, present);
  }

  private eventsOf(number: number, leaves: Leaves, present: readonly PresentEvent[]): Fault | undefined {
    for (let place = 0; ; place++) {
      const event = present[place];
      const seq = place < leaves.count ? leaves.seq(place) : undefined;
      if (!event && seq === undefined) return undefined;
      if (!event || (seq !== undefined && seq < event.seq))
        return { sequence: String(seq), seal: number, fault: `Event ${seq} was sealed and is missing.` };
      const at = { sequence: String(event.seq), eventId: event.id, seal: number };
      if (seq === undefined || event.seq < seq)
        return { ...at, fault: `Event ${event.seq} was added after its time was sealed.` };
      if (!leaves.hash(place).equals(event.hash))
        return { ...at, fault: `Event ${event.seq} is not what was sealed: it was changed.` };
    }
  }
}
