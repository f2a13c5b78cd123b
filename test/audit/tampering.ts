import type { Client } from 'pg';
import { type Head, headHash, Leaves, type Seal, sealHash, SigningKey } from '@provost/audit-trail';
import {
  HEAD_COLUMNS,
  headOf,
  type HeadRow,
  SEAL_COLUMNS,
  sealOf,
  type SealRow,
} from '../../apps/api/src/audit/seal-rows';

/** A number from 0 up to, without, the given one. */
export type Pick = (below: number) => number;

/** Reproducible random numbers (mulberry32). */
export function seeded(seed: number): Pick {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4_294_967_296) * below);
  };
}

/** What somebody can do who owns the database, but not the key. */
export class Tampering {
  constructor(
    private readonly client: Client,
    private readonly tenantId: string,
    private readonly pick: Pick,
    private readonly numbers: readonly string[],
    /** Numbers that nobody has, below the last sealed one. */
    private readonly unused: readonly string[],
    private readonly seals: number,
  ) {}

  /** By name. Each changes something. */
  get kinds(): Readonly<Record<string, () => Promise<unknown>>> {
    const kinds: Record<string, () => Promise<unknown>> = {
      'delete an event': () => this.onEvent('DELETE FROM events'),
      'swap two events': () => this.swap('seq'),
      'swap the contents of two events': () => this.swap('data, sealed, context, type'),
      'insert an event': () => this.insert(),
      'cut off the last events': () => this.cutEvents(),
      'cut off the last events and their seals': () => this.cutSeals(),
      'cut them off and set the head back': () => this.cutAndForge(),
      'swap two seals': () => this.swapSeals(),
      'delete a seal': () => this.onSeal('DELETE FROM audit_seals'),
      'delete the head': () => this.client.query('DELETE FROM audit_heads WHERE tenant_id = $1', [this.tenantId]),
      'delete all seals and the head': () => this.deleteSeals(),
      'seal a change with a key of their own': () => this.signAnew(),
    };
    for (const [column, value] of Object.entries(EVENT_EDITS))
      kinds[`change ${column} of an event`] = () => this.onEvent(`UPDATE events SET ${column} = ${value}`);
    for (const [column, value] of Object.entries(SEAL_EDITS))
      kinds[`change ${column} of a seal`] = () => this.onSeal(`UPDATE audit_seals SET ${column} = ${value}`);
    for (const [column, value] of Object.entries(HEAD_EDITS))
      kinds[`change ${column} of the head`] = () =>
        this.client.query(`UPDATE audit_heads SET ${column} = ${value} WHERE tenant_id = $1`, [this.tenantId]);
    return kinds;
  }

  private any<T>(list: readonly T[]): T {
    return list[this.pick(list.length)]!;
  }

  private async onEvent(sql: string): Promise<void> {
    const { rowCount } = await this.client.query(`${sql} WHERE tenant_id = $1 AND seq = $2`, [
      this.tenantId,
      this.any(this.numbers),
    ]);
    if (rowCount !== 1) throw new Error(`${sql} changed ${rowCount} events.`);
  }

  private async onSeal(sql: string): Promise<void> {
    const { rowCount } = await this.client.query(`${sql} WHERE tenant_id = $1 AND number = $2`, [
      this.tenantId,
      1 + this.pick(this.seals),
    ]);
    if (rowCount !== 1) throw new Error(`${sql} changed ${rowCount} seals.`);
  }

  private async swap(columns: string): Promise<void> {
    const first = this.pick(this.numbers.length - 1);
    const second = first + 1 + this.pick(this.numbers.length - first - 1);
    await this.client.query(
      `UPDATE events e SET (${columns}) = (SELECT ${columns} FROM events o WHERE o.tenant_id = $1 AND o.seq = CASE e.seq WHEN $2 THEN $3::bigint ELSE $2::bigint END)
       WHERE e.tenant_id = $1 AND e.seq IN ($2::bigint, $3::bigint)`.replace(
        '(seq) = (SELECT seq',
        'seq = (SELECT seq',
      ),
      [this.tenantId, this.numbers[first], this.numbers[second]],
    );
  }

  private insert(): Promise<unknown> {
    return this.client.query(
      `INSERT INTO events (tenant_id, seq, id, occurred_at, type, subject_type, context)
       SELECT tenant_id, $2, uuid_v7(), occurred_at, type, subject_type, context FROM events WHERE tenant_id = $1 AND seq = $3`,
      [this.tenantId, this.any(this.unused), this.any(this.numbers)],
    );
  }

  private cutEvents(): Promise<unknown> {
    const from = this.numbers[this.numbers.length - 1 - this.pick(40)];
    return this.client.query('DELETE FROM events WHERE tenant_id = $1 AND seq >= $2', [this.tenantId, from]);
  }

  /** @returns the number of the last seal that stays */
  private async cutSeals(): Promise<number> {
    const last = 1 + this.pick(this.seals - 1);
    await this.client.query(
      `DELETE FROM events e USING audit_seals s WHERE e.tenant_id = $1 AND s.tenant_id = $1 AND s.number = $2 AND e.seq > s.last_seq`,
      [this.tenantId, last],
    );
    await this.client.query('DELETE FROM audit_seals WHERE tenant_id = $1 AND number > $2', [this.tenantId, last]);
    return last;
  }

