import { type Client, type DatabaseError, types } from 'pg';
import { Base, enter, type Scope, type Wire } from './tenant-query';
import type { Ask } from './shared-write';
import type { Statement } from './statement';

/** How the rows of a statement are read: PostgreSQL describes them once, as a prepared statement never changes them. */
interface RowShape {
  readonly names: readonly string[];
  readonly parsers: readonly ((text: string) => unknown)[];
}
const shapes = new Map<string, RowShape>();
const NO_COLUMNS: RowShape = { names: [], parsers: [] };

/** Connections that ask for no description, by the connection itself. */
const undescribing = new WeakMap<Wire, Wire>();

function withoutDescriptions(connection: Wire): Wire {
  let quiet = undescribing.get(connection);
  if (!quiet) {
    quiet = Object.assign(Object.create(connection) as Wire, { describe: () => undefined });
    undescribing.set(connection, quiet);
  }
  return quiet;
}

/**
 * Several statements of one scope in one implicit transaction: one ENTER, all the statements, one Sync, in one write. The
 * commit, which costs PostgreSQL as much as a small write itself, is shared. If one fails, none has happened.
 * Every statement must have been prepared on the connection (prepareStatements).
 */
class StatementBatch extends Base {
  /** Of the statement that is being answered; -1 while ENTER is. */
  private current = -1;
  private shape: RowShape = NO_COLUMNS;
  private unreadable: Error | undefined;
  private readonly answers: unknown[][];

  constructor(
    private readonly scope: Scope,
    private readonly asks: readonly Ask[],
    private readonly done: (error: Error | null, rows: unknown[][]) => void,
  ) {
    super({ text: '', values: [] }, undefined, (error) => done(error, []));
    this.answers = asks.map(() => []);
  }

  override submit(connection: Wire): null {
    const entry = enter(this.scope);
    connection.stream.cork();
    connection.bind({ portal: '', statement: entry.name, values: entry.values });
    connection.execute({ portal: '' });
    const quiet = withoutDescriptions(connection);
    for (const { statement, values } of this.asks) {
      Object.assign(this, { name: statement.name, text: statement.text, values });
      super.prepare(shapes.has(statement.name) ? quiet : connection);
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

  override handleRowDescription({ fields }: { fields: readonly { name: string; dataTypeID: number }[] }): void {
    this.shape = {
      names: fields.map(({ name }) => name),
      parsers: fields.map(({ dataTypeID }) => types.getTypeParser(dataTypeID, 'text') as (text: string) => unknown),
    };
    shapes.set(this.asks[this.current]!.statement.name, this.shape);
  }

  override handleDataRow({ fields }: { fields: readonly (string | null)[] }): void {
    if (this.current < 0 || this.unreadable) return;
    const { names, parsers } = this.shape;
    try {
      const row: Record<string, unknown> = {};
      for (let i = 0; i < names.length; i++) {
        const text = fields[i]!;
        row[names[i]!] = text === null ? null : parsers[i]!(text);
      }
      this.answers[this.current]!.push(row);
    } catch (error) {
      this.unreadable = error as Error;
    }
  }

  override handleCommandComplete(): void {
    this.current++;
    const next = this.asks[this.current];
    this.shape = (next && shapes.get(next.statement.name)) ?? NO_COLUMNS;
  }

  override handleReadyForQuery(): void {
    if (this.unreadable) this.done(this.unreadable, []);
    else this.done(null, this.answers);
  }
}

/** Sends a batch. @returns for each its rows @throws the error of the first that failed; then none has happened */
export function sendBatch(client: Client, scope: Scope, asks: readonly Ask[]): Promise<unknown[][]> {
  return new Promise((resolve, reject) => {
    const batch = new StatementBatch(scope, asks, (error, rows) => (error ? reject(error) : resolve(rows)));
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
