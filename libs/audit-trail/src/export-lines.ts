import { createHash } from 'node:crypto';
import { eventKey, type EventRow, hasOwnKey } from '@provost/event-log';
import { readableEvent } from './readable-event';
import type { Head, Seal, SealKind } from './seal';

/** Of the lines below; a verifier reads those that it knows. */
export const EXPORT_VERSION = 1;

/** The first line: what the file is. */
export interface ExportHeader {
  readonly version: number;
  readonly tenant: { readonly id: string; readonly slug: string };
  readonly createdAt: string;
  /** What narrowed it, as it was asked. */
  readonly filter: Readonly<Record<string, string>>;
  /** All events that there are: then their chain can be followed, and nothing can be missing. */
  readonly complete: boolean;
  /** How far the record was sealed; null when nothing was. */
  readonly head: JsonHead | null;
  /** Of a complete one: what its `dropped` seals say, in their order. */
  readonly dropped: readonly string[];
  /** Public keys as PEM, the one that signs first. */
  readonly keys: readonly string[];
}

export interface JsonHead {
  readonly number: number;
  readonly hash: string;
  readonly lastSeq: string;
  readonly events: number;
  readonly keyId: string;
  readonly signature: string;
}

/** What of a row its readable form does not say, so that the hash of the row can be computed. */
export interface Original {
  readonly data?: unknown;
  /** The personal part as it is stored, in base64, and the key of this event that opens it (docs/adr/0028). */
  readonly sealed?: string;
  readonly key?: string;
  /** When it is not made of `actor` and `request` alone, or there is no subject. */
  readonly context?: unknown;
  readonly subjectType?: string;
}

/** Behind the events that it covers: a seal, and the hashes of those that the file shows. */
export interface JsonSeal {
  readonly number: number;
  readonly kind: SealKind;
  readonly firstSeq: string;
  readonly lastSeq: string;
  readonly count: number;
  readonly root: string;
  readonly previous: string;
  readonly sealedAt: string;
  readonly keyId: string;
  readonly signature: string;
}

export interface SealLine {
  readonly seal: JsonSeal;
  /** Numbers and hashes of events (Leaves) in base64; of a `dropped` seal its record. */
  readonly leaves: string;
  /** When not all are shown: their places among all of the seal, and what leads from their hashes to its root. */
  readonly places?: readonly number[];
  readonly proof?: readonly string[];
}

/** The last line. The signature is over exportHash. */
export interface ExportEnd {
  readonly events: number;
  /** SHA-256 of all bytes before this line. */
  readonly sha256: string;
  readonly keyId: string;
  readonly signature: string;
}

/** What the end of an export is signed over. */
export function exportHash({ events, sha256, keyId }: Omit<ExportEnd, 'signature'>): Buffer {
  return createHash('sha256').update(`provost export ${EXPORT_VERSION}\n${events}\n${sha256}\n${keyId}`).digest();
}

const line = (value: unknown): string => `${JSON.stringify(value)}\n`;

export function headerLine(header: ExportHeader): string {
  return line({ export: header });
}

/**
 * An event as it is read, and what is needed to compute its hash.
 * @param personal its opened personal part @param key of its subject
 */
export function eventLine(
  event: EventRow,
  personal: Readonly<Record<string, unknown>> | undefined,
  key: Buffer | null,
): string {
  return line({ ...readableEvent(event, personal), original: originalOf(event, key) });
}

function originalOf({ id, data, sealed, context, subject_id, subject_type }: EventRow, key: Buffer | null): Original {
  return {
    ...(data && { data }),
    ...(sealed && { sealed: sealed.toString('base64') }),
    ...(sealed && key && hasOwnKey(sealed) && { key: eventKey(key, id).toString('base64') }),
    ...(Object.keys(context).join() !== 'actor,request' && { context }),
    ...(subject_id === null && { subjectType: subject_type }),
  };
}

export function sealLine(seal: Seal, rest: Omit<SealLine, 'seal'>): string {
  const { tenantId: _, firstSeq, lastSeq, root, previous, sealedAt, signature, ...more } = seal;
  const json: JsonSeal = {
    ...more,
    ...{ firstSeq: String(firstSeq), lastSeq: String(lastSeq), sealedAt: sealedAt.toISOString() },
    ...{ root: root.toString('hex'), previous: previous.toString('hex'), signature: signature.toString('base64') },
  };
  return line({ seal: json, ...rest });
}

export function jsonHead({ tenantId: _, hash, lastSeq, signature, ...rest }: Head): JsonHead {
  return { ...rest, hash: hash.toString('hex'), lastSeq: String(lastSeq), signature: signature.toString('base64') };
}

export function endLine(end: ExportEnd): string {
  return line({ end });
}
