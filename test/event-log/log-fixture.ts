import { Client } from 'pg';
import { DataSource } from 'typeorm';
import { dataSourceOptions, tenantDatabase, uuidV7, type TenantDatabase } from '@provost/entities';
import {
  appendEvents,
  EventDelivery,
  EventSignal,
  type EventConsumer,
  type EventContext,
  type EventRow,
} from '@provost/event-log';
import { createTestDatabase, type TestDatabase } from '../support/database';

const CONTEXT: EventContext = { actor: { type: 'system', id: 'test' }, request: { id: 'test' } };
export const TENANT = uuidV7();

/** A process's share of Provost, as far as the event log goes: a pool, a signal, and deliveries that are stopped together. */
export interface Node {
  readonly db: TenantDatabase;
  readonly signal: EventSignal;
  readonly faults: string[];
  deliver(consumer: EventConsumer): EventDelivery;
  stop(): Promise<void>;
}

/** A migrated database with the log's parts on it; `close` ends everything that was made. */
export class Log {
  private readonly nodes: Node[] = [];
  private readonly clients: Client[] = [];

  private constructor(private readonly database: TestDatabase) {}

  static async create(): Promise<Log> {
    return new Log(await createTestDatabase());
  }

  get url(): string {
    return this.database.url;
  }

  async node(poolSize?: number): Promise<Node> {
    const dataSource = await new DataSource(dataSourceOptions(this.url, poolSize)).initialize();
    const db = tenantDatabase(dataSource);
    const faults: string[] = [];
    const signal = new EventSignal(this.url, (error) => faults.push(error.message));
    await signal.start();
    const deliveries: EventDelivery[] = [];
    let stopped: Promise<void> | undefined;
    const stop = async () => {
      await Promise.all(deliveries.map((delivery) => delivery.stop()));
      await signal.close();
      await db.close();
      await dataSource.destroy();
    };
    const node: Node = {
      db,
      signal,
      faults,
      deliver(consumer) {
        const delivery = new EventDelivery(consumer, db, signal, (message, error) =>
          faults.push(`${message} ${(error as Error).message}`),
        );
        deliveries.push(delivery);
        delivery.start();
        return delivery;
      },
      stop: () => (stopped ??= stop()),
    };
    this.nodes.push(node);
    return node;
  }

  /** A connection of its own, as the superuser: row-level security does not apply. */
  async client(): Promise<Client> {
    const client = new Client({ connectionString: this.url });
    client.on('error', () => undefined);
    await client.connect();
    this.clients.push(client);
    return client;
  }

  async close(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.stop()));
    await Promise.all(this.clients.map((client) => client.end().catch(() => undefined)));
    await this.database.drop();
  }
}

/** Appends and announces, as every write path does. */
export async function write(node: Node, subjectId = uuidV7()): Promise<void> {
  await appendEvents(node.db, { tenantId: TENANT }, CONTEXT, [
    { type: 'user.updated', subjectType: 'User', subjectId, data: { at: Date.now() } },
  ]);
  node.signal.announce();
}

/** Takes a number in the transaction that the client may have open. @returns the number */
export async function take(client: Client): Promise<string> {
  const { rows } = await client.query<{ seq: string }>(
    `INSERT INTO events (tenant_id, id, occurred_at, type, subject_type, subject_id, context)
     VALUES ($1, gen_random_uuid(), now(), 'user.updated', 'User', gen_random_uuid(), $2) RETURNING seq`,
    [TENANT, JSON.stringify(CONTEXT)],
  );
  return rows[0]!.seq;
}

/** A consumer that remembers what it was given. */
export class Recorder implements EventConsumer {
  readonly events: EventRow[] = [];
  readonly batches: string[][] = [];

  constructor(
    readonly name: string,
    private readonly work: (events: readonly EventRow[]) => Promise<void> | void = () => undefined,
  ) {}

  get seqs(): string[] {
    return this.events.map((event) => event.seq);
  }

  async handle(events: readonly EventRow[]): Promise<void> {
    this.batches.push(events.map((event) => event.seq));
    await this.work(events);
    this.events.push(...events);
  }
}
