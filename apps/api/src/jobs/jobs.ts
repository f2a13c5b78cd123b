import { Injectable } from '@nestjs/common';
import { problem } from '../http';
import type { Job, JobResult } from './job';

/** How often a job has run by schedule in this process. */
export interface JobRuns {
  readonly done: number;
  readonly failed: number;
}

export interface JobReport {
  readonly job: string;
  readonly startedAt: Date;
  readonly finishedAt: Date;
  readonly result: JobResult;
}

/** The jobs that there are. A job registers itself when it is made. */
@Injectable()
export class Jobs {
  private readonly known = new Map<string, Job>();
  /** By the names of the jobs. */
  readonly runs = new Map<string, JobRuns>();

  /** @throws Error when two jobs claim one name */
  register(job: Job): void {
    if (this.known.has(job.name)) throw new Error(`Two jobs are called ${job.name}.`);
    this.known.set(job.name, job);
  }

  get all(): readonly Job[] {
    return [...this.known.values()];
  }

  /** Counts a run by schedule. */
  count(job: Job, outcome: keyof JobRuns): void {
    const counts = this.runs.get(job.name) ?? { done: 0, failed: 0 };
    this.runs.set(job.name, { ...counts, [outcome]: counts[outcome] + 1 });
  }

  /** Runs a job for a tenant, now. @throws Problem 404 when there is no such job */
  async run(name: string, tenantId: string): Promise<JobReport> {
    const job = this.known.get(name);
    if (!job) throw problem(404, `There is no job of that name. There are: ${[...this.known.keys()].join(', ')}.`);
    const startedAt = new Date();
    const result = await job.run(tenantId);
    return { job: name, startedAt, finishedAt: new Date(), result };
  }
}
