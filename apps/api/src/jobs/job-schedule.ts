import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { EventSignal } from '@provost/event-log';
import { Environment } from '../config';
import { FaultLog } from '../http';
import { Tracing } from '../tracing';
import type { Job } from './job';
import { Jobs } from './jobs';
import { WorkLoops } from './work-loops';

/** A timer that is set to the very moment may fire a little early. */
const SOONEST_MS = 5;
/** A busy log wakes a job no more often than that. */
const SPACING_MS = 100;
/** What comes round more often only looks whether there is something to do: no trace is worth that. */
const TRACED_MS = 60_000;

/** Runs every job again and again in the processes that work (ROLE=all or worker), each when its next piece is due. */
@Injectable()
export class JobSchedule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly running = new Map<Job, Promise<void>>();
  private readonly failing = new Set<Job>();
  /** Jobs that were woken while they ran. */
  private readonly again = new Set<Job>();
  private readonly begun = new Map<Job, number>();
  private readonly due = new Map<Job, number>();
  private stopped = false;
  private off: () => void = () => undefined;

  constructor(
    @Inject(Jobs) private readonly jobs: Jobs,
    @Inject(SchedulerRegistry) private readonly timers: SchedulerRegistry,
    @Inject(Environment) private readonly environment: Environment,
    @Inject(FaultLog) private readonly faults: FaultLog,
    @Inject(EventSignal) private readonly signal: EventSignal,
    @Inject(WorkLoops) private readonly loops: WorkLoops,
    @Inject(Tracing) private readonly tracing: Tracing,
  ) {}

  onApplicationBootstrap(): void {
    if (!this.environment.worksJobs) return;
    for (const job of this.jobs.all) {
      this.plan(job, SOONEST_MS);
      this.loops.add(`job ${job.name}`, () => (this.running.has(job) ? this.begun.get(job)! : Date.now()));
    }
    const woken = this.jobs.all.filter((job) => job.woken);
    this.off = this.signal.onWake(() => woken.forEach((job) => this.wake(job)));
  }

  /** Waits for the runs in hand. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    this.off();
    for (const job of this.jobs.all) this.forget(job);
    await Promise.all(this.running.values());
  }

  private wake(job: Job): void {
    if (this.running.has(job)) this.again.add(job);
    else {
      const ms = Math.max(SOONEST_MS, (this.begun.get(job) ?? 0) + SPACING_MS - Date.now());
      if (Date.now() + ms < (this.due.get(job) ?? Infinity)) this.plan(job, ms);
    }
  }

  private plan(job: Job, ms: number): void {
    this.forget(job);
    if (this.stopped) return;
    this.due.set(job, Date.now() + ms);
    const timer = setTimeout(() => this.running.set(job, this.turn(job)), ms);
    this.timers.addTimeout(timerName(job), timer);
  }

  private async turn(job: Job): Promise<void> {
    let next: number | undefined;
    this.begun.set(job, Date.now());
    try {
      next = await (job.everyMs < TRACED_MS
        ? job.runAll()
        : this.tracing.span(`job ${job.name}`, {}, () => job.runAll()));
      this.failing.delete(job);
      this.jobs.count(job, 'done');
    } catch (error) {
      // A database that is away for long is worth one line, not one a second.
      if (!this.failing.has(job)) this.faults.error(`The job ${job.name} failed and will be tried again.`, error);
      this.failing.add(job);
      this.jobs.count(job, 'failed');
    }
    this.running.delete(job);
    if (this.again.delete(job)) next = Math.min(next ?? Infinity, SPACING_MS);
    this.plan(job, Math.max(SOONEST_MS, Math.min(next ?? job.everyMs, job.everyMs)));
  }

  private forget(job: Job): void {
    if (this.timers.doesExist('timeout', timerName(job))) this.timers.deleteTimeout(timerName(job));
  }
}

function timerName(job: Job): string {
  return `job ${job.name}`;
}
