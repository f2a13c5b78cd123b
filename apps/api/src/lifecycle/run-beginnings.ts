import { Inject, Injectable } from '@nestjs/common';
import { DatabaseUnavailable, TenantDatabase, type TenantTransaction } from '@provost/entities';
import { EventSignal } from '@provost/event-log';
import { HoldOpenings } from './hold-openings';
import type { LifecycleRules } from './lifecycle-rules';
import type { PlannedRun, PlanStep } from './run-plan';
import { notBegun, writeDone, writeReturns, writeRuns } from './run-plan-writes';
import { claimed, MOST_CLAIMED, RunWork } from './run-work';
import { RunWorker } from './run-worker';

/** Another planned the same, or something comes before it: nothing has happened, and the worker will see to it. */
class NotAtOnce extends Error {}

/**
 * Begins planned runs. Where nothing else waits in the tenant they are carried out in the transaction that writes them down, which is then
 * written once; else, and whenever anything goes wrong, they are written down to be worked on.
 */
@Injectable()
export class RunBeginnings {
  constructor(
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(EventSignal) private readonly signal: EventSignal,
    @Inject(HoldOpenings) private readonly holds: HoldOpenings,
    @Inject(RunWork) private readonly work: RunWork,
    @Inject(RunWorker) private readonly worker: RunWorker,
  ) {}

  /** @param steps of one tenant; those that were begun before change nothing. @throws DatabaseUnavailable */
  async begin(tenantId: string, steps: readonly PlanStep[], rules: LifecycleRules): Promise<void> {
    if (await this.allAtOnce(tenantId, steps)) return;
    const at = new Date();
    const opened = await this.db.transaction({ tenantId }, async (tx) => {
      const { holds, opened } = await this.holds.open(tx, tenantId, steps, rules, at);
      for (const { returns, runs } of steps) {
        await writeReturns(tx, tenantId, returns, at);
        await writeRuns(tx, tenantId, runs, holds, at);
      }
      return opened;
    });
    if (opened) this.signal.announce();
    this.worker.wake(tenantId);
  }

  /** @returns false when some are still to be begun */
  private async allAtOnce(tenantId: string, steps: readonly PlanStep[]): Promise<boolean> {
    const runs = steps.flatMap((step) => step.runs);
    const people = new Set(runs.map(({ userId }) => userId));
    if (people.size < runs.length || runs.some(({ hold }) => hold) || steps.some(({ returns }) => returns.length))
      return false;
    try {
      for (let i = 0; i < runs.length; i += MOST_CLAIMED) {
        const some = runs.slice(i, i + MOST_CLAIMED);
        await this.db.transaction({ tenantId }, (tx) => this.atOnce(tx, tenantId, some));
        this.signal.announce();
      }
      return true;
    } catch (error) {
      // What failed will fail again where it is told, and waits for its turn.
      if (error instanceof DatabaseUnavailable) throw error;
      return false;
    }
  }

  /** @throws NotAtOnce */
  private async atOnce(tx: TenantTransaction, tenantId: string, planned: readonly PlannedRun[]): Promise<void> {
    const free = (await this.work.tryLock(tx, tenantId)) && (await notBegun(tx, tenantId, planned));
    if (!free) throw new NotAtOnce();
    if (!free.length) return;
    const runs = free.map(claimed);
    const performed = await this.work.perform(tx, tenantId, runs);
    const results = this.work.results(runs, performed);
    if ((await writeDone(tx, tenantId, free, results)) < runs.length) throw new NotAtOnce();
    await this.work.tell(tx, tenantId, results);
  }
}
