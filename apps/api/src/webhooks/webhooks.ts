import { Inject, Injectable } from '@nestjs/common';
import { statement, type TenantTransaction, uuidV7 } from '@provost/entities';
import { sealPersonal } from '@provost/event-log';
import { Environment } from '../config';
import { DeliveryTerms } from './delivery-terms';
import { urlFault } from './endpoint-url';
import { newWebhookSecret } from './signature';
import { WebhookSecrets } from './webhook-secrets';

/** One message of a rule to an endpoint. */
export interface WebhookCall {
  readonly tenantId: string;
  /** Which webhook is called, or an address: one that no webhook has gets a webhook of its own. */
  readonly to: { readonly webhookId: string } | { readonly url: string };
  /** The message's `type`. */
  readonly event: string;
  /** What is about no person: it is stored in clear. */
  readonly data: object;
  /** A second call of that webhook with the same key does nothing. */
  readonly key: string;
  /** Whom it is about: messages about one person stay in their order. */
  readonly userId?: string;
  /** What describes that person; encrypted with their key and left out once that is gone. */
  readonly personal?: object;
}

/** The call cannot be made, and will not be possible later either unless somebody changes the rule or the webhooks. */
export class WebhookUnknown extends Error {}

const BY_ID = statement(
  'webhook.by_id',
  `SELECT id FROM webhooks WHERE tenant_id = $1::uuid AND id = $2::uuid FOR KEY SHARE`,
);
const BY_URL = statement(
  'webhook.by_url',
  `SELECT id FROM webhooks WHERE tenant_id = $1::uuid AND url = $2 ORDER BY enabled DESC, for_calls, id LIMIT 1 FOR KEY SHARE`,
);
// It subscribes to nothing. Its secret is one that nobody was shown: whoever wants to check signatures rotates it.
const FOR_CALLS = statement(
  'webhook.for_calls',
  `INSERT INTO webhooks (tenant_id, id, url, events, description, enabled, for_calls, after_seq, secret, created_at, updated_at,
     created_by)
   VALUES ($1::uuid, $2::uuid, $3, '{}', 'Called by a rule.', true, true, 0, $4, now(), now(), '{"type":"system","id":"webhooks"}')
   ON CONFLICT (tenant_id, url) WHERE for_calls DO NOTHING`,
);
const KEY = statement(
  'webhook.subject_key',
  `SELECT key FROM subject_keys WHERE tenant_id = $1::uuid AND subject_id = $2::uuid`,
);
const CALL = statement(
  'webhook.call',
  `INSERT INTO webhook_deliveries (tenant_id, id, webhook_id, key, type, occurred_at, data, sealed, subject_id, in_order, state,
     due_at, give_up_at, created_at)
   VALUES ($1::uuid, $2::uuid, $3::uuid, 'call ' || $4, $5, now(), $6::json, $7, $8::uuid, true, 'pending',
     now(), now() + $9::float8 * interval '1 ms', now())
   ON CONFLICT (tenant_id, webhook_id, key) DO NOTHING`,
);

/** Webhooks as the other modules use them. Events need nobody: they reach the webhooks that want them by themselves. */
@Injectable()
export class Webhooks {
  constructor(
    @Inject(WebhookSecrets) private readonly secrets: WebhookSecrets,
    @Inject(Environment) private readonly environment: Environment,
    @Inject(DeliveryTerms) private readonly terms: DeliveryTerms,
  ) {}

  /**
   * Puts a call into the queue, in the caller's transaction: it goes out when that is committed, signed, retried and parked
   * as events are. After the commit `EventSignal.announce()` lets it go out at once.
   * @throws WebhookUnknown when there is no such webhook, or the address is none that may be called
   */
  async call(tx: TenantTransaction, call: WebhookCall): Promise<void> {
    const { tenantId, userId } = call;
    const webhookId = await this.target(tx, call);
    const id = uuidV7();
    const [subject] = call.personal && userId ? await tx.query<{ key: Buffer }>(KEY, [tenantId, userId]) : [];
    const sealed = subject ? sealPersonal(subject.key, id, call.personal!) : null;
    const what = [call.key, call.event, JSON.stringify(call.data), sealed, userId ?? null];
    await tx.query(CALL, [tenantId, id, webhookId, ...what, this.terms.giveUpAfterMs]);
  }

  private async target(tx: TenantTransaction, { tenantId, to }: WebhookCall): Promise<string> {
    if ('webhookId' in to) {
      const [known] = await tx.query<{ id: string }>(BY_ID, [tenantId, to.webhookId]);
      if (!known) throw new WebhookUnknown(`There is no webhook ${to.webhookId}.`);
      return known.id;
    }
    const fault = urlFault(to.url, this.environment.WEBHOOK_ALLOW_PRIVATE === '1');
    if (fault) throw new WebhookUnknown(`The address ${fault}.`);
    const find = async () => (await tx.query<{ id: string }>(BY_URL, [tenantId, to.url]))[0]?.id;
    const known = await find();
    if (known) return known;
    const id = uuidV7();
    await tx.query(FOR_CALLS, [tenantId, id, to.url, await this.secrets.seal(id, newWebhookSecret())]);
    return (await find())!;
  }
}
