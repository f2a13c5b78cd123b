import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Client } from 'pg';

/** The part of V8's .cpuprofile that is read. */
interface CpuProfile {
  nodes: { id: number; callFrame: { functionName: string; url: string; lineNumber: number } }[];
  samples: number[];
  timeDeltas: number[];
}

export const STATISTICS = 'CREATE EXTENSION IF NOT EXISTS pg_stat_statements';
const MOST = 40;

/** Where the processes that left a profile in the folder spent their own time, to stderr. */
export function printProfiles(folder: string): void {
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.cpuprofile'))) {
    const path = join(folder, file);
    const { total, functions } = selfTimes(JSON.parse(readFileSync(path, 'utf8')) as CpuProfile);
    process.stderr.write(`\n${path}: ${(total / 1e6).toFixed(1)} s, of these busy by function:\n`);
    for (const { name, time } of functions.slice(0, MOST))
      process.stderr.write(`  ${((100 * time) / total).toFixed(1).padStart(5)} %  ${name}\n`);
  }
}

/** Self time by function, the longest first. `total` leaves out what was idle. */
export function selfTimes(profile: CpuProfile): { total: number; functions: { name: string; time: number }[] } {
  const names = new Map(profile.nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
  const times = new Map<string, number>();
  let total = 0;
  for (const [i, sample] of profile.samples.entries()) {
    const name = names.get(sample)!;
    const time = profile.timeDeltas[i]!;
    if (name === '(idle)' || name === '(program)') continue;
    times.set(name, (times.get(name) ?? 0) + time);
    total += time;
  }
  const functions = [...times].map(([name, time]) => ({ name, time })).sort((a, b) => b.time - a.time);
  return { total, functions };
}

function nameOf({ functionName, url, lineNumber }: CpuProfile['nodes'][number]['callFrame']): string {
  const place = url.replace(/^file:\/\//, '');
  const shown = place.startsWith('/') ? relative(process.cwd(), place) : place;
  return `${functionName || '(anonymous)'}${shown ? `  ${shown}:${lineNumber + 1}` : ''}`;
}

/** Which statements PostgreSQL spent its time on, to stderr. */
export async function printStatements(client: Client): Promise<void> {
  const { rows } = await client.query<{ calls: string; ms: number; each: number; query: string }>(
    `SELECT calls, total_exec_time AS ms, mean_exec_time AS each, regexp_replace(query, '\\s+', ' ', 'g') AS query
     FROM pg_stat_statements JOIN pg_database d ON d.oid = dbid AND d.datname = current_database()
     ORDER BY total_exec_time DESC LIMIT 15`,
  );
  process.stderr.write('\nPostgreSQL, by statement: calls, total ms, ms each\n');
  for (const { calls, ms, each, query } of rows)
    process.stderr.write(
      `  ${calls.padStart(8)} ${ms.toFixed(0).padStart(8)} ${each.toFixed(3).padStart(8)}  ${query.slice(0, 150)}\n`,
    );
}
