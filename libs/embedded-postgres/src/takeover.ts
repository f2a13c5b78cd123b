import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { answers } from './database';
import {
  Attempt,
  isReady,
  launch,
  Postmaster,
  ServerPlan,
  ServerStartError,
  serverArguments,
  shutDown,
  watchForeign,
} from './postmaster';
import { commandLine, isPostgresOf, postgresProcessesOf, readPostmasterPid } from './postmaster-pid';
import { isListed, processIdentity, sendSignal } from './process-identity';
import { PORT } from './settings';

/** How long processes of a dead postmaster may take to notice its death by themselves, and to be gone altogether. */
const NOTICE_MS = 2_000;
const GONE_MS = 60_000;
const LOOK_MS = 50;

/**
 * Brings the cluster up from whatever state an earlier process left it in: stopped, killed, or still running. The caller
 * holds the data directory's lock, so a server that runs there is an orphan.
 * @param url of a database that is always there, to see whether an orphan answers.
 * @throws {ServerStartError} it does not start.
 */
export async function raiseServer(plan: ServerPlan, url: string, attempt: Attempt): Promise<Postmaster> {
  const orphan = await findOrphan(plan);
  if (orphan) {
    if (startedLikeThis(orphan.pid, plan) && (await isHealthy(orphan, plan.cluster, url))) {
      attempt.log(`adopted the running PostgreSQL (process ${orphan.pid})`);
      return orphan;
    }
    attempt.log(`stopping the PostgreSQL that an earlier process left behind (process ${orphan.pid})`);
    await shutDown(orphan);
  }
  return launchAfterLeftovers(plan, attempt);
}

/** A postmaster of this cluster that lives; a pid file that names any other process is in the way and is removed. */
async function findOrphan({ cluster, socketDir }: ServerPlan): Promise<Postmaster | null> {
  const noted = readPostmasterPid(cluster);
  if (noted && isPostgresOf(cluster, noted.pid)) return watchForeign(noted.pid);
  // PostgreSQL gives way to any process of its user with that number: one that merely got the number, or the zombie of
  // the killed postmaster where nobody reaps (a container whose first process is `npm start`). Without a number in the
  // table the file is left to PostgreSQL, which also finds in it the shared memory that has to be free.
  if (noted && isListed(noted.pid)) {
    await endLeftovers(cluster);
    rmSync(join(cluster, 'postmaster.pid'), { force: true });
  }
  // The socket has a file of that kind as well, which guards nothing: its directory is this cluster's alone.
  rmSync(join(socketDir, `.s.PGSQL.${PORT}.lock`), { force: true });
  return null;
}

/** The same binary with the same settings: nothing to win from a restart. */
function startedLikeThis(pid: number, plan: ServerPlan): boolean {
  const expected = [plan.binaries.postgres, ...serverArguments(plan)];
  const actual = commandLine(pid);
  return actual !== null && actual.length === expected.length && actual.every((word, i) => word === expected[i]);
}

/** It may still be recovering, which is healthy; once ready, it has to answer. */
async function isHealthy(orphan: Postmaster, cluster: string, url: string): Promise<boolean> {
  const identity = processIdentity(orphan.pid);
  while (!isReady(cluster, orphan.pid)) {
    const status = readPostmasterPid(cluster)?.status;
    if (status === 'stopping' || processIdentity(orphan.pid) !== identity) return false;
    await delay(20);
  }
  return answers(url, 10_000);
}

/**
 * When a postmaster is killed, its backends end as soon as they notice. Until the last one is gone, a new postmaster
 * refuses ("pre-existing shared memory block … is still in use"), and rightly so: two generations would corrupt the data.
 */
async function launchAfterLeftovers(plan: ServerPlan, attempt: Attempt): Promise<Postmaster> {
  const deadline = Date.now() + GONE_MS;
  for (let failed = 0; ; failed++) {
    try {
      return await launch(plan, attempt);
    } catch (error) {
      const leftovers = error instanceof ServerStartError && /shared memory block .*still in use/.test(error.output);
      if (!leftovers || attempt.signal.aborted || Date.now() > deadline) throw error;
      if (failed === 0) attempt.log('waiting for processes of the killed PostgreSQL to end');
      await endLeftovers(plan.cluster);
      await delay(Math.min(1_000, 50 * 2 ** failed));
    }
  }
}

/** Waits until the last process of the dead postmaster is gone. */
async function endLeftovers(cluster: string): Promise<void> {
  for (let waited = 0; waited < GONE_MS; waited += LOOK_MS) {
    const left = postgresProcessesOf(cluster);
    if (left.length === 0) return;
    // A long query does not look up. SIGQUIT ends a backend at once; nobody is left who would take its answer.
    if (waited >= NOTICE_MS) for (const pid of left) sendSignal(pid, 'SIGQUIT');
    await delay(LOOK_MS);
  }
}
