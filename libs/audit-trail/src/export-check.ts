import { createHash } from 'node:crypto';
import { eventHash, hasOwnKey, openWithOwnKey } from '@provost/event-log';
import { ChainCheck, droppedOf, type Fault, type PresentEvent } from './chain-check';
import { type ExportEnd, type ExportHeader, EXPORT_VERSION, exportHash, type SealLine } from './export-lines';
import { type EventLine, type ExportLine, headOfLine, readExportLine, rowOf, sealOfLine } from './export-reading';
import { readableEvent } from './readable-event';
import { type Head, Leaves, readDropped, type Seal, sealHash } from './seal';
import { SealSignatures } from './seal-signatures';
import { SelectionCheck } from './selection-check';
import { keyIdOf, KeyRing, readPublicKey } from './signing-key';

/** What is wrong first, and in which line of the file. */
export interface ExportFault extends Fault {
  readonly line: number;
}

/** What somebody knows of the record beside the file. */
export interface KnownOfRecord {
  /** Ids of the keys that may have signed the export; without any, its own is believed. */
  readonly keyIds?: readonly string[];
  /** A seal that was there once, as verifying named it: the chain of a complete export must go through it. */
  readonly seal?: { readonly number: number; readonly hash: string };
}

/** What the header of an export says, and what follows from it. */
interface Opened {
  readonly header: ExportHeader;
  readonly tenantId: string;
  readonly head: Head | undefined;
  readonly chain: ChainCheck | undefined;
  readonly selection: SelectionCheck;
  readonly signatures: SealSignatures;
  readonly keys: KeyRing;
}

/**
 * Checks an export (NDJSON) with nothing but itself and a key: line by line, holding no more than the events of one seal. After the first fault
 * nothing more is to be asked.
 */
export class ExportCheck {
  private opened: Opened | undefined;
  private ended = false;
  private number = 0;
  private last = 0n;
  private behind: PresentEvent[] = [];
  /** Where the events stand that no seal has covered yet: a fault shows at the seal, and is told of the event. */
  private readonly lines = new Map<string, number>();
  private readonly records: string[] = [];
  private readonly digest = createHash('sha256');
  /** The first event whose category or outcome is not what this version says of its type; another version may have said so. */
  private unlike: ExportFault | undefined;
  /** Whether the chain went through the seal that is known. */
  private passed = false;
  private count = 0;

  constructor(private readonly known: KnownOfRecord = {}) {}

  get header(): ExportHeader | undefined {
    return this.opened?.header;
  }

  get events(): number {
    return this.count;
  }

  /** Events that were dropped when their time was over, as seals of a complete export say. */
  get dropped(): number {
    return this.records.reduce((sum, record) => sum + (readDropped(Buffer.from(record))?.events ?? 0), 0);
  }

  /** Events that seals cover; those that were dropped since count as well. */
  get sealed(): number {
    return (this.opened?.chain ?? this.opened?.selection)?.sealed ?? 0;
  }

  /** Events behind the last seal. */
  get unsealed(): number {
    return this.behind.length;
  }

  /** @param bytes a line with its end */
  line(bytes: Buffer): ExportFault | undefined {
    this.number++;
    const fault = this.read(bytes);
    return fault && { line: this.lines.get(fault.sequence ?? '') ?? this.number, ...fault };
  }

  /** After the last line. */
  end(): ExportFault | undefined {
    if (this.ended) return undefined;
    const fault = this.opened
      ? `The file breaks off behind event ${this.last}: its end is missing.`
      : 'The file is empty.';
    return { line: this.number, fault };
  }

  private read(bytes: Buffer): Fault | undefined {
    if (this.ended) return { fault: `Line ${this.number} stands behind the end of the export.` };
    let line: ExportLine;
    try {
      line = readExportLine(bytes.toString('utf8'));
    } catch {
      return this.opened
        ? { fault: `Line ${this.number} is no line of an export: it was changed, or the file is cut off there.` }
        : { fault: 'The file does not begin as an export does. Only those with format=ndjson can be verified.' };
    }
    if ((line.kind === 'header') !== !this.opened)
      return {
        fault: this.opened ? `Line ${this.number} begins another export.` : 'The first line of the export is missing.',
      };
    if (line.kind === 'end') return this.close(line.end);
    this.digest.update(bytes);
    try {
      if (line.kind === 'header') return this.open(line.header);
      return line.kind === 'event' ? this.event(line.event) : this.seal(line.seal);
    } catch {
      return { fault: `Line ${this.number} is not in the form of an export: it was changed.` };
    }
  }

  private open(header: ExportHeader): Fault | undefined {
    if (header.version !== EXPORT_VERSION)
      return { fault: `The export is of version ${header.version}, which this verifier does not know.` };
    const keys = header.keys.map(readPublicKey);
    const { keyIds = [] } = this.known;
    if (keyIds.length && !keyIds.includes(keyIdOf(keys[0]!)))
      return { fault: `The export is signed with the key ${keyIdOf(keys[0]!)}, which is not the one that you named.` };
    const tenantId = header.tenant.id;
    const ring = new KeyRing(keys);
    const signatures = new SealSignatures(tenantId, ring);
    const dropped = header.dropped.map((record) => droppedOf(Buffer.from(record)));
    this.opened = {
      ...{ header, tenantId, keys: ring, signatures, selection: new SelectionCheck(signatures) },
      head: header.head ? headOfLine(tenantId, header.head) : undefined,
      chain: header.complete ? new ChainCheck(signatures, dropped) : undefined,
    };
    return undefined;
  }

