import type { Change, EventContext, EventRow } from '@provost/event-log';
import { type Category, kindOf, type Outcome } from './event-kinds';

/** An event as people and programs read it (contract §8). */
export interface ReadableEvent {
  readonly id: string;
  readonly sequence: number;
  /** RFC 3339, UTC, milliseconds. */
  readonly time: string;
  readonly category: Category;
  readonly type: string;
  readonly outcome: Outcome;
  readonly actor: EventContext['actor'];
  readonly subject: { readonly type: string; readonly id: string; readonly name?: string } | null;
  readonly groupId: string | null;
  readonly changes: readonly Change[];
  /** What else the event says. */
  readonly details: Readonly<Record<string, unknown>>;
  readonly request: EventContext['request'];
  /** Its personal part was erased with the person: the changes name paths and no values. */
  readonly erased?: true;
}

/**
 * What an event says. The API, exports and the verifier of exports all make it of the record here, so that what was shown can be held
 * against what was sealed.
 * @param personal the opened personal part; undefined when there is none or nobody can open it any more
 */
export function readableEvent(event: EventRow, personal?: Readonly<Record<string, unknown>>): ReadableEvent {
  const { paths, changes: open, ...data } = event.data ?? {};
  const { userName, changes: own, ...more } = personal ?? {};
  const { context, subject_id: subject } = event;
  const erased = event.sealed !== null && personal === undefined;
  return {
    id: event.id,
    sequence: Number(event.seq),
    time: event.occurred_at.toISOString(),
    ...kindOf(event.type),
    type: event.type,
    actor: context.actor,
    subject: subject
      ? { type: event.subject_type, id: subject, ...(typeof userName === 'string' && { name: userName }) }
      : null,
    groupId: event.group_id,
    changes: changesOf(own) ?? changesOf(open) ?? pathsOf(paths),
    details: { ...data, ...more },
    request: context.request,
    ...(erased && { erased: true as const }),
  };
}

function changesOf(value: unknown): readonly Change[] | undefined {
  return Array.isArray(value) ? (value as Change[]) : undefined;
}

function pathsOf(value: unknown): readonly Change[] {
  return Array.isArray(value) ? value.map((path) => ({ path: String(path) })) : [];
}
