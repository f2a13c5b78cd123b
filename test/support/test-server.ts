import { rmSync } from 'node:fs';
import { Client } from 'pg';
import { startEmbeddedPostgres } from '@provost/embedded-postgres';
import { withDatabase } from './database-url';
import { makeTestDirectory, sweepTestDirectories } from './test-directory';

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

  await sweepTestDirectories();
  const dataDir = makeTestDirectory();
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
