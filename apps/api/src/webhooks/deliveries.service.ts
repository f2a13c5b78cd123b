import { Inject, Injectable } from '@nestjs/common';
import { composedStatement, isUuid, statement, TenantDatabase } from '@provost/entities';
import { EventSignal } from '@provost/event-log';
import { invalid, problem } from '../http';
import { pageOf } from '../tenancy';
import { DeliveryTerms } from './delivery-terms';
import type { Attempt } from './endpoint-client';
import { messageId } from './payload';
import { unknownWebhook } from './webhooks.service';

const STATUSES = ['pending', 'delivered', 'parked'] as const;
const COLUMNS = `d.id, d.webhook_id, d.type, d.subject_id, d.event_id, d.state, d.attempts, d.log, d.created_at, d.settled_at,
  CASE WHEN d.state = 'pending' THEN d.due_at END AS next_at`;

interface DeliveryRow {
  id: string;
  webhook_id: string;
  type: string;
  subject_id: string | null;
  event_id: string | null;
  state: (typeof STATUSES)[number];
  attempts: number;
  log: Attempt[];
  created_at: Date;
  settled_at: Date | null;
  next_at: Date | null;
}

/** A delivery as administrators see it. */
export interface DeliveryView {
  readonly id: string;
  readonly webhookId: string;
  /** The `webhook-id` that the receiver sees. */
  readonly messageId: string;
  readonly event: string;
  readonly eventId: string | null;
  readonly subjectId: string | null;
  readonly status: (typeof STATUSES)[number];
  readonly attemptCount: number;
  /** The last twenty, the oldest first. */
  readonly attempts: readonly Attempt[];
  /** Not before; it may have to wait for one before it, or for the endpoint to come back. */
  readonly nextAttemptAt: Date | null;
  readonly createdAt: Date;
  readonly deliveredAt: Date | null;
  readonly parkedAt: Date | null;
}

const WEBHOOK = statement(
  'delivery.webhook',
  `SELECT enabled FROM webhooks WHERE tenant_id = $1::uuid AND id = $2::uuid`,
);
// Sent again it is out of its order already: it waits for nobody, and nobody for it.
const REPLAY = statement(
  'delivery.replay',
  `UPDATE webhook_deliveries d SET state = 'pending', due_at = now(), settled_at = NULL,
     in_order = d.in_order AND d.state = 'pending', give_up_at = greatest(d.give_up_at, now() + $4::float8 * interval '1 ms')
   WHERE d.tenant_id = $1::uuid AND d.webhook_id = $2::uuid AND d.id = $3::uuid
   RETURNING ${COLUMNS}`,
);

/** The delivery log of a webhook (contract §7). */
@Injectable()
export class DeliveriesService {
  constructor(
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(EventSignal) private readonly signal: EventSignal,
    @Inject(DeliveryTerms) private readonly terms: DeliveryTerms,
  ) {}

  /** The newest first; narrowed by `status`. @throws Problem 400, 404 */
  async list(
    tenantId: string,
    webhookId: string,
    query: { limit?: string; cursor?: string; status?: string },
  ): Promise<{ items: DeliveryView[]; nextCursor: string | null }> {
    await this.webhook(tenantId, webhookId);
    const { limit, after } = pageOf(query);
    const values: unknown[] = [tenantId, webhookId, limit + 1];
    const conditions = ['d.tenant_id = $1::uuid', 'd.webhook_id = $2::uuid'];
    if (after) conditions.push(`d.id < $${values.push(after)}::uuid`);
    const status = statusOf(query.status);
    if (status) conditions.push(`d.state = $${values.push(status)}`);
    const text = `SELECT ${COLUMNS} FROM webhook_deliveries d WHERE ${conditions.join(' AND ')} ORDER BY d.id DESC LIMIT $3`;
    const rows = await this.db.run<DeliveryRow>({ tenantId }, composedStatement(text), values);
    const items = rows.slice(0, limit).map(deliveryView);
    return { items, nextCursor: rows.length > limit ? items.at(-1)!.id : null };
  }

  /**
   * Sends it again, with the same `webhook-id`: at once, and retried like a new one. One that is still pending is tried now.
   * @throws Problem 404, 409 when the webhook is disabled
   */
  async replay(tenantId: string, webhookId: string, id: string): Promise<DeliveryView> {
    const { enabled } = await this.webhook(tenantId, webhookId);
    if (!enabled) throw problem(409, 'The webhook is disabled. Enable it first: then what is pending is sent as well.');
    const values = [tenantId, webhookId, id, this.terms.giveUpAfterMs];
    const [row] = isUuid(id) ? await this.db.run<DeliveryRow>({ tenantId }, REPLAY, values) : [];
    if (!row) throw problem(404, 'There is no delivery of that id.');
    this.signal.announce();
    return deliveryView(row);
  }

  private async webhook(tenantId: string, id: string): Promise<{ enabled: boolean }> {
    const [row] = isUuid(id) ? await this.db.read<{ enabled: boolean }>({ tenantId }, WEBHOOK, [tenantId, id]) : [];
    if (!row) throw unknownWebhook();
    return row;
  }
}

function statusOf(text: string | undefined): DeliveryRow['state'] | undefined {
  const status = STATUSES.find((known) => known === text);
  if (text !== undefined && !status)
    throw invalid([{ pointer: '/status', detail: `must be one of ${STATUSES.join(', ')}` }]);
  return status;
}

function deliveryView(row: DeliveryRow): DeliveryView {
  return {
    id: row.id,
    webhookId: row.webhook_id,
    messageId: messageId(row),
    event: row.type,
    eventId: row.event_id,
    subjectId: row.subject_id,
    status: row.state,
    attemptCount: row.attempts,
    attempts: row.log,
    nextAttemptAt: row.next_at,
    createdAt: row.created_at,
    deliveredAt: row.state === 'delivered' ? row.settled_at : null,
    parkedAt: row.state === 'parked' ? row.settled_at : null,
  };
}
