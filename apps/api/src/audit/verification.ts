import { setImmediate as endOfTurn } from 'node:timers/promises';
import {
  ChainCheck,
  droppedOf,
  type Fault,
  type PresentEvent,
  readDropped,
  type Seal,
  SealSignatures,
} from '@provost/audit-trail';
import { Inject, Injectable } from '@nestjs/common';
import { statement, TenantDatabase } from '@provost/entities';
import { eventHash, type EventTextRow, LogEvent, SettledNumber } from '@provost/event-log';
import { readAhead } from './read-ahead';
import { HEAD, headOf, type HeadRow, sealOf, storedSeals } from './seal-rows';
import { SigningKeys } from './signing-keys';

/** Events that are read at once; hashing them holds up other requests for some five milliseconds. */
const PAGE = 500;
const POSITION = statement(
  'audit.sealed_up_to',
  `SELECT position::text FROM event_consumers WHERE name = 'audit-seals'`,
);
const DROPPED = statement(
  'audit.dropped',
  `SELECT leaves FROM audit_seals WHERE tenant_id = $1::uuid AND kind = 'dropped' ORDER BY number`,
);
const EVENTS = statement(
  'audit.sealed_events',
  `SELECT e.tenant_id, e.seq::text, e.id, e.occurred_at, e.type, e.subject_type, e.subject_id, e.group_id, e.context::text,
     e.data::text, e.sealed
   FROM events e WHERE e.tenant_id = $1::uuid AND e.seq > $2::bigint AND e.seq <= $3::bigint ORDER BY e.seq LIMIT ${PAGE}`,
);
const BEHIND = statement(
  'audit.behind_the_seals',
  `SELECT count(*)::int AS events, min(e.seq)::text AS first FROM events e
   WHERE e.tenant_id = $1::uuid AND e.seq > $2::bigint AND e.seq <= $3::bigint`,
);

/** What verifying found. */
export interface Verified {
  readonly ok: boolean;
  /** Events that a seal covers, and those that are yet to be sealed. */
  readonly sealed: number;
  readonly unsealed: number;
  /** The last seal: whoever keeps it can tell later that the chain still goes through it. */
  readonly head: { readonly seal: number; readonly hash: string } | null;
  /** How many of the sealed events were dropped when their time was over, and before when the last of them happened. */
  readonly dropped: { readonly events: number; readonly until: string } | null;
  readonly firstFault?: Fault;
}

/** Walks a tenant's seals and the events under them, a page at a time. */
@Injectable()
export class Verification {
  constructor(
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(SettledNumber) private readonly settled: SettledNumber,
    @Inject(SigningKeys) private readonly keys: SigningKeys,
  ) {}

  async verify(tenantId: string): Promise<Verified> {
    for (;;) {
      const dropped = await this.dropped(tenantId);
      const found = await this.walk(tenantId, dropped);
      // A month that was dropped meanwhile is no fault.
      if (found.ok || (await this.dropped(tenantId)).length === dropped.length) return found;
    }
  }

  private async walk(tenantId: string, dropped: readonly Buffer[]): Promise<Verified> {
    // In this order: what is sealed in between only makes the head go further.
    const [reached] = await this.db.run<{ position: string }>('platform', POSITION, []);
    const [row] = await this.db.run<HeadRow>({ tenantId }, HEAD, [tenantId]);
    const head = row && headOf(row);
    const check = new ChainCheck(new SealSignatures(tenantId, (await this.keys.keys()).ring), dropped.map(droppedOf));
    const firstFault =
      (await this.seals(tenantId, check, head?.number)) ??
      check.end(head) ??
      (await this.unsealedBehind(tenantId, head?.lastSeq ?? 0n, BigInt(reached?.position ?? 0)));
    const [behind] = await this.behind(tenantId, head?.lastSeq ?? 0n, await this.settled.upTo());
    return {
      ok: !firstFault,
      sealed: check.sealed,
      unsealed: behind!.events,
      head: head ? { seal: head.number, hash: head.hash.toString('hex') } : null,
      dropped: droppedSince(dropped),
      ...(firstFault && { firstFault }),
    };
  }

  /** @param upTo number of the last seal, as the head has it; those behind it were made meanwhile */
  private async seals(tenantId: string, check: ChainCheck, upTo: number | undefined): Promise<Fault | undefined> {
    const events = new Present(this.db, tenantId);
    for await (const row of storedSeals(this.db, tenantId, upTo)) {
      const seal = sealOf(row);
      const present = seal.kind === 'sealed' ? await events.upTo(seal) : [];
      const fault = check.seal(seal, row.leaves, present);
      if (fault) return fault;
    }
    return undefined;
  }

  /** The sealer has passed these numbers: nothing can be there that it did not see. */
  private async unsealedBehind(tenantId: string, last: bigint, reached: bigint): Promise<Fault | undefined> {
    const [row] = await this.behind(tenantId, last, reached);
    if (!row!.events) return undefined;
    const fault = `Event ${row!.first} is not sealed, though sealing has passed it: it was added later, or its seal was removed.`;
    return { sequence: row!.first!, fault };
  }

  private behind(tenantId: string, last: bigint, upTo: bigint): Promise<{ events: number; first: string | null }[]> {
    return this.db.run({ tenantId }, BEHIND, [tenantId, String(last), String(upTo)]);
  }

  private async dropped(tenantId: string): Promise<Buffer[]> {
    const rows = await this.db.run<{ leaves: Buffer }>({ tenantId }, DROPPED, [tenantId]);
    return rows.map(({ leaves }) => leaves);
  }
}

function droppedSince(records: readonly Buffer[]): Verified['dropped'] {
  const all = records.map(readDropped).filter((record) => record !== undefined);
  if (!all.length) return null;
  const until = all.map((record) => record.until).sort();
  return { events: all.reduce((sum, { events }) => sum + events, 0), until: until.at(-1)! };
}

/** The events of a tenant, handed out seal by seal. */
class Present {
  private rows: AsyncIterator<EventTextRow[]> | undefined;
  private page: EventTextRow[] = [];
  private at = 0;
  private until = 0n;

  constructor(
    private readonly db: TenantDatabase,
    private readonly tenantId: string,
  ) {}

  /** Those up to the last number of a seal; when there are more than it has, no more than tell so. */
  async upTo({ lastSeq, count }: Seal): Promise<PresentEvent[]> {
    const events: PresentEvent[] = [];
    while (events.length <= count) {
      if (this.at === this.page.length && !(await this.turn())) break;
      const row = this.page[this.at]!;
      const seq = BigInt(row.seq);
      if (seq > lastSeq) break;
      events.push({ seq, id: row.id, hash: eventHash(new LogEvent(row)) });
      this.at++;
    }
    this.until = lastSeq;
    return events;
  }

  private async turn(): Promise<boolean> {
    this.rows ??= readAhead(this.pages());
    await endOfTurn();
    const { value, done } = await this.rows.next();
    this.page = done ? [] : (value as EventTextRow[]);
    this.at = 0;
    return this.page.length > 0;
  }

  private async *pages(): AsyncGenerator<EventTextRow[]> {
    const LAST = '9223372036854775807';
    for (let after = String(this.until); ;) {
      const rows = await this.db.run<EventTextRow>({ tenantId: this.tenantId }, EVENTS, [this.tenantId, after, LAST]);
      if (rows.length) yield rows;
      if (rows.length < PAGE) return;
      after = rows.at(-1)!.seq;
    }
  }
}
