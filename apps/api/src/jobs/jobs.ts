import { Injectable } from '@nestjs/common';
import { problem } from '../http';
import type { Job, JobResult } from './job';

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

  /** @throws Error when two jobs claim one name */
  register(job: Job): void {
    if (this.known.has(job.name)) throw new Error(`Two jobs are called ${job.name}.`);
    this.known.set(job.name, job);
  }

  get all(): readonly Job[] {
    return [...this.known.values()];
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
