import type { Client, DatabaseError, QueryResult } from 'pg';
import { Base, enter, type Scope, type Wire } from './tenant-query';
import type { Statement } from './statement';

/** A statement that waits to be sent, and its values. */
export interface Ask {
  readonly statement: Statement;
  readonly values: unknown[];
}

/**
 * Several statements of one scope in one implicit transaction: one ENTER, all the statements, one Sync, in one write. The
 * commit, which costs PostgreSQL as much as a small write itself, is shared. If one fails, none has happened.
 * Every statement must have been prepared on the connection (prepareStatements).
 */
class StatementBatch extends Base {
  /** -1 while ENTER is answered. */
  private current = -1;

  constructor(
    private readonly scope: Scope,
    private readonly asks: readonly Ask[],
    done: (error: Error | null, results: QueryResult | QueryResult[]) => void,
  ) {
    super({ text: '', values: [] }, undefined, done as ConstructorParameters<typeof Base>[2]);
  }

  override submit(connection: Wire): null {
    const entry = enter(this.scope);
    connection.stream.cork();
    connection.bind({ portal: '', statement: entry.name, values: entry.values });
    connection.execute({ portal: '' });
    for (const { statement, values } of this.asks) {
      Object.assign(this, { name: statement.name, text: statement.text, values });
      super.prepare(connection);
    }
    // Whoever is called by a name is taken for one statement by the client.
    Object.assign(this, { name: '', text: '' });
    connection.sync();
    connection.stream.uncork();
    return null;
  }

  /** What `prepare` ends each statement with: executed, but not yet committed. */
  override _getRows(connection: Wire): void {
    connection.execute({ portal: '' });
  }

  override handleDataRow(message: unknown): void {
    if (this.current >= 0) super.handleDataRow(message);
  }

  override handleCommandComplete(message: unknown, connection: Wire): void {
    if (this.current++ >= 0) super.handleCommandComplete(message, connection);
  }
}

/** Sends a batch. @returns for each its rows @throws the error of the first that failed; then none has happened */
export function sendBatch(client: Client, scope: Scope, asks: readonly Ask[]): Promise<unknown[][]> {
  return new Promise((resolve, reject) => {
    const batch = new StatementBatch(scope, asks, (error, results) =>
      error ? reject(error) : resolve([results].flat().map((result) => result.rows as unknown[])),
    );
    void client.query(batch as unknown as Parameters<Client['query']>[0]);
  });
}

/** Parses a statement for a connection, in a transaction of its own: a Parse behind a failed statement is skipped. */
class Prepare extends Base {
  constructor(statement: Statement, done: (error: Error | null) => void) {
    super({ ...statement, values: [] }, undefined, done);
  }

  override submit(connection: Wire): null {
    const { name, text } = this as unknown as Statement;
    connection.stream.cork();
    connection.parse({ name, text });
    connection.sync();
    connection.stream.uncork();
    return null;
  }
}

/** Prepares what of these statements the connection does not know yet. @throws pg's DatabaseError */
export async function prepareStatements(client: Client, asks: readonly Ask[]): Promise<void> {
  const { parsedStatements } = (client as unknown as { connection: { parsedStatements: Record<string, string> } })
    .connection;
  const unknown = new Map(
    asks
      .filter(({ statement }) => !parsedStatements[statement.name])
      .map(({ statement }) => [statement.name, statement]),
  );
  for (const statement of unknown.values())
    await new Promise<void>((resolve, reject) => {
      const prepare = new Prepare(statement, (error) => (error && !isKnown(error) ? reject(error) : resolve()));
      void client.query(prepare as unknown as Parameters<Client['query']>[0]);
    });
}

/** duplicate_prepared_statement: another batch on this connection was faster. */
function isKnown(error: Error): boolean {
  return (error as DatabaseError).code === '42P05';
}
