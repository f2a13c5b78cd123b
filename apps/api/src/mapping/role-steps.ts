import type { Person } from '@provost/access-policy';
import type { EventRow } from '@provost/event-log';
import type { LoggedPerson } from './logged-person';

/** The roles of somebody from a moment of the log on, and the event that made them what they are. */
export interface RoleStep {
  readonly roles: readonly string[];
  readonly cause: EventRow;
  /** Grows with the steps of a person: twice the number of an event, and one more for what the event itself changed. */
  readonly mark: bigint;
}

/** Numbers of the first and the last event of a batch. */
export interface Batch {
  readonly first: string;
  readonly last: string;
}

/**
 * What a batch of events did to somebody's roles, step by step. What an event added or took is told with that event. What came
 * otherwise (attributes, documents, nesting), of which only the outcome is known, is told first and as one, with the last such
 * event; without one in the batch it is left to a later batch.
 * @param causes what in the batch may concern the person; of those that are no entries the last one is told
 * @param batch what came after it is taken back
 * @param rolesOf the roles that the policy gives
 */
export function roleSteps(
  logged: LoggedPerson,
  causes: readonly EventRow[],
  batch: Batch,
  rolesOf: (person: Person) => readonly string[],
): RoleStep[] {
  const { entries } = logged;
  const places = new Map(entries.map(([seq], index) => [seq, index]));
  const after = entries.findIndex(([seq]) => BigInt(seq) > BigInt(batch.last));
  logged.rewind(after < 0 ? entries.length : after);
  const steps: RoleStep[] = [];
  // Backwards, as the person is.
  for (const cause of [...causes].reverse()) {
    const place = places.get(cause.seq);
    if (place === undefined) continue;
    steps.push({ roles: rolesOf(logged.person()), cause, mark: 2n * BigInt(cause.seq) + 1n });
    logged.rewind(place);
  }
  // One request that changed both made one change.
  const told = new Set(steps.map(({ cause }) => cause.context.request.id));
  const other = causes.findLast(({ seq, context }) => !places.has(seq) && !told.has(context.request.id));
  if (other) steps.push({ roles: rolesOf(logged.person()), cause: other, mark: 2n * BigInt(batch.first) });
  return withoutRepetition(steps.reverse());
}

function withoutRepetition(steps: readonly RoleStep[]): RoleStep[] {
  return steps.filter(({ roles }, i) => {
    const before = steps[i - 1]?.roles;
    return !before || before.length !== roles.length || before.some((role, k) => role !== roles[k]);
  });
}
