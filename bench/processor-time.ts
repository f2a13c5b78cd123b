import { readdirSync, readFileSync } from 'node:fs';

/** What Linux counts processor time in, for every program: USER_HZ is 100 on all its platforms. */
const TICK_US = 10_000;

/**
 * Processor time in microseconds, user and kernel, of a process and of its children, also of those that have ended. On a machine that others
 * use as well it says more than a rate, which also tells how busy they were.
 * @returns undefined where there is no /proc
 */
export function processorTime(pid: number, children = false): number | undefined {
  if (process.platform !== 'linux') return undefined;
  let sum = 0;
  for (const each of children ? [pid, ...childrenOf(pid)] : [pid]) {
    const fields = statusOf(each);
    // Its own, and what children had when they were waited for: a connection of PostgreSQL that has ended has cost what it has.
    for (const field of children ? [11, 12, 13, 14] : [11, 12]) sum += Number(fields?.[field] ?? 0) * TICK_US;
  }
  return sum;
}

function childrenOf(pid: number): number[] {
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return all.map(Number).filter((each) => statusOf(each)?.[1] === String(pid));
}

/** proc(5) `stat` from its third field on; undefined when the process has ended. */
function statusOf(pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may hold anything.
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}
