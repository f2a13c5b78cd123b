import { Client, type ClientBase, type ClientConfig } from 'pg';
import { DatabaseUnavailable, patiently } from './database-faults';

/** Where a connection goes, and what makes a fresh one ready for TenantQuery. */
export interface ConnectionPlan extends ClientConfig {
  onConnect(client: ClientBase): Promise<void>;
}

/** A connection that requests share: opened when it is first needed, opened anew after it was lost. */
export class Lane {
  private opening: Promise<Client> | undefined;
  private closed = false;

  constructor(private readonly connection: ConnectionPlan) {}

  /** @throws DatabaseUnavailable */
  client(): Promise<Client> {
    if (this.closed) return Promise.reject(new DatabaseUnavailable('The database connections are closed.'));
    return (this.opening ??= this.open());
  }

  /** The connection failed: the next one who asks gets another. What others carry on it fails as well. */
  lost(client: Promise<Client>): void {
    // It may have been opened anew since: an end is often told twice.
    if (this.opening === client) this.opening = undefined;
  }

  /** Ends the connection once what it carries is answered. */
  async close(): Promise<void> {
    this.closed = true;
    const client = await this.opening?.catch(() => undefined);
    await client?.end().catch(() => undefined);
  }

  private open(): Promise<Client> {
    const opening: Promise<Client> = patiently(
      () => this.connect(() => this.lost(opening)),
      () => this.closed,
    ).catch((error: unknown) => {
      this.lost(opening);
      throw error;
    });
    return opening;
  }

  private async connect(drop: () => void): Promise<Client> {
    const client = new Client({ ...this.connection, pipeline: true } as ClientConfig);
    let ended = false;
    let lost = () => {
      ended = true;
    };
    client.on('error', () => lost());
    client.on('end', () => lost());
    try {
      await client.connect();
      await this.connection.onConnect(client);
      if (ended) throw new DatabaseUnavailable('The connection ended at once.');
      lost = drop;
      return client;
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
  }
}
