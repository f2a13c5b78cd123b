import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { DatabaseUnavailable, TenantDatabase } from '@provost/entities';
import { Environment } from '../config';
import { FaultLog } from '../http';
import { WorkLoops } from '../jobs';
import { DUE_TENANTS, NEXT_DUE } from './run-statements';
import { RunWork } from './run-work';

/** The net: another process may have planned something, or a worker died with something in hand. */
const POLL_MS = 1_000;
const AFTER_FAULT_MS = 1_000;
const MOST_LOOKED_AT = 5_000;

/** Works on what is due, in the processes that work (ROLE=all or worker). Any number of them may. */
@Injectable()
export class RunWorker implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly woken = new Set<string>();
  private stopped = false;
  private failing = false;
  private aliveAt = 0;
  private wakeUp: () => void = () => undefined;
  private running: Promise<void> | undefined;

  constructor(
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(RunWork) private readonly work: RunWork,
    @Inject(Environment) private readonly environment: Environment,
    @Inject(FaultLog) private readonly faults: FaultLog,
    @Inject(WorkLoops) private readonly loops: WorkLoops,
  ) {}

  onApplicationBootstrap(): void {
    if (!this.environment.worksJobs) return;
    this.running = this.loop();
    this.loops.add('lifecycle', () => this.aliveAt);
  }

  /** Resolves when the runs in hand are done. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    this.wakeUp();
    await this.running;
  }

  /** Something is due for this tenant. */
  wake(tenantId: string): void {
    this.woken.add(tenantId);
    this.wakeUp();
  }

  private async loop(): Promise<void> {
    while (!this.stopped) {
      let pause = POLL_MS;
      this.aliveAt = Date.now();
      try {
        for (const tenantId of [...this.woken]) {
          this.woken.delete(tenantId);
          await this.all(tenantId);
        }
        if (this.woken.size === 0 && !this.stopped) pause = await this.lookAround();
        this.failing = false;
      } catch (error) {
        // A database that is away for long is worth one line, not one a second.
        if (!this.failing || !(error instanceof DatabaseUnavailable))
          this.faults.error('Lifecycle runs could not be worked on and will be tried again.', error);
        this.failing = true;
        pause = AFTER_FAULT_MS;
      }
      await this.pause(pause);
    }
  }

  private async all(tenantId: string): Promise<void> {
    while (!this.stopped && (await this.work.some(tenantId))) this.aliveAt = Date.now();
  }

  /** Looks for what nobody told of. @returns how long to wait for the next */
  private async lookAround(): Promise<number> {
    const due = await this.db.run<{ tenant_id: string }>('platform', DUE_TENANTS, [MOST_LOOKED_AT]);
    for (const { tenant_id } of due) await this.all(tenant_id);
    const [next] = await this.db.run<{ ms: number | null }>('platform', NEXT_DUE, []);
    return Math.min(POLL_MS, Math.max(50, next!.ms ?? POLL_MS));
  }

  private pause(ms: number): Promise<void> {
    if (this.stopped || this.woken.size) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(done, ms);
      this.wakeUp = done;
      function done() {
        clearTimeout(timer);
        resolve();
      }
    });
  }
}
