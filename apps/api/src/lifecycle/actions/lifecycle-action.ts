import type { ActionCode, ActionDefinition } from '@provost/access-policy';
import type { TenantTransaction } from '@provost/entities';
import type { NewEvent } from '@provost/event-log';
import type { PersonOfRun } from '../people-of-runs';

/** An action that is to be carried out for one run. */
export interface ActionTask {
  readonly runId: string;
  readonly position: number;
  readonly userId: string;
  /** The group that was left, where one was. */
  readonly groupId: string | null;
  readonly rule: string;
  /** When the change was made that fired the rule. */
  readonly requestedAt: Date;
  readonly arguments: Readonly<Record<string, unknown>>;
  /** The change has not been made: what would be if it were. */
  readonly hypothetical: boolean;
}

/** The same action of several runs, each of another user, in one transaction. */
export interface ActionBatch {
  readonly tx: TenantTransaction;
  readonly tenantId: string;
  readonly at: Date;
  readonly tasks: readonly ActionTask[];
  /** The people of the tasks, by id; also those who were deleted. */
  readonly people: ReadonlyMap<string, PersonOfRun>;
  /** What the earlier actions of a run did, in sentences for people; in the language of a locale where they have it, else in English. */
  done(runId: string, locale?: string): readonly string[];
  /** Appends an event in the same transaction. */
  tell(event: NewEvent): void;
}

/** `held` waits, with a sentence that says for what, until somebody retries it. */
export type Outcome =
  | { readonly state: 'done'; readonly result: Readonly<Record<string, unknown>> }
  | { readonly state: 'held'; readonly reason: string };

/**
 * One thing that a rule can do: what documents may say of it, and how it is carried out, told and undone. It works on many runs with a few statements; what it does it writes into lifecycle_effects, a
 * row a thing, in the statement that does it.
 */
export interface LifecycleAction extends ActionDefinition {
  readonly code: ActionCode;
  /**
   * Carries it out. Its transaction also marks it as done, so it happens once for each (run, action); nothing outside the database
   * may happen here.
   * @returns for each task, by run
   * @throws what kept it from being done; nothing of the transaction has happened then, and it is tried again
   */
  execute(batch: ActionBatch): Promise<ReadonlyMap<string, Outcome>>;
  /** What it did, or would do, in a sentence for people, by language (ISO 639-1). */
  readonly describe: Readonly<Record<string, Sentence>> & { readonly en: Sentence };
  /** Undoes what it did in these runs, as far as nobody has changed it since. */
  undo?(batch: ActionBatch, runIds: readonly string[]): Promise<void>;
}

/** @param result of an outcome @param nameOf names a person by id */
export type Sentence = (result: Readonly<Record<string, unknown>>, nameOf: (id: string) => string) => string;

/** `3 pieces of content`, `1 piece of content`. */
export function counted(count: unknown, one: string, many: string): string {
  return `${String(count)} ${count === 1 ? one : many}`;
}
