import { setTimeout as delay } from 'node:timers/promises';
import { Client, DatabaseError } from 'pg';
import { StartError } from '../start-error';

/** Both are often started together; beyond that, whoever runs us should know. */
const PATIENCE_MS = 5_000;
const ATTEMPT_MS = 4_000;
const OLDEST = 150_000;

/**
 * Waits a few seconds for the database of DATABASE_URL and sees that it can be used.
 * @throws StartError saying what is wrong, without the password; the signal's reason when it is aborted
 */
export async function reachDatabase(url: string, signal?: AbortSignal): Promise<void> {
  for (const deadline = Date.now() + PATIENCE_MS; ;) {
    const client = clientOf(url);
    try {
      await client.connect();
      const { rows } = await client.query<{ version: number }>(
        `SELECT current_setting('server_version_num')::int AS version`,
      );
      if (rows[0]!.version < OLDEST)
        throw new StartError(
          `The database of DATABASE_URL is PostgreSQL ${Math.floor(rows[0]!.version / 10_000)}; Provost needs 15 or newer.`,
        );
      return;
    } catch (error) {
      if (error instanceof StartError) throw error;
      if (!mayPass(error) || Date.now() > deadline) throw new StartError(sentence(client, error), { cause: error });
    } finally {
      await client.end().catch(() => undefined);
    }
    await delay(200, undefined, { signal });
  }
}

function clientOf(url: string): Client {
  try {
    const client = new Client({
      connectionString: url,
      application_name: 'provost start',
      connectionTimeoutMillis: ATTEMPT_MS,
    });
    client.on('error', () => undefined);
    return client;
  } catch (error) {
    throw new StartError('DATABASE_URL cannot be read as postgres://user:password@host:port/database.', {
      cause: error,
    });
  }
}

/** No server yet, or one that is starting (57P03); a wrong password does not become right by waiting. */
function mayPass(error: unknown): boolean {
  return error instanceof DatabaseError ? /^(57P0|53300|08)/.test(error.code ?? '') : true;
}

function sentence({ host, port, database, user }: Client, error: unknown): string {
  const where = host.startsWith('/') ? host : `${host}:${port}`;
  const { code, message } = error as NodeJS.ErrnoException;
  if (error instanceof DatabaseError)
    return `The database server at ${where} refuses the user "${user}" on the database "${database}": ${message} (DATABASE_URL).`;
  return `No database server answers at ${where} (${code ?? message}); DATABASE_URL names it.`;
}
