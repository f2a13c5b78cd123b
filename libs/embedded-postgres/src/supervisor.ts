import { setTimeout as delay } from 'node:timers/promises';
import { Postmaster, ServerExit, ServerPlan, shutDown } from './postmaster';
import { processIdentity, sendSignal } from './process-identity';
import { raiseServer } from './takeover';

/** A server that lived that long had started well: the next restart is immediate again. */
const STEADY_MS = 10_000;
const MAX_BACKOFF_MS = 10_000;
const ROTATE_EVERY_MS = 10 * 60_000;

/** Keeps one server up from `start` to `stop`. */
export class Supervisor {
  private readonly stopping = new AbortController();
  private readonly listeners = new Set<(exit: ServerExit) => void>();
  private running?: Postmaster;
  private watching?: Promise<void>;
  private rotation?: NodeJS.Timeout;

  constructor(
    private readonly plan: ServerPlan,
    private readonly maintenanceUrl: string,
    private readonly log: (line: string) => void,
  ) {}

  /** @throws {ServerStartError} the server does not start. */
  async start(): Promise<void> {
    process.once('exit', this.onProcessExit);
    this.running = await this.raise();
    this.watching = this.watch(this.running);
    this.rotation = setInterval(() => this.plan.serverLog.rotate(), ROTATE_EVERY_MS).unref();
  }

  /** @param listener hears of every end that nobody asked for; the server is being started again by then. */
  onExit(listener: (exit: ServerExit) => void): void {
    this.listeners.add(listener);
  }

  /** Returns when the server is down and stays down. */
  async stop(): Promise<void> {
    this.stopping.abort();
    clearInterval(this.rotation);
    process.removeListener('exit', this.onProcessExit);
    if (this.running) await shutDown(this.running);
    await this.watching;
  }

  private raise(): Promise<Postmaster> {
    const onSpawn = (postmaster: Postmaster) => (this.running = postmaster);
    return raiseServer(this.plan, this.maintenanceUrl, { log: this.log, signal: this.stopping.signal, onSpawn });
  }

  private async watch(first: Postmaster): Promise<void> {
    let postmaster = first;
    let failures = 0;
    for (;;) {
      const since = Date.now();
      const exit = await postmaster.ended;
      this.running = undefined;
      if (this.stopping.signal.aborted) return;
      this.log(
        `PostgreSQL (process ${postmaster.pid}) ended unexpectedly (${exit.signal ?? exit.code ?? 'killed'}), starting it again`,
      );
      for (const listener of this.listeners) listener(exit);
      failures = Date.now() - since > STEADY_MS ? 0 : failures + 1;
      const next = await this.raiseAgain(failures);
      if (!next) return;
      this.running = postmaster = next;
    }
  }

  /** Tries until it runs: a full disk is cleared some day, and then the application should find its database again. */
  private async raiseAgain(failures: number): Promise<Postmaster | null> {
    const { signal } = this.stopping;
    for (let failed = failures; ; failed++) {
      try {
        if (failed > 1) await delay(Math.min(MAX_BACKOFF_MS, 100 * 2 ** Math.min(failed, 10)), undefined, { signal });
        const postmaster = await this.raise();
        if (!signal.aborted) return postmaster;
        await shutDown(postmaster);
        return null;
      } catch (error) {
        if (signal.aborted) return null;
        this.log((error as Error).message);
      }
    }
  }

  /** Leaving without `stop()`: there is no time to wait, but the server can be told to shut down in order. */
  private readonly onProcessExit = (): void => {
    if (this.running && processIdentity(this.running.pid) !== null) sendSignal(this.running.pid, 'SIGINT');
  };
}
