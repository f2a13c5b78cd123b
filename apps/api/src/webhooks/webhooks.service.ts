import { Inject, Injectable } from '@nestjs/common';
import { addDuration, DURATION_FORMS, parseDuration } from '@provost/access-policy';
import {
  composedStatement,
  isUuid,
  statement,
  TenantDatabase,
  type TenantTransaction,
  uuidV7,
} from '@provost/entities';
import { appendEvents, type EventContext, EventSignal, type EventType } from '@provost/event-log';
import { Environment } from '../config';
import { invalid, Problem, problem } from '../http';
import { pageOf } from '../tenancy';
import { urlFault } from './endpoint-url';
import { newWebhookSecret } from './signature';
import { WEBHOOK_COLUMNS, type WebhookRow, webhookView, type WebhookView } from './webhook-row';
import { WebhookSecrets } from './webhook-secrets';
import type { CreateWebhookDto, UpdateWebhookDto } from './webhooks.dto';

/** Each event goes to each of them. */
const MOST_WEBHOOKS = 100;
const DEFAULT_OVERLAP = 'P1D';
const LONGEST_OVERLAP = 'P30D';

// Two that are made at once must not both be the hundredth.
const ROOM = statement(
  'webhook.room',
  `SELECT count(*)::int AS count FROM webhooks w, pg_advisory_xact_lock(hashtextextended('webhooks ' || $1, 0))
   WHERE w.tenant_id = $1::uuid`,
);
const CREATE = statement(
  'webhook.create',
  `INSERT INTO webhooks AS w (tenant_id, id, url, events, description, enabled, for_calls, after_seq, secret, created_at,
     updated_at, created_by)
   SELECT $1::uuid, $2::uuid, $3, $4::text[], $5, $6, false, coalesce(max(e.seq), 0), $7, $8::timestamptz, $8::timestamptz, $9::json
   FROM events e WHERE e.tenant_id = $1::uuid
   RETURNING ${WEBHOOK_COLUMNS}`,
);
const GET = statement(
  'webhook.get',
  `SELECT ${WEBHOOK_COLUMNS} FROM webhooks w WHERE w.tenant_id = $1::uuid AND w.id = $2::uuid`,
);
// Whoever enables it, or names another address, says that it is worth trying.
const UPDATE = statement(
  'webhook.update',
  `UPDATE webhooks w SET url = coalesce($3, url), for_calls = for_calls AND $3 IS NULL, events = coalesce($4::text[], events),
     description = CASE WHEN $5 THEN $6 ELSE description END, enabled = coalesce($7::boolean, enabled),
     disabled_reason = CASE WHEN $7::boolean IS NULL THEN disabled_reason END,
     failures = CASE WHEN $3 IS NULL AND $7::boolean IS NOT TRUE THEN failures ELSE 0 END,
     open_until = CASE WHEN $3 IS NULL AND $7::boolean IS NOT TRUE THEN open_until END, updated_at = now()
   WHERE w.tenant_id = $1::uuid AND w.id = $2::uuid RETURNING ${WEBHOOK_COLUMNS}`,
);
const REMOVE = statement(
  'webhook.remove',
  `DELETE FROM webhooks WHERE tenant_id = $1::uuid AND id = $2::uuid RETURNING id`,
);
// After the webhook itself: what was added while that was waited for is seen now.
const REMOVE_DELIVERIES = statement(
  'webhook.remove_deliveries',
  `DELETE FROM webhook_deliveries WHERE tenant_id = $1::uuid AND webhook_id = $2::uuid`,
);
const ROTATE = statement(
  'webhook.rotate',
  `UPDATE webhooks w SET previous_secret = secret, previous_until = $4::timestamptz, secret = $3, updated_at = now()
   WHERE w.tenant_id = $1::uuid AND w.id = $2::uuid RETURNING ${WEBHOOK_COLUMNS}`,
);

/** The endpoints of the vendor's application (contract §7). */
@Injectable()
export class WebhooksService {
  constructor(
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(EventSignal) private readonly signal: EventSignal,
    @Inject(WebhookSecrets) private readonly secrets: WebhookSecrets,
    @Inject(Environment) private readonly environment: Environment,
  ) {}

  /** @returns the webhook with its secret, this once. @throws Problem 400, 409 when there are too many */
  async create(
    tenantId: string,
    input: CreateWebhookDto,
    context: EventContext,
  ): Promise<WebhookView & { secret: string }> {
    this.checkUrl(input.url);
    const [id, secret] = [uuidV7(), newWebhookSecret()];
    const sealed = await this.secrets.seal(id, secret);
    const events = [...new Set(input.events)];
    const what = [input.url, events, input.description || null, input.enabled ?? true];
    const values = [tenantId, id, ...what, sealed, new Date(), JSON.stringify(context.actor)];
    const row = await this.change(tenantId, id, 'webhook.created', context, { url: input.url, events }, async (tx) => {
      const [room] = await tx.query<{ count: number }>(ROOM, [tenantId]);
      if (room!.count >= MOST_WEBHOOKS)
        return problem(409, `There are ${MOST_WEBHOOKS} webhooks already, which is the most. Remove one first.`);
      return (await tx.query<WebhookRow>(CREATE, values))[0];
    });
    return { ...webhookView(row), secret };
  }

