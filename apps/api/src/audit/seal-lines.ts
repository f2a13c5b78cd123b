import { type Head, Leaves, proofBeside, sealLine } from '@provost/audit-trail';
import { statement, type TenantDatabase } from '@provost/entities';
import { SEAL_COLUMNS, sealOf, type StoredSeal, storedSeals } from './seal-rows';

const SEAL_OF = statement(
  'audit.seal_of',
  `SELECT ${SEAL_COLUMNS}, leaves FROM audit_seals WHERE tenant_id = $1::uuid AND kind = 'sealed' AND last_seq >= $2::bigint
   ORDER BY last_seq LIMIT 1`,
);

/** The lines of seals in an export: each stands behind the last of its events that is shown. */
export interface SealLines {
  /** The last number that may be shown before a turn. */
  readonly until: number;
  /** What stands before an event of a number beyond `until`. */
  turn(seq: number): Promise<string>;
  /** An event is shown. */
  shows(seq: number): void;
  /** What stands behind all events. */
  rest(): Promise<string>;
}

/** All seals, with the hashes of all their events: a whole chain. */
export class EverySeal implements SealLines {
  until = -1;
  private readonly seals: AsyncIterator<StoredSeal>;
  private next: StoredSeal | undefined;

  constructor(db: TenantDatabase, tenantId: string, head: Head | undefined) {
    this.seals = storedSeals(db, tenantId, head?.number ?? 0);
  }

  async turn(seq: number): Promise<string> {
    let text = '';
    for (; this.until < seq; await this.advance()) if (this.next) text += whole(this.next);
    return text;
  }

  shows(): void {}

  rest(): Promise<string> {
    return this.turn(Infinity);
  }

  private async advance(): Promise<void> {
    const { value, done } = await this.seals.next();
    this.next = done ? undefined : (value as StoredSeal);
    // What was dropped is said at once: it is about events of earlier seals.
    if (!this.next) this.until = Infinity;
    else if (this.next.kind === 'sealed') this.until = Number(this.next.last_seq);
  }
}

/** The seals of which some events are shown, each with a proof that these are among its own. */
export class SealsOfSome implements SealLines {
  until = -1;
  private seal: StoredSeal | undefined;
  private shown: bigint[] = [];

  constructor(
    private readonly db: TenantDatabase,
    private readonly tenantId: string,
    private readonly head: Head | undefined,
  ) {}

  async turn(seq: number): Promise<string> {
    const text = await this.rest();
    const sealed = BigInt(seq) <= (this.head?.lastSeq ?? -1n);
    const [seal] = sealed
      ? await this.db.run<StoredSeal>({ tenantId: this.tenantId }, SEAL_OF, [this.tenantId, seq])
      : [];
    this.seal = seal;
    this.until = seal ? Number(seal.last_seq) : sealed ? seq : Infinity;
    return text;
  }

  shows(seq: number): void {
    if (this.seal) this.shown.push(BigInt(seq));
  }

  rest(): Promise<string> {
    const text = this.seal ? part(this.seal, this.shown) : '';
    [this.seal, this.shown] = [undefined, []];
    return Promise.resolve(text);
  }
}

function whole(row: StoredSeal): string {
  const leaves = row.leaves.toString(row.kind === 'dropped' ? 'utf8' : 'base64');
  return sealLine(sealOf(row), { leaves });
}

function part(row: StoredSeal, shown: readonly bigint[]): string {
  const leaves = Leaves.of(row.leaves);
  // What is not among the sealed events has no place: whoever verifies finds it there without a hash.
  const sealed = shown.map((seq) => ({ seq, place: leaves?.place(seq) ?? -1 })).filter(({ place }) => place >= 0);
  if (!leaves || sealed.length === leaves.count) return whole(row);
  const places = sealed.map(({ place }) => place);
  const proof = proofBeside(leaves.hashes(), new Set(places)).map((hash) => hash.toString('base64'));
  const hashes = Leaves.from(sealed.map(({ seq, place }) => ({ seq, hash: leaves.hash(place) })));
  return sealLine(sealOf(row), { leaves: hashes.bytes.toString('base64'), places, proof });
}
