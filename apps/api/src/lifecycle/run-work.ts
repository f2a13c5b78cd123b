import type { ActionCode } from '@provost/access-policy';
import { Inject, Injectable } from '@nestjs/common';
import { DatabaseUnavailable, TenantDatabase, type TenantTransaction, uuidV7 } from '@provost/entities';
import { appendEvents, type EventContext, EventSignal, type NewEvent } from '@provost/event-log';
import { type ActionBatch, ActionRegistry, type ActionTask, type LifecycleAction, type Outcome } from './actions';
import { PeopleOfRuns, type PersonOfRun } from './people-of-runs';
import type { PlannedRun } from './run-plan';
import * as sql from './run-statements';

/** Runs that share a transaction. */
export const MOST_CLAIMED = 100;
/** How long an action waits after each failed attempt; after one more it is parked. */
const BACKOFF_MS = [1_000, 5_000, 30_000, 120_000, 600_000, 3_600_000, 21_600_000] as const;
const MOST_ERROR = 1_000;
export const LIFECYCLE_CONTEXT: EventContext = {
  actor: { type: 'system', id: 'lifecycle' },
  request: { id: 'lifecycle' },
};

interface ClaimedAction {
  position: number;
  action: ActionCode;
  arguments: Record<string, unknown>;
  state: string;
  result: Record<string, unknown> | null;
  attempts: number;
}
/** A run that is locked by the transaction at hand. */
export interface ClaimedRun {
  id: string;
  event_id: string;
  event_seq: string;
  rule: string;
  trigger: string;
  user_id: string;
  group_id: string | null;
  state: string;
  requested_at: Date;
  started_at: Date | null;
  actions: ClaimedAction[];
  /** Only to see what would be done. */
  hypothetical?: boolean;
}
/** What an action of a run came to. */
export interface DoneAction {
  readonly task: ActionTask;
  readonly action: ActionCode;
  readonly outcome: Outcome;
  readonly sentence: string;
}

/** What an action did, to be said in any language. */
interface Told {
  readonly action: LifecycleAction;
  readonly result: Readonly<Record<string, unknown>>;
  readonly nameOf: (id: string) => string;
}
/** What was done in a transaction, since when, and what it tells. */
export interface Performed {
  readonly at: Date;
  readonly done: readonly DoneAction[];
  readonly events: readonly NewEvent[];
}

/** What became of runs in a transaction. */
export interface RunResults extends Performed {
  readonly ended: Date;
  readonly runs: readonly { readonly run: ClaimedRun; readonly state: 'running' | 'failed' | 'held' | 'done' }[];
}

/**
 * Carries runs out. Many runs share a transaction and each kind of action in them is done with a few statements; when one of
 * them fails, nothing has happened, and each is done alone, an action a transaction, so that only that one waits. What an action
 * does, that it is done, and its events are one transaction: a worker that dies has done all of it or nothing.
 */
@Injectable()
export class RunWork {
  constructor(
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(EventSignal) private readonly signal: EventSignal,
    @Inject(ActionRegistry) private readonly registry: ActionRegistry,
    @Inject(PeopleOfRuns) private readonly people: PeopleOfRuns,
  ) {}

  /**
   * Does what is due in a tenant, up to a hundred runs.
   * @returns whether there may be more
   * @throws DatabaseUnavailable
   */
  async some(tenantId: string): Promise<boolean> {
    let claimed: ClaimedRun[] = [];
    try {
      await this.db.transaction({ tenantId }, async (tx) => {
        claimed = [];
        if (!(await this.tryLock(tx, tenantId))) return;
        claimed = await tx.query<ClaimedRun>(sql.CLAIM_MANY, [tenantId, MOST_CLAIMED]);
        if (claimed.length) await this.finish(tx, tenantId, claimed, await this.perform(tx, tenantId, claimed));
      });
    } catch (error) {
      if (error instanceof DatabaseUnavailable || !claimed.length) throw error;
      for (const { id } of claimed) await this.alone(tenantId, id);
    }
    if (claimed.length) this.signal.announce();
    return claimed.length > 0;
  }

  /** @returns false when another transaction works for the tenant */
  async tryLock(tx: TenantTransaction, tenantId: string): Promise<boolean> {
    const [lock] = await tx.query<{ got: boolean }>(sql.TRY_LOCK, [tenantId]);
    return lock!.got;
  }

