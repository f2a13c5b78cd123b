import { Inject, Injectable } from '@nestjs/common';
import type { EventConsumer, EventRow } from '@provost/event-log';
import { Consumers } from '../audit';
import { DeliveryQueue } from './delivery-queue';
import { DeliverySender } from './delivery-sender';

/** Turns events into deliveries for the webhooks that want them. */
@Injectable()
export class EventIntake implements EventConsumer {
  readonly name = 'webhooks';

  constructor(
    @Inject(DeliveryQueue) private readonly queue: DeliveryQueue,
    @Inject(DeliverySender) private readonly sender: DeliverySender,
    @Inject(Consumers) consumers: Consumers,
  ) {
    consumers.register(this);
  }

  async handle(events: readonly EventRow[]): Promise<void> {
    for (const tenantId of await this.queue.enqueue(events)) this.sender.ask(tenantId);
  }
}
