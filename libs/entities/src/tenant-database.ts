import type { Writable } from 'node:stream';
import { Client, DatabaseError, type ClientConfig, type Pool, type PoolClient, type QueryResult } from 'pg';
import { enter, prepareConnection, TenantQuery, type Scope } from './tenant-query';
import type { Statement } from './statement';

/** The credential of the request was revoked or has expired, or its tenant's SCIM was switched off, meanwhile. */
export class CredentialRefused extends Error {}
/** The database could not be reached; what was asked was not done, or it is not known whether it was. */
export class DatabaseUnavailable extends Error {}

/** A transaction of several statements, all in one tenant. */
export interface TenantTransaction {
  query<T>(statement: Statement, values: unknown[]): Promise<T[]>;
}

const REFUSED = 'PV401';
/** serialization_failure, deadlock_detected: the transaction did nothing and may be tried again. */
const RETRYABLE = new Set(['40001', '40P01']);
/** The server starts or stops, or took the connection away. */
const UNAVAILABLE = /^(57P0|08|53300)/;
const CONNECT_PATIENCE_MS = 8_000;

/**
 * Every SQL statement of the directory and the log goes through here, so that none can run without its tenant.
 * Point reads share a few pipelined connections; whatever writes or may take long takes one of the pool.
 */
export class TenantDatabase {
  private readonly lanes: (Promise<Client> | undefined)[];
  private next = 0;
  private closed = false;
  private readonly corked = new WeakSet<Writable>();

  constructor(
    private readonly pool: Pool,
    private readonly connection: ClientConfig,
    lanes = 4,
  ) {
    this.lanes = new Array<Promise<Client> | undefined>(lanes).fill(undefined);
  }

  /** A quick read by key on a shared connection. @throws CredentialRefused, DatabaseUnavailable, pg's DatabaseError */
  async read<T>(scope: Scope, statement: Statement, values: unknown[]): Promise<T[]> {
    for (let attempt = 1; ; attempt++) {
      const i = this.next++ % this.lanes.length;
      const opening = this.lane(i);
      const lane = await opening;
      this.shareWrite(lane);
      try {
        return (await send(lane, scope, statement, values)).rows as T[];
      } catch (error) {
        // A read may simply be asked again: a neighbour on its connection confused what is prepared, or the connection
        // went away, probably with all the others, and its end may be told later than the end of what it carried.
        if (isUnavailable(error) && this.lanes[i] === opening) this.lanes[i] = undefined;
        const again = isUnavailable(error) ? attempt <= this.lanes.length + 2 : isConfused(error) && attempt < 10;
        if (!again) throw named(error);
      }
    }
  }

  /** One statement in its own transaction on a connection of its own. @throws as read */
  async run<T>(scope: Scope | 'platform', statement: Statement, values: unknown[]): Promise<T[]> {
    for (let attempt = 1; ; attempt++) {
      const client = await this.connect();
      try {
        const { rows } = await send(client, scope, statement, values);
        client.release();
        return rows as T[];
      } catch (error) {
        client.release(isConnectionFault(error) ? (error as Error) : undefined);
        if (attempt > 3 || !RETRYABLE.has((error as DatabaseError).code ?? '')) throw named(error);
      }
    }
  }

