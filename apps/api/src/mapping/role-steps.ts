import type { EventRow } from '@provost/event-log';
import type { LoggedPerson } from './logged-person';

/** The roles of somebody from a moment of the log on, and the event that made them what they are. */
export interface RoleStep {
  readonly roles: readonly string[];
  readonly cause: EventRow;
  /** Grows with the steps of a person: twice the number of the event with which the change was complete, and one more. */
  readonly mark: bigint;
}

/** A change that may have concerned somebody. */
export interface RolePoint {
  /** What names the change of one request. */
  readonly unit: string;
  /** Number of the last of its events that were delivered. */
  readonly end: bigint;
  /** The event that is told. */
  readonly cause: EventRow;
  /** The roles that the documents of that moment give. */
  rolesOf(person: LoggedPerson): readonly string[];
}

/**
 * Names the change that an event is part of. What one request did at one time is one change, however many events tell of it: nobody saw
 * anything in between, as it was one transaction.
 */
export function unitOf({ context, occurred_at: at }: Pick<EventRow, 'context' | 'occurred_at'>): string {
  return `${context.request.id} ${at.getTime()}`;
}

/**
 * What changes did to somebody's roles, step by step, in their order. Each is told as it was when it was complete, whatever has come since
 * and wherever the delivery was cut.
 * @param points in any order, each unit once
 */
export function roleSteps(person: LoggedPerson, points: readonly RolePoint[]): RoleStep[] {
  const ends = points.map((point) => ({ ...point, at: person.endOf(point.unit, point.end) }));
  ends.sort((a, b) => (a.at < b.at ? -1 : 1));
  const steps: RoleStep[] = [];
  // Backwards, as the person is.
  for (const { at, cause, rolesOf } of ends.reverse()) {
    person.rewind(at);
    steps.push({ roles: rolesOf(person), cause, mark: 2n * at + 1n });
  }
  return withoutRepetition(steps.reverse());
}

function withoutRepetition(steps: readonly RoleStep[]): RoleStep[] {
  return steps.filter(({ roles }, i) => {
    const before = steps[i - 1]?.roles;
    return !before || before.length !== roles.length || before.some((role, k) => role !== roles[k]);
  });
}
