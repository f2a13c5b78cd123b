/** What one run did, in numbers by name. */
export type JobResult = Readonly<Record<string, number>>;

/**
 * Work that comes back. It is run by the schedule of every process that works jobs and by hand through any process that
 * serves the API, so it must do no harm when two of them run it at once: whoever does a piece of the work marks it as
 * done in the same transaction.
 */
export interface Job {
  /** As in `POST /api/v1/jobs/:name/run` (contract §7). */
  readonly name: string;
  /** One sentence for people. */
  readonly about: string;
  /** How long the schedule waits between two runs, at most. */
  readonly everyMs: number;
  /** Whether what is committed somewhere can be work for it: then it is looked after soon, and `everyMs` is only the net. */
  readonly woken?: true;
  /** Does now what there is to do in one tenant. */
  run(tenantId: string): Promise<JobResult>;
  /**
   * Does what is due in all tenants.
   * @returns in how many milliseconds the next piece is due, when that is known
   */
  runAll(): Promise<number | undefined>;
}
