import { Inject, Injectable } from '@nestjs/common';
import { type EventConsumer, eventHash, type EventRow } from '@provost/event-log';
import { FaultLog } from '../http';
import { Consumers } from './consumers';

/**
 * Every event as a structured log line, for whatever collects the logs. Ids and paths only: what describes a person
 * stays encrypted in the database. A line may come twice after a crash; its `event` tells.
 */
@Injectable()
export class EventFeed implements EventConsumer {
  readonly name = 'event-feed';

  constructor(
    @Inject(FaultLog) private readonly log: FaultLog,
    @Inject(Consumers) consumers: Consumers,
  ) {
    consumers.register(this);
  }

  handle(events: readonly EventRow[]): Promise<void> {
    if (!this.log.tells) return Promise.resolve();
    for (const event of events)
      this.log.info(
        {
          event: event.id,
          seq: event.seq,
          type: event.type,
          tenant: event.tenant_id,
          subject: { type: event.subject_type, id: event.subject_id },
          ...(event.group_id ? { group: event.group_id } : {}),
          actor: event.context.actor,
          request: event.context.request.id,
          hash: eventHash(event).toString('hex'),
        },
        event.type,
      );
    return Promise.resolve();
  }
}