  private async cutAndForge(): Promise<void> {
    const seal = await this.seal(await this.cutSeals());
    await this.client.query(
      `UPDATE audit_heads SET number = $2, hash = $3, last_seq = $4,
        events = (SELECT count(*) FROM events WHERE tenant_id = $1 AND seq <= $4) WHERE tenant_id = $1`,
      [this.tenantId, ...[seal.number, sealHash(seal), String(seal.lastSeq)]],
    );
  }

  private async swapSeals(): Promise<void> {
    const first = 1 + this.pick(this.seals - 1);
    const second = first + 1 + this.pick(this.seals - first);
    for (const [from, to] of [
      [first, 0],
      [second, first],
      [0, second],
    ])
      await this.client.query('UPDATE audit_seals SET number = $3 WHERE tenant_id = $1 AND number = $2', [
        this.tenantId,
        from,
        to,
      ]);
  }

  private async deleteSeals(): Promise<void> {
    for (const table of ['audit_seals', 'audit_heads'])
      await this.client.query(`DELETE FROM ${table} WHERE tenant_id = $1`, [this.tenantId]);
  }

  /** Everything is recomputed as the product would, and signed with another key. */
  private async signAnew(): Promise<void> {
    const key = SigningKey.generate();
    const number = 1 + this.pick(this.seals);
    let previous: Buffer | undefined;
    for (let n = number; n <= this.seals; n++) {
      const seal = await this.seal(n);
      const leaves = await this.leaves(n);
      if (n === number) leaves.hash(this.pick(leaves.count)).fill(this.pick(256));
      const forged: Seal = { ...seal, root: leaves.root(), previous: previous ?? seal.previous, keyId: key.id };
      previous = sealHash(forged);
      await this.client.query(
        `UPDATE audit_seals SET root = $3, previous = $4, key_id = $5, signature = $6, leaves = $7 WHERE tenant_id = $1 AND number = $2`,
        [this.tenantId, n, forged.root, forged.previous, key.id, key.sign(previous), leaves.bytes],
      );
    }
    const { rows } = await this.client.query<HeadRow>(`SELECT ${HEAD_COLUMNS} FROM audit_heads WHERE tenant_id = $1`, [
      this.tenantId,
    ]);
    const head: Head = { ...headOf(rows[0]!), hash: previous!, keyId: key.id };
    await this.client.query('UPDATE audit_heads SET hash = $2, key_id = $3, signature = $4 WHERE tenant_id = $1', [
      this.tenantId,
      ...[head.hash, key.id, key.sign(headHash(head))],
    ]);
  }

  private async seal(number: number): Promise<Seal> {
    const { rows } = await this.client.query<SealRow>(
      `SELECT ${SEAL_COLUMNS} FROM audit_seals WHERE tenant_id = $1 AND number = $2`,
      [this.tenantId, number],
    );
    return sealOf(rows[0]!);
  }

  private async leaves(number: number): Promise<Leaves> {
    const { rows } = await this.client.query<{ leaves: Buffer }>(
      'SELECT leaves FROM audit_seals WHERE tenant_id = $1 AND number = $2',
      [this.tenantId, number],
    );
    return Leaves.of(rows[0]!.leaves)!;
  }
}

const flipped = (column: string) =>
  `set_byte(${column}, length(${column}) / 2, get_byte(${column}, length(${column}) / 2) # 1)`;

const EVENT_EDITS: Readonly<Record<string, string>> = {
  tenant_id: 'gen_random_uuid()',
  seq: 'seq + 1000000',
  id: 'gen_random_uuid()',
  occurred_at: `occurred_at + interval '1 millisecond'`,
  type: `CASE type WHEN 'user.updated' THEN 'user.created' ELSE 'user.updated' END`,
  subject_type: `subject_type || '2'`,
  subject_id: 'gen_random_uuid()',
  group_id: 'gen_random_uuid()',
  context: `replace(context::text, '"id":"', '"id":"x')::json`,
  data: `'{"paths":["forged"]}'::json`,
  sealed: `coalesce(${flipped('sealed')}, '\\x00'::bytea)`,
};

const SEAL_EDITS: Readonly<Record<string, string>> = {
  tenant_id: 'gen_random_uuid()',
  number: 'number + 1000',
  kind: `CASE kind WHEN 'sealed' THEN 'dropped' ELSE 'sealed' END`,
  first_seq: 'first_seq - 1',
  last_seq: 'last_seq + 1',
  count: 'count + 1',
  root: flipped('root'),
  previous: flipped('previous'),
  sealed_at: `sealed_at - interval '1 day'`,
  key_id: `'0000'`,
  signature: flipped('signature'),
  leaves: flipped('leaves'),
};

const HEAD_EDITS: Readonly<Record<string, string>> = {
  number: 'number - 1',
  hash: flipped('hash'),
  last_seq: 'last_seq - 1',
  events: 'events - 1',
  key_id: `'0000'`,
  signature: flipped('signature'),
};
