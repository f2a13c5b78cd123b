import { createHash } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  constants,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  realpathSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { EmbeddedPostgresError } from './embedded-postgres-error';
import { PORT } from './settings';
import { ServerUser } from './server-user';

/** Where things of one data directory live. */
export interface Places {
  dataDir: string;
  /** PGDATA: 0700, owned by the server's user. */
  cluster: string;
  log: string;
}

/** sun_path holds 108 bytes on Linux and 104 on macOS, its final zero included. */
const MAX_SOCKET_PATH = 103;

/**
 * @param path the data directory as configured; it is created when missing.
 * @throws {EmbeddedPostgresError} it cannot be created or written.
 */
export function placesIn(path: string): Places {
  try {
    // Root's data directory lets the server's user pass, who finds his own things in it; everything inside is closed.
    const mode = process.getuid?.() === 0 ? 0o711 : 0o700;
    if (makeDirectory(resolve(path))) chmodSync(resolve(path), mode);
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new EmbeddedPostgresError(
      `Cannot write to the data directory ${resolve(path)} (${code}): set another DATA_DIR, or a DATABASE_URL.`,
    );
  }
  const dataDir = realpathSync(path);
  return { dataDir, cluster: join(dataDir, 'postgres'), log: join(dataDir, 'postgres.log') };
}

/**
 * Makes a directory and what is missing above it. Node's own `recursive` never ends where a parent that is there takes no
 * directories and says ENOENT, as /proc does.
 * @returns whether it was made now
 */
function makeDirectory(path: string): boolean {
  try {
    mkdirSync(path);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && statSync(path).isDirectory()) return false;
    if (code !== 'ENOENT' || existsSync(dirname(path))) throw error;
    makeDirectory(dirname(path));
    return makeDirectory(path);
  }
}

/**
 * The directory of the socket. The cluster's own directory where its path is short enough: nobody but the server's user
 * (and root) can enter it, and it lives as long as the data. Else one in the temporary directory that is named after it.
 * @returns its absolute path for clients and how the server, whose working directory is the cluster, is to be told.
 * @throws {EmbeddedPostgresError} another user made that temporary directory before us.
 */
export function socketPlace(cluster: string, user: ServerUser): { dir: string; forServer: string; temporary: boolean } {
  if (fits(cluster)) return { dir: cluster, forServer: '.', temporary: false };
  const name = `provost-${createHash('sha256').update(cluster).digest('hex').slice(0, 16)}`;
  // Root's TMPDIR may be a private one, which the server's user could not enter.
  const parent = user.switchTo || !fits(join(tmpdir(), name)) ? '/tmp' : tmpdir();
  const dir = join(realpathSync(parent), name);
  if (!existsSync(dir)) makePrivate(dir, user);
  const stat = lstatSync(dir);
  if (!stat.isDirectory() || stat.uid !== user.uid || (stat.mode & 0o077) !== 0) {
    throw new EmbeddedPostgresError(
      `${dir}, the place for the database's socket, was made by somebody else: remove it.`,
    );
  }
  return { dir, forServer: dir, temporary: true };
}

export function removeSocketPlace(place: { dir: string; temporary: boolean }): void {
  if (place.temporary) rmSync(place.dir, { recursive: true, force: true });
}

function fits(dir: string): boolean {
  return Buffer.byteLength(join(dir, `.s.PGSQL.${PORT}`)) <= MAX_SOCKET_PATH;
}

/** Creates a directory of the server's user; fails when anything of that name is there, a dangling link included. */
export function makePrivate(dir: string, user: ServerUser): void {
  mkdirSync(dir, { mode: 0o700 });
  if (user.switchTo) chownSync(dir, user.uid, user.gid);
}

/** The URL that `pg` (and libpq) take for a database behind that socket. */
export function socketUrl(socketDir: string, database = 'provost'): string {
  return `postgresql://provost@/${database}?host=${encodeURIComponent(socketDir)}&port=${PORT}&sslmode=disable`;
}
