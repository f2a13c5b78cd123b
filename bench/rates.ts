import { setTimeout as delay } from 'node:timers/promises';
import { alternate, median, medianRatio, type Side } from './alternate';
import type { Target } from './keep-alive-client';
import { load } from './load';
import { processorTime } from './processor-time';
import type { Stage } from './stage';
import type { Row } from './table';
import type { Traffic } from './traffic';

const FOLLOW_UP_MS = 300;

/** A server under load: its requests a second, and what each of them cost. */
export class Rates implements Side {
  private readonly costs: { server: number; database: number }[] = [];
  private requests = 0;

  /** @param traffic what a round sends, given how many requests the earlier ones sent */
  constructor(
    private readonly stage: Stage,
    readonly name: string,
    private readonly target: Target,
    private readonly connections: number,
    private readonly traffic: (sent: number) => Traffic,
  ) {}

  readonly round = async (seconds: number): Promise<number> => {
    const { target, connections } = this;
    const before = this.spent();
    const { requests, perSecond } = await load({ target, traffic: this.traffic(this.requests), connections, seconds });
    // What follows a request, such as the delivery of its event, is a part of its cost.
    await delay(FOLLOW_UP_MS);
    const after = this.spent();
    this.requests += requests;
    if (before && after)
      this.costs.push({
        server: (after.server - before.server) / requests,
        database: (after.database - before.database) / requests,
      });
    return perSecond;
  };

  /** The median rate and, where it can be told, the processor time of a request in the server and in PostgreSQL. */
  told(rates: readonly number[]): string {
    const rate = `${median(rates).toFixed(0)}/s`;
    if (!this.costs.length) return rate;
    const [server, database] = (['server', 'database'] as const).map((of) => median(this.costs.map((c) => c[of])));
    return `${rate} (${server!.toFixed(0)} + ${database!.toFixed(0)} µs)`;
  }

  private spent(): { server: number; database: number } | undefined {
    const server = processorTime(this.target.pid);
    const database = this.stage.databaseTime();
    return server === undefined || database === undefined ? undefined : { server, database };
  }
}

export interface Comparison {
  readonly measure: string;
  readonly atLeast: number;
  readonly aim: number;
}

/** Provost is the first of the sides, each further one a baseline with its marks. */
export async function compare(
  stage: Stage,
  sides: readonly Rates[],
  comparisons: readonly Comparison[],
): Promise<Row[]> {
  const { rounds, seconds } = stage.options;
  const [ours, ...theirs] = await alternate(sides, rounds, seconds);
  return comparisons.map(({ measure, atLeast, aim }, i) => ({
    measure,
    value: medianRatio(ours!, theirs[i]!),
    absolute: `${sides[0]!.told(ours!)}, ${sides[i + 1]!.name} ${sides[i + 1]!.told(theirs[i]!)}`,
    atLeast,
    aim,
    better: 'more',
  }));
}
