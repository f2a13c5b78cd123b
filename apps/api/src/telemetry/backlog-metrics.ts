import { Inject, Injectable } from '@nestjs/common';
import { Backlog, type Backlogs } from './backlog';
import { Metrics, type Sample } from './metrics';

/** What waits in the database. It is the same in every process: `max` over them, not `sum`. */
@Injectable()
export class BacklogMetrics {
  constructor(@Inject(Backlog) backlog: Backlog, @Inject(Metrics) metrics: Metrics) {
    const gauge = (name: string, help: string, of: (backlogs: Backlogs) => Sample[]) =>
      metrics.add({
        ...{ name, help, type: 'gauge' },
        samples: async () => {
          const backlogs = await backlog.read();
          return backlogs ? of(backlogs) : [];
        },
      });
    metrics.add({
      ...{ name: 'provost_database_up', help: 'Whether the database answers in time.', type: 'gauge' },
      samples: async () => [{ value: (await backlog.read()) ? 1 : 0 }],
    });
    const queues = (key: 'depth' | 'seconds' | 'parked') => (backlogs: Backlogs) =>
      backlogs.queues.map((one) => ({ labels: { queue: one.queue }, value: one[key] }));
    gauge(
      'provost_queue_depth',
      'What waits in a queue, also for its next attempt, counted up to 100000.',
      queues('depth'),
    );
    gauge('provost_queue_oldest_seconds', 'For how long the first in a queue has been due.', queues('seconds'));
    gauge('provost_queue_parked', 'What has failed for good: it waits for somebody to look at it.', queues('parked'));
    const consumers = (key: 'events' | 'seconds') => (backlogs: Backlogs) =>
      backlogs.consumers.map((one) => ({ labels: { consumer: one.name }, value: one[key] }));
    gauge(
      'provost_consumer_lag_events',
      'Events that a consumer has not handled, counted up to 100000.',
      consumers('events'),
    );
    gauge(
      'provost_consumer_lag_seconds',
      'How old the first event is that a consumer has not handled.',
      consumers('seconds'),
    );
    gauge('provost_seal_lag_events', 'Events without a seal, counted up to 100000.', ({ seals }) => [
      { value: seals.events },
    ]);
    gauge('provost_seal_lag_seconds', 'How old the first event without a seal is.', ({ seals }) => [
      { value: seals.oldestSeconds },
    ]);
  }
}
