import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { startEmbeddedPostgres } from '@provost/embedded-postgres';

const NAME = /^provost-test-(\d+)-/;

/** A temporary directory that names the process it belongs to, which lets a later run clear what a killed one left. */
export function makeTestDirectory(): string {
  return mkdtempSync(join(tmpdir(), `provost-test-${process.pid}-`));
}

/**
 * Ends the servers that runs which were killed left running, and removes their directories.
 * @param mine those of this process as well, which is about to end
 */
export async function sweepTestDirectories(mine = false): Promise<void> {
  for (const name of readdirSync(tmpdir())) {
    const dir = join(tmpdir(), name);
    const pid = Number(NAME.exec(name)?.[1] ?? 0);
    if (
      !pid ||
      (isListed(pid) && !(mine && pid === process.pid)) ||
      statSync(dir, { throwIfNoEntry: false })?.uid !== process.getuid?.()
    )
      continue;
    for (const dataDir of runningServers(dir)) {
      // Whoever starts an orphan adopts it, and may stop it. One that cannot be adopted ends when its files are gone.
      const server = await startEmbeddedPostgres({ dataDir }).catch(() => undefined);
      await server?.stop();
    }
    rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

/** The data directories below it whose server was not stopped. */
function runningServers(dir: string): string[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .filter((path) => basename(path) === 'postmaster.pid')
    .map((path) => join(dir, dirname(dirname(path))));
}

function isListed(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
