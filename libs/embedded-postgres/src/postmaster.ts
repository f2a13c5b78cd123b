import { spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { Binaries } from './binaries';
import { clusterArgument } from './cluster';
import { EmbeddedPostgresError } from './embedded-postgres-error';
import { readPostmasterPid } from './postmaster-pid';
import { processIdentity, sendSignal } from './process-identity';
import { ServerLog } from './server-log';
import { ServerUser } from './server-user';
import { settingArguments } from './settings';

/** Everything that a start of the server needs to know. */
export interface ServerPlan {
  cluster: string;
  socketDir: string;
  binaries: Binaries;
  user: ServerUser;
  settings: Record<string, string>;
  serverLog: ServerLog;
}

export interface ServerExit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A living postmaster, started by this process or found. */
export interface Postmaster {
  pid: number;
  ended: Promise<ServerExit>;
}

/** What one attempt to bring the server up tells, and how it is called off. */
export interface Attempt {
  log: (line: string) => void;
  signal: AbortSignal;
  /** Hears of the server before it is ready, for whoever has to end it then. */
  onSpawn: (postmaster: Postmaster) => void;
}

/** The server ended before it was ready; `output` is what it logged. */
export class ServerStartError extends EmbeddedPostgresError {
  constructor(
    readonly output: string,
    exit: ServerExit,
    logPath: string,
  ) {
    const fatal = /(?:FATAL|PANIC): +(.*)/.exec(output)?.[1];
    super(
      `The embedded PostgreSQL did not start: ${fatal ?? `it ended with ${exit.signal ?? exit.code}`} (see ${logPath}).`,
    );
  }
}

export function serverArguments(plan: ServerPlan): string[] {
  return ['-D', clusterArgument(plan.cluster, plan.user), ...settingArguments(plan.settings)];
}

/**
 * Starts the server and waits until it takes connections, however long a recovery takes.
 * It gets a session of its own: Ctrl-C in the terminal reaches every process of the foreground group, and the database
 * must not leave before the application has drained.
 * @throws {ServerStartError} it ended instead.
 */
export async function launch(plan: ServerPlan, { signal, onSpawn }: Attempt): Promise<Postmaster> {
  plan.serverLog.rotate();
  const logged = plan.serverLog.size();
  const fd = plan.serverLog.open();
  const child = spawn(plan.binaries.postgres, serverArguments(plan), {
    ...plan.user.switchTo,
    cwd: plan.cluster,
    env: { LC_ALL: 'C' },
    detached: true,
    stdio: ['ignore', fd, fd],
  });
  closeSync(fd);
  child.unref();
  const ended = new Promise<ServerExit>((resolve, reject) => {
    child.on('exit', (code, exitSignal) => resolve({ code, signal: exitSignal }));
    child.on('error', reject);
  });
  let exit: ServerExit | undefined;
  const watched = ended.then((value) => (exit = value));
  watched.catch(() => undefined); // awaited below, or thrown there
  if (child.pid === undefined) await ended;
  const postmaster: Postmaster = { pid: child.pid ?? 0, ended };
  onSpawn(postmaster);

  while (!isReady(plan.cluster, postmaster.pid)) {
    if (exit) throw new ServerStartError(plan.serverLog.since(logged), exit, plan.serverLog.path);
    if (signal.aborted) {
      await shutDown(postmaster);
      signal.throwIfAborted();
    }
    await Promise.race([delay(5), watched]);
  }
  return postmaster;
}

/** The postmaster writes its state to the eighth line of postmaster.pid; pg_ctl waits for the same. */
export function isReady(cluster: string, pid: number): boolean {
  const noted = readPostmasterPid(cluster);
  return noted?.pid === pid && noted.status === 'ready';
}

/** A postmaster that is no child of this process: its end shows only by looking. */
export function watchForeign(pid: number, everyMs = 200): Postmaster {
  const identity = processIdentity(pid);
  const ended = new Promise<ServerExit>((resolve) => {
    const timer = setInterval(() => {
      if (identity !== null && processIdentity(pid) === identity) return;
      clearInterval(timer);
      resolve({ code: null, signal: null });
    }, everyMs);
    timer.unref();
  });
  return { pid, ended };
}

/**
 * Ends the server: "fast" (sessions end, everything is written), "immediate" after 20 s (it recovers at the next start),
 * SIGKILL another 10 s later (postgres(1), "Notes").
 */
export async function shutDown({ pid, ended }: Postmaster, patienceMs = 20_000): Promise<void> {
  const identity = processIdentity(pid);
  const steps: [NodeJS.Signals, number][] = [
    ['SIGINT', patienceMs],
    ['SIGQUIT', patienceMs / 2],
    ['SIGKILL', patienceMs / 2],
  ];
  for (const [signal, ms] of steps) {
    if (identity === null || processIdentity(pid) !== identity) return;
    sendSignal(pid, signal);
    const patience = new AbortController();
    const timeout = delay(ms, false, { signal: patience.signal }).catch(() => false);
    const over = await Promise.race([ended.then(() => true), timeout]);
    patience.abort();
    if (over) return;
  }
}
