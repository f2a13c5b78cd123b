import { Client, type QueryResult } from 'pg';
import { DatabaseUnavailable } from '@provost/entities';

/**
 * SQL that takes the lock of a consumer until its transaction ends, and says whether it could: whoever held it is gone then.
 * @param name SQL for the consumer's name
 */
export function tryConsumerLock(name: string): string {
  return `pg_try_advisory_xact_lock(hashtextextended('provost consumer ' || ${name}, 0))`;
}

/**
 * Lets one worker at a time deliver to a consumer: an advisory lock that PostgreSQL frees the moment its connection ends,
 * so that a killed worker is followed at once and no lease has to run out. The connection is its own: taken from the pool,
 * the locks of many consumers would leave none for their queries, and a pooler could not lend it to others anyway. That
 * transaction reads and writes nothing, so it holds back neither VACUUM nor anybody else.
 */
export class ConsumerLock {
  private client: Client | undefined;
  private holds = false;

  constructor(
    private readonly url: string,
    private readonly consumer: string,
  ) {}

  /** False as soon as the connection was lost, from which moment another worker may hold it. */
  get held(): boolean {
    return this.holds;
  }

  /** @returns false when another worker holds it. @throws DatabaseUnavailable */
  async acquire(): Promise<boolean> {
    try {
      const client = (this.client ??= await this.connect());
      const name = client.escapeLiteral(this.consumer);
      const [, result] = (await client.query(`BEGIN READ ONLY; SELECT ${tryConsumerLock(name)} AS got`)) as unknown as [
        QueryResult,
        QueryResult<{ got: boolean }>,
      ];
      // The connection may have ended behind its last answer.
      this.holds = result.rows[0]!.got && this.client === client;
      if (!this.holds) await this.release();
      return this.holds;
    } catch (error) {
      await this.close();
      throw new DatabaseUnavailable((error as Error).message, { cause: error });
    }
  }

  async release(): Promise<void> {
    this.holds = false;
    await this.client?.query('ROLLBACK').catch(() => this.close());
  }

  /** Ends the connection, and with it the lock. */
  async close(): Promise<void> {
    const { client } = this;
    this.client = undefined;
    this.holds = false;
    await client?.end().catch(() => undefined);
  }

  private async connect(): Promise<Client> {
    const client = new Client({
      connectionString: this.url,
      application_name: 'provost consumer',
      connectionTimeoutMillis: 5_000,
      // Without it a worker whose machine vanished would be noticed only by its own next write.
      keepAlive: true,
    });
    const lost = () => {
      if (this.client !== client) return;
      this.client = undefined;
      this.holds = false;
    };
    client.on('error', lost);
    client.on('end', lost);
    try {
      await client.connect();
      // Servers are often set to end idle transactions; this one is idle on purpose.
      await client.query(
        `SELECT set_config(name, '0', false) FROM pg_settings
         WHERE name IN ('idle_in_transaction_session_timeout', 'transaction_timeout')`,
      );
      return client;
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
  }
}
