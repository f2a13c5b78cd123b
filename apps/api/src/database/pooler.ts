import { randomBytes } from 'node:crypto';
import { Client, DatabaseError } from 'pg';
import { StartError } from '../start-error';

const PATIENCE_MS = 4_000;
const ROUNDS = 5;
const BY_STATEMENT =
  'DATABASE_URL leads through a pooler that lends connections by the statement, where there are no transactions: let it lend them by the transaction (pool_mode = transaction).';

/**
 * Whether a URL leads through a pooler (PgBouncer and its like) that lends its connections by the transaction: then two
 * clients that are both connected get one backend in turn, or one client two. What a session keeps, such as LISTEN, a lock or a
 * setting, would be on somebody else's connection there.
 * @param url of a database that was reached a moment ago
 * @returns true when that was seen; false also when nothing could be learnt
 */
export async function lendsByTransaction(url: string): Promise<boolean> {
  const clients = [0, 1].map(() => new Client({ connectionString: url, query_timeout: PATIENCE_MS }));
  const [one, other] = clients as [Client, Client];
  for (const client of clients) client.on('error', () => undefined);
  try {
    await one.connect();
    // PostgreSQL itself tells a client its backend's number; a pooler has to make one up.
    if ((one as unknown as { processID: number }).processID === (await backend(one))) return false;
    await other.connect();
    for (let round = 0, first = await backend(one); round < ROUNDS; round++) {
      const second = await backend(other);
      const again = await backend(one);
      if (second === first || again !== first) return true;
    }
    return false;
  } catch {
    return false;
  } finally {
    await Promise.all(clients.map((client) => client.end().catch(() => undefined)));
  }
}

/**
 * Whether such a pooler can be given prepared statements by name. One that can gives them names of its own and prepares them on
 * whichever backend needs them; behind any other the backend meets the name as it was sent here, and so would other clients of it.
 * @param url of a pooler for which lendsByTransaction said yes
 * @throws StartError when it lends by the statement
 */
export async function carriesNames(url: string): Promise<boolean> {
  const name = `provost_${randomBytes(8).toString('hex')}`;
  const client = new Client({ connectionString: url, query_timeout: PATIENCE_MS });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('BEGIN').catch((error: Error) => {
      throw error instanceof DatabaseError ? new StartError(BY_STATEMENT, { cause: error }) : error;
    });
    const text = 'SELECT FROM pg_prepared_statements WHERE name = $1';
    const { rowCount } = await client.query({ name, text, values: [name] });
    if (rowCount) await client.query(`DEALLOCATE ${name}`);
    await client.query('COMMIT');
    return !rowCount;
  } catch (error) {
    if (error instanceof StartError) throw error;
    // Without names everything works, only slower.
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function backend(client: Client): Promise<number> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return rows[0]!.pid;
}
