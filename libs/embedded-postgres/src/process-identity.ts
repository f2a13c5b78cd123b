import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';

/**
 * A pid alone names nobody: the number is reused. With the moment its process started (and the boot it belongs to) it
 * names one process for good.
 * @returns that moment as an opaque text, or null when no such process lives; a zombie counts as dead.
 */
export function processIdentity(pid: number): string | null {
  return process.platform === 'linux' ? linuxIdentity(pid) : psIdentity(pid);
}

/** Whether the number is taken, be it by a zombie or by another user's process. */
export function isListed(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Living processes whose working directory is that one. Linux only: elsewhere none are found. */
export function processesIn(dir: string): number[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => worksIn(pid, dir));
}

/** By device and inode: the path by which it went there may be another. */
export function worksIn(pid: number, dir: string): boolean {
  try {
    const [cwd, wanted] = [statSync(`/proc/${pid}/cwd`), statSync(dir)];
    return cwd.dev === wanted.dev && cwd.ino === wanted.ino;
  } catch {
    return false; // gone meanwhile, a zombie, or another user's
  }
}

/** Nothing happens when the process is gone. */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Fields 3 and 22 of `/proc/<pid>/stat` (proc(5)); the name in field 2 may itself hold spaces and brackets. */
export function parseProcStat(stat: string): { state: string; startTicks: string } | null {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, startTicks] = [fields[0], fields[19]];
  return state && startTicks ? { state, startTicks } : null;
}

let bootId: string | undefined;

function linuxIdentity(pid: number): string | null {
  try {
    const stat = parseProcStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    if (!stat || stat.state === 'Z' || stat.state === 'X') return null;
    bootId ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${bootId}/${stat.startTicks}`;
  } catch {
    return null;
  }
}

function psIdentity(pid: number): string | null {
  try {
    const options = { encoding: 'utf8' as const, stdio: ['ignore', 'pipe', 'ignore'] as ['ignore', 'pipe', 'ignore'] };
    const [state = '', ...started] = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], options)
      .trim()
      .split(/\s+/);
    return state === '' || state.startsWith('Z') ? null : started.join(' ');
  } catch {
    return null;
  }
}
