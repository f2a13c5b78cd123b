import type { Head, Seal, SealKind } from '@provost/audit-trail';

export const SEAL_COLUMNS =
  'tenant_id, number, kind, first_seq::text, last_seq::text, count, root, previous, sealed_at, key_id, signature';
export const HEAD_COLUMNS = 'tenant_id, number, hash, last_seq::text, events::text, key_id, signature';

export interface SealRow {
  tenant_id: string;
  number: number;
  kind: SealKind;
  first_seq: string;
  last_seq: string;
  count: number;
  root: Buffer;
  previous: Buffer;
  sealed_at: Date;
  key_id: string;
  signature: Buffer;
}

export interface HeadRow {
  tenant_id: string;
  number: number;
  hash: Buffer;
  last_seq: string;
  events: string;
  key_id: string;
  signature: Buffer;
}

export function sealOf(row: SealRow): Seal {
  const {
    tenant_id: tenantId,
    number,
    kind,
    count,
    root,
    previous,
    sealed_at: sealedAt,
    key_id: keyId,
    signature,
  } = row;
  const [firstSeq, lastSeq] = [BigInt(row.first_seq), BigInt(row.last_seq)];
  return { tenantId, number, kind, firstSeq, lastSeq, count, root, previous, sealedAt, keyId, signature };
}

export function headOf({
  tenant_id: tenantId,
  number,
  hash,
  last_seq,
  events,
  key_id: keyId,
  signature,
}: HeadRow): Head {
  return { tenantId, number, hash, lastSeq: BigInt(last_seq), events: Number(events), keyId, signature };
}
