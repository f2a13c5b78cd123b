import type { EventContext } from '@provost/event-log';

export const WEBHOOK_COLUMNS = `w.id, w.url, w.events, w.description, w.enabled, w.disabled_reason, w.failures,
  CASE WHEN w.open_until > now() THEN w.open_until END AS paused_until,
  CASE WHEN w.previous_until > now() THEN w.previous_until END AS previous_until, w.created_at, w.updated_at, w.created_by`;

export interface WebhookRow {
  id: string;
  url: string;
  events: string[];
  description: string | null;
  enabled: boolean;
  disabled_reason: string | null;
  failures: number;
  paused_until: Date | null;
  previous_until: Date | null;
  created_at: Date;
  updated_at: Date;
  created_by: EventContext['actor'];
}

/** A webhook as administrators see it; never with a secret. */
export interface WebhookView {
  readonly id: string;
  readonly url: string;
  readonly events: string[];
  readonly description: string | null;
  readonly enabled: boolean;
  /** Why it is not, when nobody disabled it by hand. */
  readonly disabledReason: string | null;
  /** Attempts in a row that found nobody able to answer. */
  readonly failures: number;
  /** Nothing is sent before this time, because of those. */
  readonly pausedUntil: Date | null;
  /** Until then messages are signed with the replaced secret as well. */
  readonly previousSecretUntil: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly createdBy: EventContext['actor'];
}

export function webhookView(row: WebhookRow): WebhookView {
  return {
    id: row.id,
    url: row.url,
    events: row.events,
    description: row.description,
    enabled: row.enabled,
    disabledReason: row.disabled_reason,
    failures: row.failures,
    pausedUntil: row.paused_until,
    previousSecretUntil: row.previous_until,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    createdBy: row.created_by,
  };
}
