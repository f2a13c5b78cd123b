import { Inject, Injectable } from '@nestjs/common';
import { composedStatement, isUuid, statement, TenantDatabase } from '@provost/entities';
import { EventSignal } from '@provost/event-log';
import { Environment } from '../config';
import { invalid, problem } from '../http';
import { pageOf } from '../tenancy';
import { MAIL_COLUMNS, MAIL_STATUSES, type MailRow, type MailView, mailView } from './mail-row';

// What a worker has in hand is not handed to another one: it would be sent twice.
const RETRY = statement(
  'mail.retry',
  `UPDATE mail m SET status = 'undelivered', due_at = now(), first_attempt_at = NULL
   WHERE m.tenant_id = $1::uuid AND m.id = $2::uuid AND m.status IN ('undelivered', 'parked') RETURNING ${MAIL_COLUMNS}`,
);
const GET = statement(
  'mail.get',
  `SELECT ${MAIL_COLUMNS} FROM mail m WHERE m.tenant_id = $1::uuid AND m.id = $2::uuid`,
);

/** What became of the mail, and another attempt at it. */
@Injectable()
export class MailService {
  constructor(
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(Environment) private readonly environment: Environment,
    @Inject(EventSignal) private readonly signal: EventSignal,
  ) {}

  /** The newest first; narrowed by `status`. @throws Problem 400 */
  async list(
    tenantId: string,
    query: { status?: unknown; limit?: string; cursor?: string },
  ): Promise<{ items: MailView[]; nextCursor: string | null }> {
    const { limit, after } = pageOf(query);
    const values: unknown[] = [tenantId, limit + 1];
    const conditions = ['m.tenant_id = $1::uuid'];
    if (after) conditions.push(`m.id < $${values.push(after)}::uuid`);
    if (query.status) {
      if (!(MAIL_STATUSES as readonly unknown[]).includes(query.status))
        throw invalid([{ pointer: '/status', detail: `must be one of ${MAIL_STATUSES.join(', ')}` }]);
      conditions.push(`m.status = $${values.push(query.status)}`);
    }
    const text = `SELECT ${MAIL_COLUMNS} FROM mail m WHERE ${conditions.join(' AND ')} ORDER BY m.id DESC LIMIT $2`;
    const rows = await this.db.run<MailRow>({ tenantId }, composedStatement(text), values);
    const items = rows.slice(0, limit).map((row) => this.view(row));
    return { items, nextCursor: rows.length > limit ? items.at(-1)!.id : null };
  }

  /** Has it sent now and tried for another three days. @throws Problem 404; 409 when it was or is being delivered */
  async retry(tenantId: string, id: string): Promise<MailView> {
    const [row] = isUuid(id) ? await this.db.run<MailRow>({ tenantId }, RETRY, [tenantId, id]) : [];
    if (row) {
      this.signal.announce();
      return this.view(row);
    }
    const [known] = isUuid(id) ? await this.db.read<MailRow>({ tenantId }, GET, [tenantId, id]) : [];
    if (!known) throw problem(404, 'There is no mail of that id.');
    throw known.status === 'delivered'
      ? problem(409, 'The mail was delivered; it is not sent again.')
      : problem(409, 'The mail is being delivered at this moment. Look again in a minute.');
  }

  private view(row: MailRow): MailView {
    return mailView(row, this.environment.SMTP_URL !== undefined);
  }
}
