import type { ReadableEvent } from './readable-event';
import type { ExportEnd, ExportHeader, JsonHead, JsonSeal, Original, SealLine } from './export-lines';
import { type EventContext, type EventRow } from '@provost/event-log';
import type { Head, Seal } from './seal';

/** An event as an export has it. */
export interface EventLine extends ReadableEvent {
  readonly original: Original;
}

/** A line of an export. */
export type ExportLine =
  | { readonly kind: 'header'; readonly header: ExportHeader }
  | { readonly kind: 'event'; readonly event: EventLine }
  | { readonly kind: 'seal'; readonly seal: SealLine }
  | { readonly kind: 'end'; readonly end: ExportEnd };

/** @throws Error when it is none of them */
export function readExportLine(text: string): ExportLine {
  const value = JSON.parse(text) as { export?: ExportHeader; seal?: JsonSeal; end?: ExportEnd } | null;
  if (value?.export) return { kind: 'header', header: value.export };
  if (value?.seal) return { kind: 'seal', seal: value as unknown as SealLine };
  if (value?.end) return { kind: 'end', end: value.end };
  const event = value as unknown as EventLine | null;
  if (!event?.original || !Number.isSafeInteger(event.sequence)) throw new Error('It is no line of an export.');
  return { kind: 'event', event };
}

/** The row that a line is about. @throws Error when it is about none */
export function rowOf(tenantId: string, event: EventLine): EventRow {
  const { data, sealed, context, subjectType } = event.original;
  return {
    tenant_id: tenantId,
    seq: String(event.sequence),
    id: event.id,
    occurred_at: new Date(event.time),
    type: event.type,
    subject_type: event.subject?.type ?? subjectType ?? '',
    subject_id: event.subject?.id ?? null,
    group_id: event.groupId,
    context: (context as EventContext | undefined) ?? { actor: event.actor, request: event.request },
    data: (data as Record<string, unknown> | undefined) ?? null,
    sealed: sealed === undefined ? null : Buffer.from(sealed, 'base64'),
  };
}

/** @throws Error when it has no such form */
export function sealOfLine(tenantId: string, { seal }: SealLine): Seal {
  const { firstSeq, lastSeq, root, previous, sealedAt, signature, ...rest } = seal;
  return {
    ...rest,
    tenantId,
    ...{ firstSeq: BigInt(firstSeq), lastSeq: BigInt(lastSeq), sealedAt: new Date(sealedAt) },
    ...{ root: Buffer.from(root, 'hex'), previous: Buffer.from(previous, 'hex') },
    signature: Buffer.from(signature, 'base64'),
  };
}

/** @throws Error when it has no such form */
export function headOfLine(tenantId: string, { hash, lastSeq, signature, ...rest }: JsonHead): Head {
  const bytes = { hash: Buffer.from(hash, 'hex'), signature: Buffer.from(signature, 'base64') };
  return { ...rest, tenantId, lastSeq: BigInt(lastSeq), ...bytes };
}
