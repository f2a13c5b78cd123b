import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { EmbeddedPostgresError, startEmbeddedPostgres } from '@provost/embedded-postgres';
import { withDatabase } from './database-url';

/** Every directory of a test server is named so, which lets a later run clear what a killed one left. */
export const TEST_DIR_PREFIX = 'provost-test-';
const YOUNG_MS = 60_000;

/** The PostgreSQL of one run of the tests. */
export interface TestServer {
  url: string;
  /** Each database of this run is named `<prefix>_…`. */
  prefix: string;
  /** Removes everything the run made there; returns when it is gone. */
  close(): Promise<void>;
}

/**
 * The server that DATABASE_URL names (its role needs CREATEDB), else one of our own in a temporary directory.
 * @param databaseUrl the server to use instead of our own
 */
export async function openTestServer(databaseUrl: string | undefined): Promise<TestServer> {
  const prefix = `provost_test_${process.pid}_${Date.now().toString(36)}`;
  if (databaseUrl) return { url: databaseUrl, prefix, close: () => dropDatabases(databaseUrl, prefix) };

  await sweepAbandoned();
  const dataDir = mkdtempSync(join(tmpdir(), TEST_DIR_PREFIX));
  try {
    const server = await startEmbeddedPostgres({ dataDir, durable: false });
    const close = async () => {
      await server.stop();
      rmSync(dataDir, { recursive: true, force: true });
    };
    return { url: server.url, prefix, close };
  } catch (error) {
    rmSync(dataDir, { recursive: true, force: true });
    throw error;
  }
}

async function dropDatabases(url: string, prefix: string): Promise<void> {
  const client = new Client({ connectionString: withDatabase(url, 'postgres') });
  await client.connect();
  try {
    const { rows } = await client.query<{ datname: string }>(
      'select datname from pg_database where starts_with(datname, $1)',
      [`${prefix}_`],
    );
    for (const { datname } of rows) await client.query(`drop database if exists "${datname}" with (force)`);
  } finally {
    await client.end();
  }
}

/** A run that was killed leaves its server running: whoever gets the lock of its directory takes it over and ends it. */
async function sweepAbandoned(): Promise<void> {
  for (const name of readdirSync(tmpdir())) {
    const dataDir = join(tmpdir(), name);
    if (!name.startsWith(TEST_DIR_PREFIX) || !isOursAndOld(dataDir)) continue;
    try {
      const server = await startEmbeddedPostgres({ dataDir, durable: false });
      await server.stop();
    } catch (error) {
      if (error instanceof EmbeddedPostgresError && / is in use/.test(error.message)) continue; // another run, alive
    }
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** A young one may be another run between making its directory and locking it. */
function isOursAndOld(dir: string): boolean {
  const stat = statSync(dir, { throwIfNoEntry: false });
  return stat !== undefined && stat.uid === process.getuid?.() && Date.now() - stat.ctimeMs > YOUNG_MS;
}
