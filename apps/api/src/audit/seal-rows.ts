import type { Head, Seal, SealKind } from '@provost/audit-trail';
import { statement, type TenantDatabase } from '@provost/entities';

export const SEAL_COLUMNS =
  'tenant_id, number, kind, first_seq::text, last_seq::text, count, root, previous, sealed_at, key_id, signature';
export const HEAD_COLUMNS = 'tenant_id, number, hash, last_seq::text, events::text, key_id, signature';

/** How far sealing has come; made at the first time. */
export const POSITION = statement(
  'audit.position',
  `WITH made AS (INSERT INTO event_consumers (name, position, updated_at) VALUES ('audit-seals', 0, now())
     ON CONFLICT DO NOTHING RETURNING position)
   SELECT position::text FROM made UNION ALL SELECT position::text FROM event_consumers WHERE name = 'audit-seals'`,
);
export const HEAD = statement('audit.head', `SELECT ${HEAD_COLUMNS} FROM audit_heads WHERE tenant_id = $1::uuid`);
export const HEADS = statement(
  'audit.heads',
  `SELECT ${HEAD_COLUMNS} FROM audit_heads WHERE tenant_id = ANY($1::uuid[])`,
);
const SEALS = statement(
  'audit.seals',
  `SELECT ${SEAL_COLUMNS}, leaves FROM audit_seals WHERE tenant_id = $1::uuid AND number > $2::int ORDER BY number LIMIT $3::int`,
);

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

/** A seal with what is stored beside it. */
export interface StoredSeal extends SealRow {
  readonly leaves: Buffer;
}

/** So many events' hashes are read with their seals at once, of seals of the size of the last ones. */
const LEAVES = 8_192;

/** The seals of a tenant in their order. @param upTo the number of the last one; without it all that there are */
export async function* storedSeals(
  db: TenantDatabase,
  tenantId: string,
  upTo = Infinity,
): AsyncGenerator<StoredSeal, undefined> {
  let number = 0;
  for (let size = 16; ;) {
    const rows = await db.run<StoredSeal>({ tenantId }, SEALS, [tenantId, number, size]);
    for (const row of rows) {
      if (row.number > upTo) return;
      yield row;
    }
    if (rows.length < size) return;
    number = rows.at(-1)!.number;
    const mean = rows.reduce((sum, { leaves }) => sum + leaves.length / 40, 0) / rows.length;
    size = Math.max(4, Math.min(512, Math.round(LEAVES / Math.max(1, mean))));
  }
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