  /** @throws Problem 404 */
  async get(tenantId: string, id: string): Promise<WebhookView> {
    const [row] = isUuid(id) ? await this.db.read<WebhookRow>({ tenantId }, GET, [tenantId, id]) : [];
    if (!row) throw unknownWebhook();
    return webhookView(row);
  }

  /** The oldest first. @throws Problem 400 */
  async list(
    tenantId: string,
    query: { limit?: string; cursor?: string },
  ): Promise<{ items: WebhookView[]; nextCursor: string | null }> {
    const { limit, after } = pageOf(query);
    const behind = after ? 'AND w.id > $3::uuid' : '';
    const text = `SELECT ${WEBHOOK_COLUMNS} FROM webhooks w WHERE w.tenant_id = $1::uuid ${behind} ORDER BY w.id LIMIT $2`;
    const values = [tenantId, limit + 1, ...(after ? [after] : [])];
    const rows = await this.db.run<WebhookRow>({ tenantId }, composedStatement(text), values);
    const items = rows.slice(0, limit).map(webhookView);
    return { items, nextCursor: rows.length > limit ? items.at(-1)!.id : null };
  }

  /** Changes what is given. What waits for it is sent to the new address. @throws Problem 400, 404 */
  async update(tenantId: string, id: string, input: UpdateWebhookDto, context: EventContext): Promise<WebhookView> {
    const { url, events, description, enabled } = input;
    if (url !== undefined && url !== null) this.checkUrl(url);
    const values = [url ?? null, events ?? null, description !== undefined, description || null, enabled ?? null];
    const row = await this.change(
      tenantId,
      id,
      'webhook.updated',
      context,
      { changed: Object.keys(input) },
      async (tx) => {
        return (await tx.query<WebhookRow>(UPDATE, [tenantId, id, ...values]))[0];
      },
    );
    return webhookView(row);
  }

  /** With all its deliveries. @throws Problem 404 */
  async remove(tenantId: string, id: string, context: EventContext): Promise<void> {
    await this.change(tenantId, id, 'webhook.deleted', context, {}, async (tx) => {
      const [removed] = await tx.query(REMOVE, [tenantId, id]);
      if (removed) await tx.query(REMOVE_DELIVERIES, [tenantId, id]);
      return removed;
    });
  }

  /**
   * Replaces the secret; until the overlap ends messages are signed with both.
   * @param overlap a duration; a day when omitted
   * @returns the webhook with its new secret, this once
   * @throws Problem 400, 404
   */
  async rotate(
    tenantId: string,
    id: string,
    overlap: string | undefined,
    context: EventContext,
  ): Promise<WebhookView & { secret: string }> {
    const now = new Date();
    const duration = parseDuration(overlap ?? DEFAULT_OVERLAP);
    if (!duration) throw invalid([{ pointer: '/overlap', detail: DURATION_FORMS }]);
    const until = addDuration(now, duration);
    if (until > addDuration(now, parseDuration(LONGEST_OVERLAP)!))
      throw invalid([{ pointer: '/overlap', detail: 'must be at most 30 days: a secret that leaked must end' }]);
    const secret = newWebhookSecret();
    const sealed = await this.secrets.seal(id, secret);
    const data = { overlap: overlap ?? DEFAULT_OVERLAP };
    const row = await this.change(tenantId, id, 'webhook.secret_rotated', context, data, async (tx) => {
      return (await tx.query<WebhookRow>(ROTATE, [tenantId, id, sealed, until]))[0];
    });
    return { ...webhookView(row), secret };
  }

  /** One change and its event. @throws Problem as answered; 404 when there was nothing to change */
  private async change<T>(
    tenantId: string,
    id: string,
    type: EventType,
    context: EventContext,
    data: object,
    work: (tx: TenantTransaction) => Promise<T | Problem | undefined>,
  ): Promise<T> {
    if (!isUuid(id)) throw unknownWebhook();
    const result = await this.db.transaction({ tenantId }, async (tx) => {
      const changed = await work(tx);
      if (changed === undefined || changed instanceof Problem) return changed;
      await appendEvents(tx, { tenantId }, context, [{ type, subjectType: 'Webhook', subjectId: id, data }]);
      return changed;
    });
    if (result instanceof Problem) throw result;
    if (result === undefined) throw unknownWebhook();
    this.signal.announce();
    return result;
  }

  private checkUrl(url: string): void {
    const detail = urlFault(url, this.environment.WEBHOOK_ALLOW_PRIVATE === '1');
    if (detail) throw invalid([{ pointer: '/url', detail }]);
  }
}

/** The answer for an id that is no webhook's. */
export function unknownWebhook(): Problem {
  return problem(404, 'There is no webhook of that id.');
}
