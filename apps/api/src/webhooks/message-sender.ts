import { Inject, Injectable } from '@nestjs/common';
import type { Claim } from './claim';
import { type Attempt, EndpointClient } from './endpoint-client';
import { messageId, payloadOf } from './payload';
import { signedHeaders } from './signature';
import { WebhookSecrets } from './webhook-secrets';

/** Makes one attempt of one delivery: its payload, its signatures, its request. */
@Injectable()
export class MessageSender {
  constructor(
    @Inject(EndpointClient) private readonly client: EndpointClient,
    @Inject(WebhookSecrets) private readonly secrets: WebhookSecrets,
  ) {}

  /** Never throws: what cannot even be made counts as a failed attempt. @param signal breaks it off */
  async send(claim: Claim, signal: AbortSignal): Promise<Attempt> {
    const at = new Date();
    try {
      const sealed = [claim.secret, claim.previous_secret].filter((secret) => secret !== null);
      const secrets = await Promise.all(sealed.map((secret) => this.secrets.open(claim.webhook_id, secret)));
      const body = payloadOf(claim);
      const headers = {
        'content-type': 'application/json',
        'user-agent': 'Provost-Webhooks',
        ...signedHeaders(secrets, messageId(claim), at, body),
      };
      return await this.client.post(claim.url, headers, body, signal);
    } catch (error) {
      return { at, ms: 0, error: `The message could not be made: ${(error as Error).message}` };
    }
  }
}
