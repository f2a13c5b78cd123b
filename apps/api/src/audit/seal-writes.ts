import {
  type Head,
  headHash,
  type KeyRing,
  Leaves,
  NO_SEAL,
  type Seal,
  sealHash,
  type SigningKey,
} from '@provost/audit-trail';
import { statement } from '@provost/entities';

/** A seal, what is stored beside it, and the head that it makes. */
export interface NewSeal {
  readonly seal: Seal;
  readonly leaves: Buffer;
  readonly head: Head;
}

/** What a head that is not as it was signed is followed by: the chain stays broken there for whoever verifies it. */
const BROKEN = Buffer.alloc(32, 0xff);

/** What of a new seal does not follow from the chain. */
export interface Sealing {
  readonly kind: Seal['kind'];
  readonly firstSeq: bigint;
  readonly lastSeq: bigint;
  readonly count: number;
  readonly root: Buffer;
  readonly leaves: Buffer;
}

/** The next seal of a tenant's chain and its new head, signed. @param head as it is now; undefined before the first seal */
export function nextSeal(
  tenantId: string,
  head: Head | undefined,
  { leaves, ...what }: Sealing,
  { signing, ring }: { readonly signing: SigningKey; readonly ring: KeyRing },
): NewSeal {
  const sound = !head || ring.verifies(head.keyId, headHash(head), head.signature);
  const previous = !head ? NO_SEAL : sound ? head.hash : BROKEN;
  const [number, keyId] = [(head?.number ?? 0) + 1, signing.id];
  const unsigned = { tenantId, number, ...what, previous, sealedAt: new Date(), keyId };
  const hash = sealHash(unsigned);
  const isBatch = what.kind === 'sealed';
  const lastSeq = isBatch ? what.lastSeq : (head?.lastSeq ?? 0n);
  const events = (head?.events ?? 0) + (isBatch ? what.count : 0);
  const next = { tenantId, number, hash, lastSeq, events, keyId };
  return {
    seal: { ...unsigned, signature: signing.sign(hash) },
    leaves,
    head: { ...next, signature: signing.sign(headHash(next)) },
  };
}

/** A batch of events. @param events at least one, in order */
export function batchOf(events: readonly { readonly seq: bigint; readonly hash: Buffer }[]): Sealing {
  const leaves = Leaves.from(events);
  const [firstSeq, lastSeq] = [events[0]!.seq, events.at(-1)!.seq];
  return { kind: 'sealed', firstSeq, lastSeq, count: events.length, root: leaves.root(), leaves: leaves.bytes };
}

/**
 * SQL that writes seals and their heads: two CTEs. All happens or nothing: a seal of a number that there is, or a head that has moved,
 * fails the statement.
 * @param first number of the first of the parameters of sealValues @param from what the rows depend on
 */
export function insertSeals(first: number, from: string): string {
  const p = (i: number) => `$${first + i}`;
  const rows = `ROWS FROM (unnest(${p(0)}::uuid[]), unnest(${p(1)}::int[]), unnest(${p(2)}::text[]), unnest(${p(3)}::bigint[]),
      unnest(${p(4)}::bigint[]), unnest(${p(5)}::int[]), unnest(${p(6)}::bytea[]), unnest(${p(7)}::bytea[]), unnest(${p(8)}::timestamptz[]),
      unnest(${p(9)}::text[]), unnest(${p(10)}::bytea[]), unnest(${p(11)}::bytea[]), unnest(${p(12)}::bytea[]), unnest(${p(13)}::bigint[]),
      unnest(${p(14)}::bigint[]), unnest(${p(15)}::bytea[]))
    AS s (tenant_id, number, kind, first_seq, last_seq, count, root, previous, sealed_at, key_id, signature, leaves, hash,
      head_seq, events, head_signature)`;
  return `seals AS (INSERT INTO audit_seals
      (tenant_id, number, kind, first_seq, last_seq, count, root, previous, sealed_at, key_id, signature, leaves)
    SELECT s.tenant_id, s.number, s.kind, s.first_seq, s.last_seq, s.count, s.root, s.previous, s.sealed_at, s.key_id, s.signature, s.leaves
    FROM ${rows}, ${from}),
  heads AS (INSERT INTO audit_heads AS h (tenant_id, number, hash, last_seq, events, key_id, signature)
    SELECT s.tenant_id, s.number, s.hash, s.head_seq, s.events, s.key_id, s.head_signature FROM ${rows}, ${from}
    ON CONFLICT (tenant_id) DO UPDATE SET number = excluded.number, hash = excluded.hash, last_seq = excluded.last_seq,
      events = excluded.events, key_id = excluded.key_id, signature = excluded.signature)`;
}

/** The sixteen parameters of insertSeals. */
export function sealValues(seals: readonly NewSeal[]): unknown[] {
  const column = <T>(pick: (one: NewSeal) => T) => seals.map(pick);
  return [
    column(({ seal }) => seal.tenantId),
    column(({ seal }) => seal.number),
    column(({ seal }) => seal.kind),
    column(({ seal }) => String(seal.firstSeq)),
    column(({ seal }) => String(seal.lastSeq)),
    column(({ seal }) => seal.count),
    column(({ seal }) => seal.root),
    column(({ seal }) => seal.previous),
    column(({ seal }) => seal.sealedAt),
    column(({ seal }) => seal.keyId),
    column(({ seal }) => seal.signature),
    column(({ leaves }) => leaves),
    column(({ head }) => head.hash),
    column(({ head }) => String(head.lastSeq)),
    column(({ head }) => head.events),
    column(({ head }) => head.signature),
  ];
}

/** All or nothing, and only while the sealer is where it was. $1 its position, $2 the next; actors, their tenants and events; then the seals. */
export const SEAL = statement(
  'audit.seal',
  `WITH moved AS (UPDATE event_consumers SET position = $2, updated_at = now() WHERE name = 'audit-seals' AND position = $1 RETURNING name),
  ${insertSeals(7, 'moved')},
  actors AS (INSERT INTO audit_actors (tenant_id, actor, first_seq, last_seq)
    SELECT a.tenant_id, a.actor, a.first_seq, a.last_seq FROM ROWS FROM (unnest($3::uuid[]), unnest($4::text[]), unnest($5::bigint[]),
      unnest($6::bigint[])) AS a (tenant_id, actor, first_seq, last_seq), moved)
  SELECT name FROM moved`,
);
