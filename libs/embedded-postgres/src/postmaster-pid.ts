import { readFileSync, readlinkSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { basename, join } from 'node:path';
import { processesIn, processIdentity, worksIn } from './process-identity';

/** What PostgreSQL notes in postmaster.pid (its source: src/include/utils/pidfile.h). */
export interface PostmasterPid {
  pid: number;
  /** `starting`, `stopping`, `ready` or `standby`. */
  status: string;
}

/** @returns null for a file that is not complete yet: the postmaster writes it line by line. */
export function parsePostmasterPid(text: string): PostmasterPid | null {
  const lines = text.split('\n');
  const pid = Math.abs(Number.parseInt(lines[0] ?? '', 10)); // a standalone backend writes its pid as a negative number
  return Number.isInteger(pid) && pid > 0 ? { pid, status: (lines[7] ?? '').trim() } : null;
}

/** @returns null when there is none, that is: the server was stopped in order. */
export function readPostmasterPid(cluster: string): PostmasterPid | null {
  try {
    return parsePostmasterPid(readFileSync(join(cluster, 'postmaster.pid'), 'utf8'));
  } catch {
    return null;
  }
}

/**
 * Whether that pid is a living PostgreSQL process of this very cluster, and not another process that got a used number.
 * Linux: PostgreSQL's processes stay in their data directory, so their working directory tells, whatever path they were given.
 */
export function isPostgresOf(cluster: string, pid: number): boolean {
  if (processIdentity(pid) === null) return false;
  if (process.platform !== 'linux') return psCommand(pid).includes(`-D ${cluster} `);
  return worksIn(pid, cluster) && isPostgresBinary(pid);
}

/** The executable may have been replaced by an upgrade since: the link then ends in " (deleted)". */
function isPostgresBinary(pid: number): boolean {
  try {
    return basename(readlinkSync(`/proc/${pid}/exe`).replace(/ \(deleted\)$/, '')) === 'postgres';
  } catch {
    return false;
  }
}

/** The arguments a process was started with, or null where they cannot be told apart from one another. */
export function commandLine(pid: number): string[] | null {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
  } catch {
    return null;
  }
}

/** All processes of this cluster (Linux only): what outlives its postmaster still holds its memory. */
export function postgresProcessesOf(cluster: string): number[] {
  return processesIn(cluster).filter(isPostgresBinary);
}

function psCommand(pid: number): string {
  try {
    return `${execFileSync('ps', ['-o', 'command=', '-ww', '-p', String(pid)], { encoding: 'utf8' }).trim()} `;
  } catch {
    return '';
  }
}
