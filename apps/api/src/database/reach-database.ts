import { setTimeout as delay } from 'node:timers/promises';
import { Client, DatabaseError } from 'pg';
import { StartError } from '../start-error';
import { type DatabaseRoute, directRoute } from './database-route';
import { carriesNames, lendsByTransaction } from './pooler';

/** Both are often started together; beyond that, whoever runs us should know. */
const PATIENCE_MS = 5_000;
const ATTEMPT_MS = 4_000;
const OLDEST = 150_000;

/** What tells one database from another: its server's start, to the microsecond, and its number there. */
interface Identity {
  readonly version: number;
  readonly started: string;
  readonly database: string;
}

/**
 * Waits a few seconds for the database of DATABASE_URL and sees that it can be used; if it leads through a pooler that lends
 * connections by the transaction, there must be a DATABASE_DIRECT_URL to the same database (docs/adr/0025).
 * @returns how it is to be used
 * @throws StartError saying what is wrong, without the password; the signal's reason when it is aborted
 */
export async function reachDatabase(url: string, directUrl?: string, signal?: AbortSignal): Promise<DatabaseRoute> {
  const found = await reach('DATABASE_URL', url, signal);
  if (directUrl === undefined) {
    if (await lendsByTransaction(url))
      throw new StartError(pooled('DATABASE_URL', 'set DATABASE_DIRECT_URL to the database itself'));
    return directRoute(url);
  }
  const direct = await reach('DATABASE_DIRECT_URL', directUrl, signal);
  if (direct.started !== found.started || direct.database !== found.database)
    throw new StartError('DATABASE_URL and DATABASE_DIRECT_URL lead to two different databases; they must be one.');
  if (await lendsByTransaction(directUrl))
    throw new StartError(pooled('DATABASE_DIRECT_URL', 'let it name the database itself'));
  return { url, directUrl, carriesNames: !(await lendsByTransaction(url)) || (await carriesNames(url)) };
}

function pooled(variable: string, remedy: string): string {
  return `${variable} leads through a pooler that lends connections by the transaction, where nobody can listen or keep a lock: ${remedy}.`;
}

async function reach(variable: string, url: string, signal?: AbortSignal): Promise<Identity> {
  for (const deadline = Date.now() + PATIENCE_MS; ;) {
    const client = clientOf(variable, url);
    try {
      await client.connect();
      const { rows } = await client.query<Identity>(
        `SELECT current_setting('server_version_num')::int AS version, extract(epoch FROM pg_postmaster_start_time())::text AS started,
           (SELECT oid::text FROM pg_database WHERE datname = current_database()) AS database`,
      );
      const [found] = rows;
      if (found!.version < OLDEST)
        throw new StartError(
          `The database of ${variable} is PostgreSQL ${Math.floor(found!.version / 10_000)}; Provost needs 15 or newer.`,
        );
      return found!;
    } catch (error) {
      if (error instanceof StartError) throw error;
      if (!mayPass(error) || Date.now() > deadline)
        throw new StartError(sentence(variable, client, error), { cause: error });
    } finally {
      await client.end().catch(() => undefined);
    }
    await delay(200, undefined, { signal });
  }
}

function clientOf(variable: string, url: string): Client {
  try {
    const client = new Client({
      connectionString: url,
      application_name: 'provost start',
      connectionTimeoutMillis: ATTEMPT_MS,
    });
    client.on('error', () => undefined);
    return client;
  } catch (error) {
    throw new StartError(`${variable} cannot be read as postgres://user:password@host:port/database.`, {
      cause: error,
    });
  }
}

/** No server yet, or one that is starting (57P03); a wrong password does not become right by waiting. */
function mayPass(error: unknown): boolean {
  return error instanceof DatabaseError ? /^(57P0|53300|08)/.test(error.code ?? '') : true;
}

function sentence(variable: string, { host, port, database, user }: Client, error: unknown): string {
  const where = host.startsWith('/') ? host : `${host}:${port}`;
  const { code, message } = error as NodeJS.ErrnoException;
  if (error instanceof DatabaseError)
    return `The database server at ${where} refuses the user "${user}" on the database "${database}": ${message} (${variable}).`;
  return `No database server answers at ${where} (${code ?? message}); ${variable} names it.`;
}
