import { setImmediate as endOfTurn, setTimeout as delay } from 'node:timers/promises';
import type { Head } from '@provost/audit-trail';
import { type BeforeApplicationShutdown, Inject, Injectable } from '@nestjs/common';
import { statement, TenantDatabase } from '@provost/entities';
import { ConsumerLock, eventHash, EventSignal, type EventTextRow, LogEvent, SettledNumber } from '@provost/event-log';
import { type Job, type JobResult, Jobs } from '../jobs';
import { headOf, type HeadRow, HEADS, POSITION } from './seal-rows';
import { batchOf, nextSeal, SEAL, sealValues } from './seal-writes';
import { SigningKeys } from './signing-keys';

const EVERY_MS = 5_000;
/** Most events that are sealed at once, and that are read and hashed in one turn of the event loop. */
const BATCH = 4_096;
const PAGE = 512;
/** How long a run by hand waits for the sealer of another process. */
const PATIENCE_MS = 30_000;

// Without an upper bound, which would let PostgreSQL choose to sort all that is left of the log for each page of it.
const SPAN = statement(
  'audit.span',
  `SELECT e.tenant_id, e.seq::text, e.id, e.occurred_at, e.type, e.subject_type, e.subject_id, e.group_id, e.context::text,
     e.data::text, e.sealed
   FROM events e WHERE e.seq > $1::bigint ORDER BY e.seq LIMIT ${PAGE}`,
);

/** What is to be sealed of one tenant. */
interface Batch {
  readonly events: { readonly seq: bigint; readonly hash: Buffer }[];
  /** Ids, names and kinds of who did it. */
  readonly actors: Set<string>;
}

/**
 * Seals the log some seconds behind the writes: of every tenant a batch, all in one statement with the position, so that a kill at any
 * moment has sealed all of it or nothing. One process at a time does it.
 */
@Injectable()
export class Sealer implements Job, BeforeApplicationShutdown {
  readonly name = 'seal';
  readonly about = 'Seals the events that were written since the last seals.';
  readonly everyMs = EVERY_MS;
  private readonly lock: ConsumerLock;
  private working: Promise<unknown> = Promise.resolve();

  constructor(
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(SettledNumber) private readonly settled: SettledNumber,
    @Inject(SigningKeys) private readonly keys: SigningKeys,
    @Inject(EventSignal) signal: EventSignal,
    @Inject(Jobs) jobs: Jobs,
  ) {
    this.lock = new ConsumerLock(signal.url, 'audit-seals');
    jobs.register(this);
  }

  /** Seals all that there is, of every tenant, as the log is one. @returns what was sealed of this one */
  async run(tenantId: string): Promise<JobResult> {
    const sealed = { events: 0, seals: 0 };
    await this.alone(
      () =>
        this.sealAll((id, events) => {
          if (id !== tenantId) return;
          sealed.events += events;
          sealed.seals++;
        }),
      PATIENCE_MS,
    );
    return sealed;
  }

  async runAll(): Promise<undefined> {
    await this.alone(() => this.sealAll(), 0);
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.working;
    await this.lock.close();
  }

  /**
   * Does something while no process seals. @param patienceMs how long to wait for another one; then it is not done
   * @returns whether it was done
   */
  async alone(work: () => Promise<unknown>, patienceMs: number): Promise<boolean> {
    const before = this.working;
    let done: () => void = () => undefined;
    this.working = new Promise<void>((resolve) => (done = resolve));
    try {
      await before;
      for (const deadline = Date.now() + patienceMs; !(await this.lock.acquire()); await delay(50))
        if (Date.now() >= deadline) return false;
      try {
        await work();
        return true;
      } finally {
        await this.lock.release();
      }
    } finally {
      done();
    }
  }

  private async sealAll(tell: (tenantId: string, events: number) => void = () => undefined): Promise<void> {
    const [row] = await this.db.run<{ position: string }>('platform', POSITION, []);
    let position = row!.position;
    const upTo = String(await this.settled.upTo());
    while (BigInt(position) < BigInt(upTo)) {
      const { batches, last } = await this.gather(position, upTo);
      if (!batches.size) return;
      if (!(await this.seal(position, last, batches))) return;
      for (const [tenantId, { events }] of batches) tell(tenantId, events.length);
      position = last;
    }
  }

  /** @returns what comes next by tenants, and its last number */
  private async gather(position: string, upTo: string): Promise<{ batches: Map<string, Batch>; last: string }> {
    const batches = new Map<string, Batch>();
    const end = BigInt(upTo);
    let last = position;
    for (let count = 0; count < BATCH;) {
      const read = await this.db.run<EventTextRow>('platform', SPAN, [last]);
      const rows = read.filter(({ seq }) => BigInt(seq) <= end);
      for (const row of rows) {
        const event = new LogEvent(row);
        const batch = batches.get(event.tenant_id) ?? { events: [], actors: new Set() };
        batches.set(event.tenant_id, batch);
        batch.events.push({ seq: BigInt(event.seq), hash: eventHash(event) });
        const { id, name, type } = event.context.actor;
        for (const actor of [id, name, type]) if (actor) batch.actors.add(actor);
      }
      last = rows.at(-1)?.seq ?? last;
      count += rows.length;
      if (rows.length < PAGE) break;
      await endOfTurn();
    }
    return { batches, last };
  }

  /** @returns false when somebody else has sealed meanwhile; then nothing has happened */
  private async seal(position: string, next: string, batches: ReadonlyMap<string, Batch>): Promise<boolean> {
    const rows = await this.db.run<HeadRow>('platform', HEADS, [[...batches.keys()]]);
    const heads = new Map<string, Head>(rows.map((row) => [row.tenant_id, headOf(row)]));
    const keys = await this.keys.keys();
    const seals = [...batches].map(([id, { events }]) => nextSeal(id, heads.get(id), batchOf(events), keys));
    const actors = [...batches].flatMap(([id, { actors: names, events }]) =>
      [...names].map((actor) => [id, actor, String(events[0]!.seq), String(events.at(-1)!.seq)]),
    );
    const column = (i: number) => actors.map((actor) => actor[i]);
    const values = [position, next, column(0), column(1), column(2), column(3), ...sealValues(seals)];
    return (await this.db.run('platform', SEAL, values)).length > 0;
  }
}
