import { chmodSync, cpSync, existsSync, lstatSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ServerUser } from './server-user';

/**
 * Copies of the binaries, made one after the other as the caller asks for the next, where the last one did not serve.
 * Root shares one copy among all checkouts, under /var/cache, or /var/tmp when that cannot be written: both can be read by
 * the server's user. An ordinary user has the copy in his data directory, and root tries that last.
 * @param name of the copy: it holds the package's version, so that an upgrade does not meet old files.
 */
export function* copyBinaries(
  native: string,
  name: string,
  user: ServerUser,
  dataDir: string,
): Generator<{ dir: string } | { fault: string }> {
  const shared = user.switchTo ? ['/var/cache/provost', '/var/tmp/provost'] : [];
  for (const parent of [...shared, join(dataDir, 'binaries')]) {
    try {
      // The path of a link in pg-symlinks.json starts at the package, so the copy is called `native` as well.
      const dir = join(parent, name, 'native');
      prepare(parent);
      if (!existsSync(dir)) copy(native, dirname(dir));
      assertOurs(dir);
      yield { dir };
    } catch (error) {
      yield { fault: (error as Error).message };
    }
  }
}

function prepare(parent: string): void {
  if (mkdirSync(parent, { recursive: true })) chmodSync(parent, 0o755); // whatever the umask says
  assertOurs(parent);
}

/** What another user may have put there in wait for us is not run. */
function assertOurs(path: string): void {
  const stat = lstatSync(path);
  if (!stat.isDirectory() || stat.uid !== process.getuid?.() || (stat.mode & 0o022) !== 0) {
    throw new Error(`${path} is not a directory that only this user can write`);
  }
}

/** Complete or absent: copied beside its place, then renamed. Losing that race to another process is as good as winning. */
function copy(native: string, target: string): void {
  const draft = `${target}.${process.pid}.draft`;
  rmSync(draft, { recursive: true, force: true });
  try {
    cpSync(native, join(draft, 'native'), {
      recursive: true,
      verbatimSymlinks: true,
      filter: (source) => !/\.a$|\/pkgconfig$/.test(source),
    });
    makeReadable(draft);
    renameSync(draft, target);
  } catch (error) {
    if (!existsSync(target)) throw error;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** A strict umask, now or when npm ran, must not hide the copy from the server's user. */
function makeReadable(path: string): void {
  const stat = lstatSync(path);
  if (stat.isSymbolicLink()) return;
  chmodSync(path, stat.isDirectory() || stat.mode & 0o100 ? 0o755 : 0o644);
  if (stat.isDirectory()) for (const name of readdirSync(path)) makeReadable(join(path, name));
}
