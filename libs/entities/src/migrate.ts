import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from 'pg';
import { DataSource, type DataSourceOptions, QueryFailedError, type QueryRunner } from 'typeorm';
import { dataSourceOptions } from './data-source';

/** One number for all Provost processes on a database, so that only one migrates at a time. */
const MIGRATION_LOCK = 6_310_427_001;
/**
 * A migration that waits for a table stands in the way of everybody who comes after it, be it for a read. So it gives up
 * soon, lets them pass, and tries again: requests of the version that still runs wait no longer than this.
 */
const LOCK_TIMEOUT_MS = 1_000;
const PAUSE_MS = 1_000;
const TURN_MS = 100;
/** Beyond that somebody holds the table for good, and whoever runs us should know. */
const PATIENCE_MS = 120_000;

/**
 * Brings the database's schema up to date; safe to call from several processes at once, and while others serve requests.
 * @param url of the database itself: the lock is one of a session, which a pooler would lend to others
 * @returns the names of the migrations that ran
 * @throws Error when a table could not be had within two minutes; TypeORM's errors
 */
export async function migrate(url: string): Promise<string[]> {
  // Its own data source: the statements that a connection prepares need the schema that is made here.
  const onConnect = (client: Client) => client.query(`SET lock_timeout = ${LOCK_TIMEOUT_MS}`);
  const dataSource = new DataSource({ ...dataSourceOptions(url, 2), extra: { onConnect } } as DataSourceOptions);
  await dataSource.initialize();
  const lock = dataSource.createQueryRunner();
  try {
    await ourTurn(lock);
    return await runPending(dataSource);
  } finally {
    await lock.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]).catch(() => undefined);
    await lock.release();
    await dataSource.destroy();
  }
}

/**
 * Resolves when no other process migrates. It asks again and again: whoever waited in a statement would be one of those that an index which is
 * made CONCURRENTLY waits for, and neither would come to its end.
 */
async function ourTurn(lock: QueryRunner): Promise<void> {
  for (;;) {
    const [answer] = (await lock.query('SELECT pg_try_advisory_lock($1) AS ours', [MIGRATION_LOCK])) as [
      { ours: boolean },
    ];
    if (answer.ours) return;
    await delay(TURN_MS);
  }
}

async function runPending(dataSource: DataSource): Promise<string[]> {
  const before = new Set(await executed(dataSource));
  for (const deadline = Date.now() + PATIENCE_MS; ; await delay(PAUSE_MS)) {
    try {
      await dataSource.runMigrations();
      // Some may have run in an attempt that failed at a later one.
      return (await executed(dataSource)).filter((name) => !before.has(name));
    } catch (error) {
      if (!isLockTimeout(error)) throw error;
      if (Date.now() > deadline)
        throw new Error(
          'A migration has waited two minutes for a table that somebody else holds: end the long transactions of the database (pg_stat_activity) and start again.',
          { cause: error },
        );
    }
  }
}

async function executed(dataSource: DataSource): Promise<string[]> {
  const [table] = await dataSource.query<{ found: boolean }[]>(`SELECT to_regclass('migrations') IS NOT NULL AS found`);
  if (!table!.found) return [];
  const rows = await dataSource.query<{ name: string }[]>(`SELECT name FROM migrations ORDER BY id`);
  return rows.map(({ name }) => name);
}

function isLockTimeout(error: unknown): boolean {
  return error instanceof QueryFailedError && (error.driverError as { code?: string }).code === '55P03';
}
