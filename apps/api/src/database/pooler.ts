import { Client } from 'pg';

const PATIENCE_MS = 4_000;
const ROUNDS = 5;

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

async function backend(client: Client): Promise<number> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return rows[0]!.pid;
}