  /**
   * Several statements as one transaction, tried again when it lost a deadlock: `work` must do nothing but its queries.
   * @throws as read, and whatever `work` throws, after the rollback
   */
  async transaction<T>(scope: Scope, work: (tx: TenantTransaction) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      const client = await this.connect();
      let fault: Error | undefined;
      try {
        await client.query('BEGIN');
        const entry = enter(scope);
        await client.query({ ...entry, name: `${entry.name}_transaction` });
        const result = await work({
          query: async <R>({ name, text }: Statement, values: unknown[]) =>
            (await client.query(name ? { name, text, values } : { text, values })).rows as R[],
        });
        await client.query('COMMIT');
        return result;
      } catch (error) {
        fault = isConnectionFault(error) ? (error as Error) : undefined;
        if (!fault) await client.query('ROLLBACK').catch((e: Error) => (fault = e));
        if (attempt > 3 || !RETRYABLE.has((error as DatabaseError).code ?? '')) throw named(error);
      } finally {
        client.release(fault);
      }
    }
  }

  /** Ends the shared connections once what they carry is answered; the pool belongs to its data source. */
  async close(): Promise<void> {
    this.closed = true;
    await Promise.all(
      this.lanes.map(async (lane) => (await lane?.catch(() => undefined))?.end().catch(() => undefined)),
    );
  }

  /**
   * Lets all reads of one turn of the event loop leave in one write: a write to a socket costs as much as everything else
   * that a point read needs of this process (docs/performance.md).
   */
  private shareWrite(lane: Client): void {
    const { stream } = (lane as unknown as { connection: { stream: Writable } }).connection;
    if (this.corked.has(stream)) return;
    this.corked.add(stream);
    stream.cork();
    setImmediate(() => {
      this.corked.delete(stream);
      stream.uncork();
    });
  }

  private connect(): Promise<PoolClient> {
    return this.patiently(() => this.pool.connect());
  }

  private lane(i: number): Promise<Client> {
    if (this.closed) throw new DatabaseUnavailable('The database connections are closed.');
    return (this.lanes[i] ??= this.openLane(i));
  }

  private openLane(i: number): Promise<Client> {
    const drop = () => {
      // The lane may have been opened anew since: an end is often told twice.
      if (this.lanes[i] === opening) this.lanes[i] = undefined;
    };
    const opening = this.patiently(() => this.open(drop)).catch((error: unknown) => {
      drop();
      throw error;
    });
    return opening;
  }

  private async open(drop: () => void): Promise<Client> {
    const client = new Client({ ...this.connection, pipeline: true } as ClientConfig);
    let ended = false;
    let lost = () => {
      ended = true;
    };
    client.on('error', () => lost());
    client.on('end', () => lost());
    try {
      await client.connect();
      await prepareConnection(client);
      if (ended) throw new DatabaseUnavailable('The connection ended at once.');
      lost = drop;
      return client;
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
  }

  /** A database that is being restarted comes back within seconds; nothing was sent yet, so waiting is safe. */
  private async patiently<T>(connect: () => Promise<T>): Promise<T> {
    const deadline = Date.now() + CONNECT_PATIENCE_MS;
    for (let wait = 20; ; wait = Math.min(wait * 2, 500)) {
      try {
        return await connect();
      } catch (error) {
        const fault = named(error);
        if (!(fault instanceof DatabaseUnavailable) || this.closed || Date.now() + wait > deadline) throw fault;
        await new Promise((resolve) => setTimeout(resolve, wait));
      }
    }
  }
}

function send(
  client: Client | PoolClient,
  scope: Scope | 'platform',
  statement: Statement,
  values: unknown[],
): Promise<QueryResult> {
  return new Promise((resolve, reject) => {
    void client.query(
      new TenantQuery(scope, statement, values, (error, result) =>
        error ? reject(error) : resolve(result),
      ) as unknown as Parameters<Client['query']>[0],
    );
  });
}

/**
 * On a pipelined connection a Parse is skipped with the refusal in front of it, and whoever relied on it finds no such
 * statement (26000); of several who then prepare it, one finds it there (42P05).
 */
function isConfused(error: unknown): boolean {
  const { code } = error as DatabaseError;
  return code === '26000' || code === '42P05';
}

function isConnectionFault(error: unknown): boolean {
  return !(error instanceof DatabaseError) || UNAVAILABLE.test(error.code ?? '');
}

function named(error: unknown): unknown {
  if (error instanceof DatabaseUnavailable) return error;
  if (error instanceof DatabaseError && error.code === REFUSED) return new CredentialRefused(error.message);
  return isUnavailable(error) ? new DatabaseUnavailable((error as Error).message, { cause: error }) : error;
}

/** The server or the way to it is gone, as opposed to anything that was wrong with what was asked. */
function isUnavailable(error: unknown): boolean {
  return error instanceof DatabaseError ? UNAVAILABLE.test(error.code ?? '') : isSocketFault(error);
}

function isSocketFault(error: unknown): boolean {
  const { code, message } = error as NodeJS.ErrnoException;
  return (
    /^(ECONN|EPIPE|ENOENT|ETIMEDOUT|EHOST|ENET|ENOTFOUND|EAI_AGAIN)/.test(code ?? '') ||
    /Connection terminated|not queryable|Client was closed|timeout exceeded|timeout expired/.test(message ?? '')
  );
}