  /** One run, an action at a time, until it is through or an action has failed. */
  private async alone(tenantId: string, runId: string): Promise<void> {
    for (let more = true; more;) {
      let current: ClaimedAction | undefined;
      try {
        more = await this.db.transaction({ tenantId }, async (tx) => {
          current = undefined;
          await tx.query(sql.LOCK, [tenantId]);
          const [run] = await tx.query<ClaimedRun>(sql.CLAIM_ONE, [tenantId, runId]);
          current = run?.actions.find(({ state }) => state === 'pending');
          if (!run) return false;
          await this.finish(tx, tenantId, [run], await this.perform(tx, tenantId, [run], 1));
          return run.actions.filter(({ state }) => state === 'pending').length > 1;
        });
      } catch (error) {
        if (error instanceof DatabaseUnavailable || !current) throw error;
        await this.failed(tenantId, runId, current, error);
        return;
      }
    }
  }

  /**
   * Does the pending actions of runs, each of another user, in the transaction at hand.
   * @param most of each run at most so many
   */
  async perform(
    tx: TenantTransaction,
    tenantId: string,
    runs: readonly ClaimedRun[],
    most = Infinity,
  ): Promise<Performed> {
    const people = await this.people.load(
      tx,
      tenantId,
      runs.map(({ user_id, event_seq, actions }) => ({ userId: user_id, eventSeq: event_seq, actions })),
    );
    const at = new Date();
    const done: DoneAction[] = [];
    const events: NewEvent[] = [];
    const told = new Map<string, Told[]>(runs.map((run) => [run.id, this.told(run, people)]));
    const pending = runs.map((run) => ({ run, actions: run.actions.filter(({ state }) => state === 'pending') }));
    const rounds = Math.min(most, Math.max(...pending.map(({ actions }) => actions.length)));
    for (let round = 0; round < rounds; round++) {
      const kinds = new Map<ActionCode, ActionTask[]>();
      for (const { run, actions } of pending) {
        const action = actions[round];
        if (action) kinds.set(action.action, [...(kinds.get(action.action) ?? []), taskOf(run, action)]);
      }
      for (const [code, tasks] of kinds) {
        const action = this.registry.get(code);
        const batch: ActionBatch = {
          ...{ tx, tenantId, at, tasks, people },
          done: (runId, locale) => told.get(runId)!.map((one) => sentenceOf(one, locale)),
          tell: (event) => events.push(event),
        };
        const outcomes = await action.execute(batch);
        for (const task of tasks) {
          const outcome = outcomes.get(task.runId);
          if (!outcome) throw new Error(`${code} says nothing of the run ${task.runId}.`);
          if (outcome.state === 'held') {
            done.push({ task, action: code, outcome, sentence: outcome.reason });
            continue;
          }
          const one = { action, result: outcome.result, nameOf: namesOf(people, task.userId) };
          told.get(task.runId)!.push(one);
          done.push({ task, action: code, outcome, sentence: sentenceOf(one) });
        }
      }
    }
    return { at, done, events };
  }

  /** Marks what was done, and tells it. */
  private async finish(
    tx: TenantTransaction,
    tenantId: string,
    runs: readonly ClaimedRun[],
    performed: Performed,
  ): Promise<void> {
    const results = this.results(runs, performed);
    const { at: began, ended, done } = results;
    await tx.query(sql.FINISH_ACTIONS, [
      ...[tenantId, began, ended, done.map(({ task }) => task.runId), done.map(({ task }) => task.position)],
      done.map(({ outcome }) => outcome.state),
      done.map(({ outcome }) => (outcome.state === 'held' ? outcome.reason : null)),
      done.map(({ outcome }) => (outcome.state === 'done' ? JSON.stringify(outcome.result) : null)),
    ]);
    const states = results.runs.map(({ state }) => state);
    await tx.query(sql.FINISH_RUNS, [tenantId, began, ended, runs.map(({ id }) => id), states]);
    await this.tell(tx, tenantId, results);
  }

  /** What runs have come to by what was done. */
  results(runs: readonly ClaimedRun[], performed: Performed): RunResults {
    const done = new Map(runs.map(({ id }): [string, DoneAction[]] => [id, []]));
    for (const one of performed.done) done.get(one.task.runId)!.push(one);
    const states = runs.map((run) => ({ run, state: stateAfter(run, done.get(run.id)!) }));
    return { ...performed, ended: new Date(), runs: states };
  }

