import { Inject, Injectable } from '@nestjs/common';
import { isUuid, statement, type TenantTransaction, uuidV7 } from '@provost/entities';
import { sealPersonal } from '@provost/event-log';
import { Environment } from '../config';
import { DeliveryTerms } from './delivery-terms';
import { urlFault } from './endpoint-url';
import { newWebhookSecret } from './signature';
import { WebhookSecrets } from './webhook-secrets';

/** One message of a rule to an endpoint. */
export type WebhookCall = {
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
} & Target;

/** Which webhook is called, or an address: one that no webhook has gets a webhook of its own. */
type Target = { readonly webhookId: string } | { readonly url: string };

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
const KEYS = statement(
  'webhook.subject_keys',
  `SELECT subject_id, key FROM subject_keys WHERE tenant_id = $1::uuid AND subject_id = ANY($2::uuid[])`,
);
const CALL = statement(
  'webhook.call',
  `INSERT INTO webhook_deliveries (tenant_id, id, webhook_id, key, type, occurred_at, data, sealed, subject_id, in_order, state,
     due_at, give_up_at, created_at)
   SELECT $1::uuid, c.id, c.webhook_id, 'call ' || c.key, c.type, now(), c.data::json, c.sealed, c.subject_id, true, 'pending',
     now(), now() + $9::float8 * interval '1 ms', now()
   FROM ROWS FROM (unnest($2::uuid[]), unnest($3::uuid[]), unnest($4::text[]), unnest($5::text[]), unnest($6::text[]),
     unnest($7::bytea[]), unnest($8::uuid[])) WITH ORDINALITY
     AS c (id, webhook_id, key, type, data, sealed, subject_id, number)
   ORDER BY c.number
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

  /** One call; see `calls`. */
  async call(tx: TenantTransaction, { tenantId, ...call }: WebhookCall & { readonly tenantId: string }): Promise<void> {
    await this.calls(tx, tenantId, [call]);
  }

  /**
   * Puts calls into the queue, in the caller's transaction: they go out when that is committed, signed, retried and parked
   * as events are. After the commit `EventSignal.announce()` lets them go out at once.
   * @param calls in the order in which those about one person are to arrive
   * @throws WebhookUnknown when there is no such webhook, or the address is none that may be called
   */
  async calls(tx: TenantTransaction, tenantId: string, calls: readonly WebhookCall[]): Promise<void> {
    const targets = new Map<string, string>();
    for (const call of calls)
      if (!targets.has(nameOf(call))) targets.set(nameOf(call), await this.target(tx, tenantId, call));
    const people = calls.flatMap(({ personal, userId }) => (personal && userId ? [userId] : []));
    const rows = people.length
      ? await tx.query<{ subject_id: string; key: Buffer }>(KEYS, [tenantId, [...new Set(people)]])
      : [];
    const keys = new Map(rows.map(({ subject_id, key }) => [subject_id, key]));
    const ids = calls.map(() => uuidV7());
    await tx.query(CALL, [
      tenantId,
      ids,
      calls.map((call) => targets.get(nameOf(call))),
      calls.map(({ key }) => key),
      calls.map(({ event }) => event),
      calls.map(({ data }) => JSON.stringify(data)),
      calls.map(({ personal, userId }, i) => {
        const key = userId === undefined ? undefined : keys.get(userId);
        return personal && key ? sealPersonal(key, ids[i]!, personal) : null;
      }),
      calls.map(({ userId }) => userId ?? null),
      this.terms.giveUpAfterMs,
    ]);
  }

  private async target(tx: TenantTransaction, tenantId: string, to: Target): Promise<string> {
    if ('webhookId' in to) {
      const [known] = isUuid(to.webhookId) ? await tx.query<{ id: string }>(BY_ID, [tenantId, to.webhookId]) : [];
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

function nameOf(to: Target): string {
  return 'webhookId' in to ? to.webhookId : to.url;
}
