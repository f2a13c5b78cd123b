import type { Client, Pool, PoolClient, QueryResult } from 'pg';
import { DatabaseUnavailable, isConnectionFault, isRetryable, named, patiently } from './database-faults';
import type { ConnectionPlan } from './lane';
import type { SharedWrite } from './shared-write';
import type { Statement } from './statement';
import { enter, TenantQuery, type Scope } from './tenant-query';
import { type ConnectionLoad, SharedLanes } from './shared-lanes';

export { CredentialRefused, DatabaseUnavailable, isUnavailable } from './database-faults';

/** A transaction of several statements, all in one tenant. */
export interface TenantTransaction {
  query<T>(statement: Statement, values: unknown[]): Promise<T[]>;
}

/** How many connections of each kind requests share. */
export interface LaneCounts {
  readonly reads?: number;
  readonly writes?: number;
}

/**
 * Every SQL statement of the directory and the log goes through here, so that none can run without its tenant.
 * Point reads share a few connections, short writes a few others; whatever may take long takes one of the pool.
 */
export class TenantDatabase {
  private readonly reads: SharedLanes;
  private readonly writes: SharedLanes;
  private closed = false;

  constructor(
    private readonly pool: Pool,
    connection: ConnectionPlan,
    { reads = 4, writes = 4 }: LaneCounts = {},
  ) {
    this.reads = new SharedLanes(connection, { count: reads, scopes: 8, lanesEach: reads, repeatable: true });
    // A write may wait for another's lock: it holds up no other credential's on its connection.
    this.writes = new SharedLanes(connection, { count: writes, scopes: 1, lanesEach: 2, repeatable: false });
  }

  /**
   * A quick read by key. On a busy server it shares a transaction with others of the same credential: entering the tenant
   * costs as much as the read itself. @throws CredentialRefused, DatabaseUnavailable, pg's DatabaseError
   */
  read<T>(scope: Scope, statement: Statement, values: unknown[]): Promise<T[]> {
    return statement.name ? this.reads.ask(scope, statement, values, '') : this.run(scope, statement, values);
  }

  /**
   * One short write; on a busy server it shares its transaction with others of the same credential, each of which has
   * happened when it is answered.
   * @param locks the id of what it locks, or another word for it: writes that share a transaction lock in this order
   * @throws as read
   */
  write<T>(scope: Scope, statement: Statement, values: unknown[], locks = ''): Promise<T[]> {
    // What has no name cannot be prepared ahead of a batch.
    return statement.name ? this.writes.ask(scope, statement, values, locks) : this.run(scope, statement, values);
  }

  /**
   * A short write as `write` makes it, that becomes one statement with others of its kind that wait with it. When that fails, each
   * is made again by itself, so that what is thrown is about this call.
   * @throws as read
   */
  share<Call>(scope: Scope, kind: SharedWrite<Call>, call: Call, locks: string): Promise<void> {
    return this.writes.share(scope, kind, call, locks);
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
        if (attempt > 3 || !isRetryable(error)) throw named(error);
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
        if (attempt > 3 || !isRetryable(error)) throw named(error);
      } finally {
        client.release(fault);
      }
    }
  }

  /** How busy the connections of each kind are, for whoever watches. */
  get load(): Readonly<Record<'pool' | 'reads' | 'writes', ConnectionLoad>> {
    const { totalCount: open, idleCount, waitingCount: waiting } = this.pool;
    return { pool: { open, busy: open - idleCount, waiting }, reads: this.reads.load, writes: this.writes.load };
  }

  /** Ends the shared connections once what they carry is answered; the pool belongs to its data source. */
  async close(): Promise<void> {
    this.closed = true;
    await Promise.all([this.reads.close(), this.writes.close()]);
  }

  private connect(): Promise<PoolClient> {
    if (this.closed) return Promise.reject(new DatabaseUnavailable('The database connections are closed.'));
    return patiently(
      () => this.pool.connect(),
      () => this.closed,
    );
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