  private event(event: EventLine): Fault | undefined {
    const { original, ...shown } = event;
    const row = rowOf(this.opened!.tenantId, event);
    const at = { sequence: row.seq, eventId: row.id };
    const seq = BigInt(row.seq);
    if (seq <= this.last)
      return { ...at, fault: `Event ${seq} stands behind event ${this.last}: the order was changed.` };
    this.last = seq;
    this.count++;
    this.lines.set(row.seq, this.number);
    this.behind.push({ seq, id: row.id, hash: eventHash(row) });
    // The key of an older event opens others as well, so it is not given away, and what was encrypted under it cannot be held against it.
    if (row.sealed && !hasOwnKey(row.sealed)) return undefined;
    const { category, outcome, ...said } = readableEvent(row, opened(row.sealed, original.key));
    const { category: shownCategory, outcome: shownOutcome, ...told } = shown;
    const isSpare = original.key !== undefined && !row.sealed;
    if (isSpare || JSON.stringify(told) !== JSON.stringify(said))
      return { ...at, fault: `Event ${seq} does not say what was recorded: it was changed.` };
    if (category !== shownCategory || outcome !== shownOutcome)
      this.unlike ??= { ...at, line: this.number, fault: `The category or the outcome of event ${seq} was changed.` };
    return undefined;
  }

  private seal(line: SealLine): Fault | undefined {
    const { tenantId, chain, selection } = this.opened!;
    const seal = sealOfLine(tenantId, line);
    const bytes = seal.kind === 'dropped' ? Buffer.from(line.leaves) : Buffer.from(line.leaves, 'base64');
    if (seal.kind === 'dropped') this.records.push(line.leaves);
    const covered = seal.kind === 'dropped' ? [] : this.covered(seal);
    const fault = chain ? chain.seal(seal, bytes, covered) : this.some(selection, seal, bytes, line, covered);
    if (fault) return fault;
    this.passed ||= this.isKnown(seal);
    for (const { seq } of covered) this.lines.delete(String(seq));
    return undefined;
  }

  private some(
    check: SelectionCheck,
    seal: Seal,
    bytes: Buffer,
    line: SealLine,
    covered: PresentEvent[],
  ): Fault | undefined {
    const leaves = Leaves.of(bytes);
    const places = line.places ?? Array.from({ length: leaves?.count ?? 0 }, (_, place) => place);
    const proof = (line.proof ?? []).map((hash) => Buffer.from(hash, 'base64'));
    if (!leaves || seal.kind !== 'sealed')
      return { seal: seal.number, fault: `The hashes of the events of seal ${seal.number} were changed.` };
    return check.seal(seal, leaves, places, proof, covered);
  }

  /** The events since the seal before that are not behind this one. */
  private covered({ lastSeq }: Seal): PresentEvent[] {
    const next = this.behind.findIndex(({ seq }) => seq > lastSeq);
    return this.behind.splice(0, next < 0 ? this.behind.length : next);
  }

  private isKnown(seal: Seal): boolean {
    const { number, hash } = this.known.seal ?? {};
    return number === seal.number && hash === sealHash(seal).toString('hex');
  }

  private close(end: ExportEnd): Fault | undefined {
    this.ended = true;
    const { header, chain, head, signatures, keys } = this.opened!;
    const stray = this.behind.find(({ seq }) => seq <= (head?.lastSeq ?? 0n));
    if (stray) {
      const fault = `Event ${stray.seq} is not sealed, though sealing has passed it: it was added later, or its seal was removed.`;
      return { sequence: String(stray.seq), eventId: stray.id, fault };
    }
    const unsound = chain ? chain.end(head) : head && !signatures.head(head);
    if (unsound) return unsound === true ? { fault: 'The head of the chain is not the one that was signed.' } : unsound;
    if (chain && JSON.stringify(this.records) !== JSON.stringify(header.dropped))
      return { fault: 'What the first line says was dropped is not what the seals say.' };
    const [first] = header.keys;
    const digest = { ...end, sha256: this.digest.digest('hex') };
    const isSigned =
      end.keyId === keyIdOf(readPublicKey(first!)) &&
      end.events === this.count &&
      end.sha256 === digest.sha256 &&
      keys.verifies(end.keyId, exportHash(digest), Buffer.from(end.signature, 'base64'));
    if (!isSigned)
      return (
        this.unlike ?? { fault: 'The file is not the one that was signed: something that no seal covers was changed.' }
      );
    if (this.known.seal && chain && !this.passed)
      return {
        seal: this.known.seal.number,
        fault: `The chain does not go through the seal ${this.known.seal.number} that you named: the record was set back or replaced.`,
      };
    return undefined;
  }
}

function opened(sealed: Buffer | null, key: string | undefined): Record<string, unknown> | undefined {
  if (!sealed || key === undefined) return undefined;
  try {
    return openWithOwnKey(Buffer.from(key, 'base64'), sealed);
  } catch {
    return undefined;
  }
}