  /** Appends what was done to the log. */
  async tell(tx: TenantTransaction, tenantId: string, { events, runs, ended }: RunResults): Promise<void> {
    const told = runs.flatMap(({ run, state }) => runEvents(run, state));
    const started = told.filter(({ type }) => type === 'lifecycle.run_started');
    const others = told.filter(({ type }) => type !== 'lifecycle.run_started');
    await appendEvents(tx, { tenantId }, LIFECYCLE_CONTEXT, [...started, ...events, ...others], ended);
  }

  private async failed(tenantId: string, runId: string, action: ClaimedAction, error: unknown): Promise<void> {
    const wait = BACKOFF_MS[action.attempts];
    const reason = error instanceof Error ? error.message : String(error);
    const next = wait === undefined ? null : new Date(Date.now() + wait);
    await this.db.transaction({ tenantId }, async (tx) => {
      const values = [runId, action.position, reason.slice(0, MOST_ERROR), next ? 'pending' : 'failed', next];
      const rows = await tx.query(sql.FAIL_ACTION, [tenantId, ...values]);
      if (!rows.length || next) return;
      const data = { runId, action: action.action, attempts: action.attempts + 1 };
      const event = { type: 'lifecycle.run_failed', subjectType: 'LifecycleRun', subjectId: runId, data } as const;
      await appendEvents(tx, { tenantId }, LIFECYCLE_CONTEXT, [event]);
    });
  }

  /** What a run did before. */
  private told({ user_id: userId, actions }: ClaimedRun, people: ReadonlyMap<string, PersonOfRun>): Told[] {
    const done = actions.filter(({ state, result }) => state === 'done' && result);
    return done.map(({ action, result }) => ({
      ...{ action: this.registry.get(action), result: result! },
      nameOf: namesOf(people, userId),
    }));
  }
}

/** A run that was planned and is in no table yet, to be carried out. */
export function claimed({ event, userId, rule, trigger, actions, requestedAt }: PlannedRun): ClaimedRun {
  return {
    ...{ id: uuidV7(), event_id: event.id, event_seq: event.seq, rule, trigger, user_id: userId },
    ...{ group_id: event.group_id, state: 'pending', requested_at: requestedAt, started_at: null },
    actions: actions.map(({ action, arguments: given, held }, position) => ({
      ...{ position, action, arguments: { ...given }, state: held ? 'held' : 'pending', result: null, attempts: 0 },
    })),
  };
}

/** In the language of a locale such as de-AT, as mail is; in English where the action has no sentence in it. */
function sentenceOf({ action: { describe }, result, nameOf }: Told, locale = 'en'): string {
  const language = /^[a-z]{2,3}(?=$|[-_])/i.exec(locale)?.[0].toLowerCase() ?? 'en';
  return ((Object.hasOwn(describe, language) && describe[language]) || describe.en)(result, nameOf);
}

function namesOf(people: ReadonlyMap<string, PersonOfRun>, userId: string): (id: string) => string {
  return (id) => people.get(userId)?.nameOf(id) ?? id;
}

function taskOf(run: ClaimedRun, action: ClaimedAction): ActionTask {
  return {
    runId: run.id,
    position: action.position,
    userId: run.user_id,
    groupId: run.group_id,
    rule: run.rule,
    requestedAt: run.requested_at,
    arguments: action.arguments,
    hypothetical: run.hypothetical ?? false,
  };
}

/** @param done of this run */
function stateAfter(run: ClaimedRun, done: readonly DoneAction[]): 'running' | 'failed' | 'held' | 'done' {
  const now = new Map(done.map((one) => [one.task.position, one.outcome]));
  const states = run.actions.map(({ position, state }) => now.get(position)?.state ?? state);
  if (states.includes('pending')) return 'running';
  if (states.includes('failed')) return 'failed';
  return states.includes('held') ? 'held' : 'done';
}

function runEvents(run: ClaimedRun, state: string): NewEvent[] {
  const about = { runId: run.id, rule: run.rule, trigger: run.trigger, eventId: run.event_id };
  const subject = { subjectType: 'User', subjectId: run.user_id, ...(run.group_id && { groupId: run.group_id }) };
  const events: NewEvent[] = [];
  if (run.started_at === null) events.push({ type: 'lifecycle.run_started', ...subject, data: about });
  if (state === 'running') return events;
  events.push({ type: 'lifecycle.run_completed', ...subject, data: { ...about, state } });
  if (state === 'done' && run.rule === 'user_removal')
    events.push({ type: 'user.deprovisioned', ...subject, data: { runId: run.id } });
  return events;
}
