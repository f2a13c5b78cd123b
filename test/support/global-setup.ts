import { migrate } from '@provost/entities';
import { Client } from 'pg';
import { withDatabase } from './database-url';
import { sweepTestDirectories } from './test-directory';
import { publishTestRun } from './test-run';
import { openTestServer, TestServer } from './test-server';

declare global {
  // Jest runs the set-up and the tear-down in one process, yet as modules that know nothing of each other.
  var closeTestServer: (() => Promise<void>) | undefined;
}

const SIGNALS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/** One PostgreSQL a run, migrated once; each spec file clones the result (`createTestDatabase`). */
export default async function globalSetup(): Promise<void> {
  const server = await openTestServer(process.env.DATABASE_URL);
  let closed: Promise<void> | undefined;
  globalThis.closeTestServer = () => (closed ??= server.close());
  // Jest does not tear down when it is interrupted.
  for (const [signal, exitCode] of Object.entries(SIGNALS)) {
    process.once(signal, () => void abandon().finally(() => process.exit(exitCode)));
  }
  try {
    publishTestRun({ url: server.url, prefix: server.prefix, template: await createTemplate(server) });
  } catch (error) {
    await globalThis.closeTestServer();
    throw error;
  }
}

/** What specs had open dies with their processes; this process may have run specs itself. */
async function abandon(): Promise<void> {
  await globalThis.closeTestServer?.();
  await sweepTestDirectories(true);
}

async function createTemplate({ url, prefix }: TestServer): Promise<string> {
  const template = `${prefix}_template`;
  const client = new Client({ connectionString: withDatabase(url, 'postgres') });
  await client.connect();
  try {
    const { rows } = await client.query<{ sees: boolean }>(
      'select rolsuper as sees from pg_roles where rolname = current_user',
    );
    if (!rows[0]?.sees)
      throw new Error('The tests look past row-level security: DATABASE_URL has to name a superuser of a test server.');
    await client.query(`create database "${template}"`);
    await migrate(withDatabase(url, template));
    return template;
  } finally {
    await client.end();
  }
}
