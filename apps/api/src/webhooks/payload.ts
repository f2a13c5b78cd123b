import { type EventContext, openPersonal } from '@provost/event-log';

/** What is sent: an event of the log, or the call of a rule. */
export interface Message {
  readonly id: string;
  readonly type: string;
  readonly occurred_at: Date;
  readonly event_id: string | null;
  readonly event_seq: string | null;
  readonly subject_type: string | null;
  readonly subject_id: string | null;
  readonly group_id: string | null;
  readonly context: EventContext | null;
  readonly data: Record<string, unknown> | null;
  readonly sealed: Buffer | null;
  /** The subject's key; null when it was dropped, and with it the person. */
  readonly key: Buffer | null;
}

/** `webhook-id`: the same in every attempt, and of an event the same to every endpoint. */
export function messageId({ event_id, id }: Pick<Message, 'event_id' | 'id'>): string {
  return `msg_${event_id ?? id}`;
}

/**
 * The body of a message (Standard Webhooks, "Payload structure"). The receiver is the vendor's own application, so what is
 * personal is opened for it; of a person who was erased it says `erased` and which attributes changed.
 */
export function payloadOf(message: Message): string {
  const { paths, ...data } = message.data ?? {};
  const { sealed, key } = message;
  const personal = sealed && key ? openPersonal(key, message.event_id ?? message.id, sealed) : {};
  const changes = Array.isArray(paths) ? { changes: paths.map((path: unknown) => ({ path })) } : {};
  const { subject_type, subject_id, group_id, context } = message;
  return JSON.stringify({
    type: message.type,
    timestamp: message.occurred_at,
    data: {
      ...changes,
      ...data,
      ...personal,
      ...(sealed && !key ? { erased: true } : {}),
      id: message.event_id ?? message.id,
      ...(message.event_seq ? { sequence: Number(message.event_seq) } : {}),
      ...(subject_id ? { subject: { type: subject_type ?? 'User', id: subject_id } } : {}),
      ...(group_id ? { groupId: group_id } : {}),
      ...(context ? { actor: context.actor, request: { id: context.request.id } } : {}),
    },
  });
}
