import { Module } from '@nestjs/common';
import { AuditModule } from '../audit';
import { JobsModule } from '../jobs';
import { TenancyModule } from '../tenancy';
import { DeliveriesService } from './deliveries.service';
import { DeliveryQueue } from './delivery-queue';
import { DeliverySender } from './delivery-sender';
import { DeliveryTerms } from './delivery-terms';
import { DeliveryUpkeep } from './delivery-upkeep';
import { EndpointClient } from './endpoint-client';
import { EventIntake } from './event-intake';
import { MessageSender } from './message-sender';
import { WebhookSecrets } from './webhook-secrets';
import { Webhooks } from './webhooks';
import { WebhooksController } from './webhooks.controller';
import { WebhooksService } from './webhooks.service';

/** Makes the deliveries and sends them; in every process. */
@Module({
  imports: [AuditModule, JobsModule],
  providers: [
    DeliveryQueue,
    DeliverySender,
    DeliveryTerms,
    DeliveryUpkeep,
    EndpointClient,
    EventIntake,
    MessageSender,
    Webhooks,
    WebhookSecrets,
  ],
  exports: [DeliveryTerms, Webhooks, WebhookSecrets],
})
export class WebhooksModule {}

/** Webhooks and their delivery log over HTTP (contract §7). */
@Module({
  imports: [TenancyModule, WebhooksModule],
  controllers: [WebhooksController],
  providers: [DeliveriesService, WebhooksService],
})
export class WebhooksApiModule {}
