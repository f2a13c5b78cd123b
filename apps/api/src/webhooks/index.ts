export { DeliveryTerms } from './delivery-terms';
export { type WebhookCall, Webhooks, WebhookUnknown } from './webhooks';
export { WebhooksApiModule, WebhooksModule } from './webhooks.module';
