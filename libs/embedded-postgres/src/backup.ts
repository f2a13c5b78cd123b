import { constants, existsSync, readdirSync } from 'node:fs';
import { copyFile, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { Client } from 'pg';
import { EmbeddedPostgresError } from './embedded-postgres-error';
import { socketPlace, socketUrl } from './places';
import { isPostgresOf, readPostmasterPid } from './postmaster-pid';
import { chooseServerUser } from './server-user';

/** What a copy begins without; PostgreSQL's documentation names them (Backup and Restore, 25.3.4 and 25.3.5). */
const EMPTY = new Set([
  'pg_wal',
  'pg_replslot',
  'pg_dynshmem',
  'pg_notify',
  'pg_serial',
  'pg_snapshots',
  'pg_stat_tmp',
  'pg_subtrans',
]);
const LEFT_OUT =
  /^(postmaster\.(pid|opts)|pg_internal\.init\.\d+|pgsql_tmp.*|\.s\.PGSQL\..*|backup_label|tablespace_map)$/;
const SEGMENT = /^[0-9A-F]{24}$/;

/** Starts the server of a data directory when none runs. */
export type Start = (dataDir: string) => Promise<{ stop(): Promise<void> }>;

/**
 * Copies an embedded database, also while it is in use: a base backup by PostgreSQL's own means, with the log of what was
 * written meanwhile. The copy is a data directory: what starts on it finds all that was committed when this returned.
 * @param to a folder that is not there yet; it appears when it is complete
 * @throws {EmbeddedPostgresError} there is no database, or something is at `to`
 */
export async function backUp(dataDir: string, to: string, start: Start): Promise<void> {
  const cluster = join(resolve(dataDir), 'postgres');
  if (!existsSync(join(cluster, 'PG_VERSION')))
    throw new EmbeddedPostgresError(
      `There is no embedded database in ${resolve(dataDir)}: set DATA_DIR to where it is.`,
    );
  mustBeFree(to);
  const running = readPostmasterPid(cluster);
  const own = running && isPostgresOf(cluster, running.pid) ? undefined : await start(dataDir);
  const draft = `${resolve(to)}.incomplete-${process.pid}`;
  try {
    const client = new Client({ connectionString: socketUrl(socketPlace(cluster, chooseServerUser(cluster)).dir) });
    await client.connect();
    try {
      await copyRunning(client, cluster, join(draft, 'postgres'));
    } finally {
      await client.end();
    }
    await rename(draft, resolve(to));
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw error;
  } finally {
    await own?.stop();
  }
}

/**
 * Puts a backup where an embedded database is looked for; the next start recovers it. The backup stays as it is.
 * @throws {EmbeddedPostgresError} it is none, or there is a database already
 */
export async function restore(from: string, dataDir: string): Promise<void> {
  const source = join(resolve(from), 'postgres');
  if (!existsSync(join(source, 'backup_label')))
    throw new EmbeddedPostgresError(`${resolve(from)} is no backup of an embedded database.`);
  const cluster = join(resolve(dataDir), 'postgres');
  if (existsSync(cluster))
    throw new EmbeddedPostgresError(
      `There is a database in ${resolve(dataDir)} already: move it away, or set another DATA_DIR.`,
    );
  const draft = `${cluster}.incomplete-${process.pid}`;
  await mkdir(dirname(draft), { recursive: true, mode: 0o700 });
  try {
    await copyTree(source, draft, () => 'whole');
    await rename(draft, cluster);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw error;
  }
}

function mustBeFree(to: string): void {
  if (existsSync(to)) throw new EmbeddedPostgresError(`${resolve(to)} is there already: name a folder that is not.`);
}

async function copyRunning(client: Client, cluster: string, target: string): Promise<void> {
  // The log that is written meanwhile is kept until this session ends.
  await client.query(`SELECT pg_create_physical_replication_slot($1, true, true)`, [`provost_backup_${process.pid}`]);
  await client.query(`SELECT pg_backup_start('provost', true)`);
  await copyTree(cluster, target, (name) => (LEFT_OUT.test(name) ? 'not' : EMPTY.has(name) ? 'empty' : 'whole'));
  const { rows } = await client.query<{ labelfile: string; last: string }>(
    `SELECT labelfile, pg_walfile_name(lsn) AS last FROM pg_backup_stop(false)`,
  );
  const { labelfile, last } = rows[0]!;
  const [, first] = /^START WAL LOCATION: \S+ \(file ([0-9A-F]{24})\)/m.exec(labelfile)!;
  const segments = readdirSync(join(cluster, 'pg_wal')).filter(
    (name) => SEGMENT.test(name) && name >= first! && name <= last,
  );
  for (const name of segments) await copyFile(join(cluster, 'pg_wal', name), join(target, 'pg_wal', name));
  await mkdir(join(target, 'pg_wal', 'archive_status'), { mode: 0o700 });
  // Last of all: without it nobody would know from where to recover.
  await writeFile(join(target, 'backup_label'), labelfile, { mode: 0o600, flush: true });
}

async function copyTree(
  source: string,
  target: string,
  how: (name: string) => 'whole' | 'empty' | 'not',
): Promise<void> {
  await mkdir(target, { recursive: true, mode: 0o700 });
  for (const entry of await readdir(source, { withFileTypes: true })) {
    const [from, to] = [join(source, entry.name), join(target, entry.name)];
    const wanted = how(basename(from));
    if (wanted === 'not') continue;
    if (entry.isDirectory()) await (wanted === 'empty' ? mkdir(to, { mode: 0o700 }) : copyTree(from, to, how));
    else if (entry.isFile())
      await copyFile(from, to, constants.COPYFILE_FICLONE).catch((error: NodeJS.ErrnoException) => {
        // Removed since it was listed: a table that was dropped. Whatever matters is in the log.
        if (error.code !== 'ENOENT') throw error;
      });
  }
}
