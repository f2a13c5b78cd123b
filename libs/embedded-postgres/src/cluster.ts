import { spawn } from 'node:child_process';
import {
  chownSync,
  closeSync,
  existsSync,
  fsyncSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { Binaries } from './binaries';
import { EmbeddedPostgresError } from './embedded-postgres-error';
import { Places, makePrivate } from './places';
import { processesIn, sendSignal } from './process-identity';
import { ServerUser } from './server-user';

/**
 * How the server's user names the cluster. Root's data directory may lie where that user has no business (/root): he is
 * started inside it, and on Linux `/proc/self/cwd` is the way to the working directory that asks no ancestor's permission.
 * Every process of PostgreSQL stays in it. So the data is where DATA_DIR says, and no directory is opened to others.
 */
export function clusterArgument(cluster: string, user: ServerUser): string {
  return user.switchTo && process.platform === 'linux' ? '/proc/self/cwd' : cluster;
}

/**
 * Makes the cluster unless it is there. It is initialised under another name and renamed when complete, so that a
 * `kill -9` at any moment leaves either no cluster or a whole one.
 * @returns whether it was made now.
 * @throws {EmbeddedPostgresError} the cluster is of another major version, or initdb failed.
 */
export async function ensureCluster(
  places: Places,
  binaries: Binaries,
  user: ServerUser,
  durable: boolean,
): Promise<boolean> {
  sweepDrafts(places);
  if (existsSync(places.cluster)) {
    assertVersion(places.cluster, binaries.major);
    if (user.switchTo) adoptFiles(places.cluster, user);
    return false;
  }
  const draft = join(places.dataDir, `postgres.init-${process.pid}-${Date.now().toString(36)}`);
  makePrivate(draft, user);
  try {
    await initialise(draft, binaries, user, durable);
    renameSync(draft, places.cluster);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    throw error;
  }
  if (durable) syncDirectory(places.dataDir);
  return true;
}

function assertVersion(cluster: string, major: string): void {
  const path = join(cluster, 'PG_VERSION');
  const found = existsSync(path) ? readFileSync(path, 'utf8').trim() : undefined;
  if (found === major) return;
  throw new EmbeddedPostgresError(
    found === undefined
      ? `${cluster} is not a PostgreSQL cluster (no PG_VERSION): move it away, or set another DATA_DIR.`
      : `The database in ${cluster} was written by PostgreSQL ${found}, this is PostgreSQL ${major}: dump and restore it ` +
          'with that version, or set DATABASE_URL to a server that runs it.',
  );
}

/** Restored from a backup, or copied, by root: the files are root's, and the server's user could not open them. */
function adoptFiles(path: string, user: ServerUser): void {
  const stat = lstatSync(path);
  if (stat.uid !== 0 || process.getuid?.() !== 0) return;
  chownSync(path, user.uid, user.gid);
  for (const entry of readdirSync(path, { withFileTypes: true, recursive: true })) {
    const inside = join(entry.parentPath, entry.name);
    if (!entry.isSymbolicLink()) chownSync(inside, user.uid, user.gid);
  }
}

/** Byte order for text, so that indexes serve LIKE 'x%' and every machine sorts alike; Unicode for upper and lower case. */
const LOCALE = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];

function initialise(draft: string, binaries: Binaries, user: ServerUser, durable: boolean): Promise<void> {
  // trust: only the server's user and root can reach the socket, and both own the files anyway.
  const login = ['--username=provost', '--auth=trust'];
  const speed = durable ? [] : ['--no-sync'];
  const args = ['-D', clusterArgument(draft, user), ...LOCALE, ...login, ...speed, '--no-instructions'];
  return new Promise((resolve, reject) => {
    const env = { PATH: '/usr/bin:/bin', LC_ALL: 'C' };
    const child = spawn(binaries.initdb, args, {
      ...user.switchTo,
      cwd: draft,
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) return resolve();
      const fault = stderr.trim().replace(/\s*\n\s*/g, ' ') || `initdb ended with ${code}`;
      reject(new EmbeddedPostgresError(`Cannot create the embedded database in ${dirname(draft)}: ${fault}`));
    });
  });
}

/** Left by a process that was killed within initdb, which may still be at work there itself: it is of no use to anybody. */
function sweepDrafts({ dataDir }: Places): void {
  for (const name of readdirSync(dataDir)) {
    if (!name.startsWith('postgres.init-')) continue;
    const draft = join(dataDir, name);
    for (const pid of processesIn(draft)) sendSignal(pid, 'SIGKILL');
    rmSync(draft, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 });
  }
}

/** The rename is in the directory, which is written back on its own. */
function syncDirectory(dir: string): void {
  const fd = openSync(dir, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
