import { Inject, Injectable } from '@nestjs/common';
import { type FinishedRequest, RequestObservers } from './finished-request';
import { Metrics, type Sample } from './metrics';

/** Upper bounds in seconds. */
const BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;
const BOUNDS_MS = BOUNDS.map((seconds) => seconds * 1_000);
const DURATION = 'provost_http_request_duration_seconds';

interface Series {
  readonly route: string;
  readonly method: string;
  readonly statuses: Map<number, number>;
  /** How many took up to each bound and longer than the one before; the last took longer than all. */
  readonly buckets: number[];
  ms: number;
}

/**
 * Counts requests. Its own rather than prom-client's histogram, which sorts and joins the labels of each observation: that would
 * cost a request more than all the rest of it. The labels are routes, methods and statuses.
 */
@Injectable()
export class RequestMetrics {
  private readonly series = new Map<string, Map<string, Series>>();

  constructor(@Inject(RequestObservers) observers: RequestObservers, @Inject(Metrics) metrics: Metrics) {
    observers.add((finished) => this.count(finished));
    const all = <T>(of: (series: Series) => T[]) =>
      [...this.series.values()].flatMap((methods) => [...methods.values()].flatMap(of));
    metrics.add(
      {
        ...{ name: 'provost_http_requests_total', type: 'counter', help: 'Requests that were answered.' },
        samples: () => all(counted),
      },
      {
        ...{ name: DURATION, type: 'histogram', help: 'From the head of a request to its answer.' },
        samples: () => all(timed),
      },
    );
  }

  private count({ request: { method }, route, status, ms }: FinishedRequest): void {
    const series = this.series.get(route)?.get(method) ?? this.begin(route, method);
    series.statuses.set(status, (series.statuses.get(status) ?? 0) + 1);
    let bucket = 0;
    while (bucket < BOUNDS_MS.length && ms > BOUNDS_MS[bucket]!) bucket++;
    series.buckets[bucket]!++;
    series.ms += ms;
  }

  private begin(route: string, method: string): Series {
    const buckets = new Array<number>(BOUNDS.length + 1).fill(0);
    const series: Series = { route, method, statuses: new Map(), buckets, ms: 0 };
    const methods = this.series.get(route) ?? new Map<string, Series>();
    this.series.set(route, methods.set(method, series));
    return series;
  }
}

function counted({ route, method, statuses }: Series): Sample[] {
  return [...statuses].map(([status, value]) => ({ labels: { route, method, status }, value }));
}

function timed({ route, method, buckets, ms }: Series): Sample[] {
  const labels = { route, method };
  let count = 0;
  const upTo = buckets.map((value, i) => {
    count += value;
    return { metricName: `${DURATION}_bucket`, labels: { ...labels, le: BOUNDS[i] ?? '+Inf' }, value: count };
  });
  return [
    ...upTo,
    { metricName: `${DURATION}_sum`, labels, value: ms / 1_000 },
    { metricName: `${DURATION}_count`, labels, value: count },
  ];
}
