import { linkSync, readdirSync, readFileSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EmbeddedPostgresError } from './embedded-postgres-error';
import { processIdentity } from './process-identity';

/** Who holds the data directory. */
interface Holder {
  pid: number;
  identity: string;
}

export interface DataDirLock {
  release(): void;
}

const LOCK = /^lock\.(\d+)$/;

/**
 * Takes the data directory for this process; the lock ends with the process, however it ends.
 *
 * Node has no flock, and replacing a dead holder's file is a race (two may find it dead, the slower one then removes the
 * faster one's fresh lock). So a lock file is never replaced: each holder adds the next number, which `link` gives to
 * exactly one process, with its content complete from the first instant. A released lock stays as the highest number, else
 * numbers would start anew and a slow reader of an old one could win again.
 *
 * @throws {EmbeddedPostgresError} another living process, or this one, holds it.
 */
export function lockDataDir(dataDir: string): DataDirLock {
  const identity = processIdentity(process.pid);
  if (!identity)
    throw new EmbeddedPostgresError('Cannot read when this process started (is /proc mounted?); set DATABASE_URL.');
  const me: Holder = { pid: process.pid, identity };
  const draft = join(dataDir, `lock-draft.${process.pid}.${Math.random().toString(36).slice(2)}`);
  writeFileSync(draft, JSON.stringify(me), { mode: 0o644, flag: 'wx' });
  try {
    for (;;) {
      const highest = Math.max(0, ...lockNumbers(dataDir));
      const holder = highest > 0 ? readHolder(join(dataDir, `lock.${highest}`)) : null;
      if (holder && processIdentity(holder.pid) === holder.identity) throw inUse(dataDir, holder);
      const mine = highest + 1;
      if (!claim(draft, join(dataDir, `lock.${mine}`))) continue;
      // Whoever read an old number and slept may claim one that was passed and swept meanwhile: the highest counts.
      if (Math.max(...lockNumbers(dataDir)) > mine) {
        remove(join(dataDir, `lock.${mine}`));
        continue;
      }
      for (const old of lockNumbers(dataDir)) if (old < mine) remove(join(dataDir, `lock.${old}`));
      return { release: () => markReleased(join(dataDir, `lock.${mine}`)) };
    }
  } finally {
    remove(draft);
    sweepDrafts(dataDir);
  }
}

function inUse(dataDir: string, holder: Holder): EmbeddedPostgresError {
  const who = holder.pid === process.pid ? 'this process already runs' : `process ${holder.pid} runs`;
  return new EmbeddedPostgresError(
    `The data directory ${dataDir} is in use: ${who} its database; stop that one, or set another DATA_DIR or a DATABASE_URL.`,
  );
}

function lockNumbers(dataDir: string): number[] {
  return readdirSync(dataDir)
    .flatMap((name) => LOCK.exec(name)?.[1] ?? [])
    .map(Number);
}

function readHolder(path: string): Holder | null {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof value !== 'object' || value === null || !('pid' in value) || !('identity' in value)) return null;
    const { pid, identity } = value;
    return typeof pid === 'number' && typeof identity === 'string' ? { pid, identity } : null;
  } catch {
    return null; // released (empty), or swept between the listing and the reading
  }
}

function claim(draft: string, path: string): boolean {
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function markReleased(path: string): void {
  try {
    truncateSync(path, 0);
  } catch {
    // the directory was removed under us: nothing is left to release
  }
}

function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // already gone
  }
}

/** Drafts of processes that died between writing and linking. */
function sweepDrafts(dataDir: string): void {
  for (const name of readdirSync(dataDir)) {
    const pid = Number(/^lock-draft\.(\d+)\./.exec(name)?.[1] ?? 0);
    if (pid && !processIdentity(pid)) remove(join(dataDir, name));
  }
}
