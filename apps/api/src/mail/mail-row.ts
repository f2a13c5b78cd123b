/** `sending`: a worker has it in hand; `parked`: it is not tried again unless somebody asks for it. */
export const MAIL_STATUSES = ['undelivered', 'sending', 'delivered', 'parked'] as const;
export type MailStatus = (typeof MAIL_STATUSES)[number];

export const MAIL_COLUMNS =
  'm.id, m.status, m.recipient, m.template, m.locale, m.user_id, m.attempts, m.last_error, m.created_at, m.due_at, m.delivered_at';

export interface MailRow {
  id: string;
  status: MailStatus;
  recipient: string;
  template: string;
  locale: string;
  user_id: string | null;
  attempts: number;
  last_error: string | null;
  created_at: Date;
  due_at: Date | null;
  delivered_at: Date | null;
}

/** A mail as administrators see it: to whom, and what became of it; not what it says. */
export interface MailView {
  readonly id: string;
  readonly status: MailStatus;
  readonly to: string;
  readonly template: string;
  readonly locale: string;
  /** Whom it is about. */
  readonly userId: string | null;
  readonly attempts: number;
  readonly lastError: string | null;
  readonly createdAt: Date;
  readonly nextAttemptAt: Date | null;
  readonly deliveredAt: Date | null;
}

/** @param delivers whether there is a server to deliver to: without one nothing is tried */
export function mailView(row: MailRow, delivers: boolean): MailView {
  return {
    id: row.id,
    status: row.status,
    to: row.recipient,
    template: row.template,
    locale: row.locale,
    userId: row.user_id,
    attempts: row.attempts,
    lastError: row.last_error ?? (row.due_at && !delivers ? 'No mail server is configured (SMTP_URL).' : null),
    createdAt: row.created_at,
    nextAttemptAt: delivers ? row.due_at : null,
    deliveredAt: row.delivered_at,
  };
}
