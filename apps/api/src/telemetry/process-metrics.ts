import type { Server } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { TenantDatabase } from '@provost/entities';
import { Consumers } from '../audit';
import { Environment } from '../config';
import { Jobs } from '../jobs';
import { Metrics } from './metrics';

/** What this process holds and does: its connections, its jobs, its consumers of the log. */
@Injectable()
export class ProcessMetrics {
  constructor(
    @Inject(Metrics) metrics: Metrics,
    @Inject(TenantDatabase) db: TenantDatabase,
    @Inject(Jobs) jobs: Jobs,
    @Inject(Consumers) consumers: Consumers,
    @Inject(HttpAdapterHost) http: HttpAdapterHost,
    @Inject(Environment) { ROLE }: Environment,
  ) {
    const gauge = { type: 'gauge' } as const;
    metrics.add(
      {
        ...gauge,
        name: 'provost_info',
        help: 'What the process does.',
        samples: () => [{ labels: { role: ROLE }, value: 1 }],
      },
      {
        ...{ ...gauge, name: 'provost_http_connections', help: 'Open connections of clients.' },
        samples: async () => [{ value: await connectionsOf(http.httpAdapter.getHttpServer() as Server) }],
      },
      {
        ...{ ...gauge, name: 'provost_database_connections', help: 'Connections to the database by what they carry.' },
        samples: () =>
          Object.entries(db.load).flatMap(([use, { open, busy }]) => [
            { labels: { use, state: 'busy' }, value: busy },
            { labels: { use, state: 'idle' }, value: open - busy },
          ]),
      },
      {
        ...{ ...gauge, name: 'provost_database_waiting', help: 'Statements that wait for a connection.' },
        samples: () => Object.entries(db.load).map(([use, { waiting }]) => ({ labels: { use }, value: waiting })),
      },
      {
        ...{ name: 'provost_job_runs_total', type: 'counter', help: 'Runs of scheduled jobs in this process.' },
        samples: () =>
          [...jobs.runs].flatMap(([name, { done, failed }]) => [
            { labels: { name, outcome: 'done' }, value: done },
            { labels: { name, outcome: 'failed' }, value: failed },
          ]),
      },
      {
        ...{ ...gauge, name: 'provost_consumer_failures', help: 'How often in a row a consumer has failed here.' },
        samples: () => consumers.failures().map(([consumer, value]) => ({ labels: { consumer }, value })),
      },
    );
  }
}

function connectionsOf(server: Server): Promise<number> {
  return new Promise((resolve) => server.getConnections((error, count) => resolve(error ? 0 : count)));
}
