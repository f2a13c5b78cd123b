import { type ActionCode, addDuration, type Safeguard, type RuleAction } from '@provost/access-policy';
import type { EventRow } from '@provost/event-log';
import type { FiringRule, LifecycleRules, RuleName } from './lifecycle-rules';

/** What has to be known of somebody to say which rules an event of theirs fires. */
export interface Standing {
  /** Whether they are in the directory. */
  readonly present: boolean;
  /** The rollout has not come to them: nothing fires. */
  readonly staged: boolean;
  /** Whether they are in a group that group_mappings is bound to; asked of those whom the rollout has reached. */
  readonly mapped: boolean;
  /** The number of the event that made them leave, when they have left and not come back. */
  readonly left: bigint | undefined;
}

export interface PlannedAction extends RuleAction {
  readonly held: boolean;
}
export interface PlannedRun {
  readonly event: EventRow;
  readonly userId: string;
  readonly rule: RuleName;
  readonly trigger: string;
  readonly actions: readonly PlannedAction[];
  readonly hold: Safeguard | undefined;
  /** When the change was made: retention counts from there. */
  readonly requestedAt: Date;
}
/** Somebody came back: what made them leave before counts no more. */
export interface Return {
  readonly userId: string;
  readonly event: EventRow;
}
/** First the returns, then the runs. */
export interface PlanStep {
  readonly returns: Return[];
  readonly runs: PlannedRun[];
}

export interface PlanInputs {
  readonly rules: LifecycleRules;
  standing(userId: string): Standing;
  /** Whether whoever is in this group is in a group that group_mappings is bound to. */
  isMapped(groupId: string): boolean;
  /** Whether a safeguard may hold it. */
  isDestructive(action: ActionCode): boolean;
  /** When the changes that a safeguard counts were made, as far back as its window reaches. */
  readonly recent: Readonly<Record<Safeguard, readonly Date[]>>;
}

const LIMITED: Partial<Record<RuleName, Safeguard>> = {
  user_removal: 'deactivations',
  group_removal: 'group_removals',
};

/**
 * Says what events of one tenant fire, in their order. It changes nothing and can be asked again: the same events fire the same.
 * @returns steps to be written one after the other, in one transaction
 */
export function planRuns(events: readonly EventRow[], inputs: PlanInputs): PlanStep[] {
  const plan = new Plan(inputs);
  for (const event of events) plan.add(event);
  return plan.steps;
}

class Plan {
  readonly steps: PlanStep[] = [];
  private readonly left = new Map<string, bigint | undefined>();
  private readonly counted: Record<Safeguard, Date[]>;

  constructor(private readonly inputs: PlanInputs) {
    const { deactivations, group_removals } = inputs.recent;
    this.counted = { deactivations: [...deactivations], group_removals: [...group_removals] };
  }

  add(event: EventRow): void {
    if (event.subject_type !== 'User' || event.subject_id === null) return;
    const { rules } = this.inputs;
    const userId = event.subject_id;
    switch (event.type) {
      case 'user.deactivated':
      case 'user.deleted':
      case 'lifecycle.removal_missed':
        // Whoever was deactivated and is then deleted leaves once.
        if (this.leftAt(userId) === undefined && this.fire(event, userId, 'user_removal', rules.userRemoval))
          this.left.set(userId, BigInt(event.seq));
        return;
      case 'user.reactivated':
      case 'user.restored':
        return this.comesBack(event, userId);
      case 'user.created':
        if (rules.userCreation?.trigger === 'user_created')
          this.fire(event, userId, 'user_creation', rules.userCreation);
        return;
      case 'group.member_added':
        if (rules.userCreation?.trigger === 'user_added_to_group' && this.inputs.isMapped(event.group_id!))
          this.fire(event, userId, 'user_creation', rules.userCreation);
        return;
      case 'lifecycle.rollout_reached': {
        // Now they arrive: what would have fired then had they not been staged.
        const { present, mapped } = this.inputs.standing(userId);
        if (present && (rules.userCreation?.trigger === 'user_created' || mapped))
          this.fire(event, userId, 'user_creation', rules.userCreation);
        return;
      }
      case 'group.member_removed':
        // With the person themself everything goes; there is no access left to adjust.
        if (this.inputs.standing(userId).present) this.fire(event, userId, 'group_removal', rules.groupRemoval);
    }
  }

  private comesBack(event: EventRow, userId: string): void {
    const left = this.leftAt(userId);
    if (left === undefined || left > BigInt(event.seq)) return;
    if (this.step().runs.some((run) => run.userId === userId)) this.steps.push({ returns: [], runs: [] });
    this.step().returns.push({ userId, event });
    this.left.set(userId, undefined);
    const actions = [{ action: 'undo_removal' as const, arguments: {} }];
    this.push(event, userId, 'reactivation', { trigger: 'user_reactivated', actions });
  }

  /** @returns whether the rule is there and fires for them */
  private fire(event: EventRow, userId: string, name: RuleName, rule: FiringRule | undefined): boolean {
    if (!rule?.actions.length || this.inputs.standing(userId).staged) return false;
    this.push(event, userId, name, rule);
    return true;
  }

  private push(event: EventRow, userId: string, rule: RuleName, { trigger, actions }: FiringRule): void {
    const hold = this.isPastLimit(rule, event.occurred_at) ? LIMITED[rule] : undefined;
    const planned = actions.map((action) => ({
      ...action,
      held: hold !== undefined && this.inputs.isDestructive(action.action),
    }));
    this.step().runs.push({ event, userId, rule, trigger, actions: planned, hold, requestedAt: requestedAt(event) });
  }

  private isPastLimit(rule: RuleName, at: Date): boolean {
    const name = LIMITED[rule];
    const limit = name && this.inputs.rules.limits[name];
    if (!name || !limit) return false;
    const { months, milliseconds } = limit.window;
    const since = addDuration(at, { months: -months, milliseconds: -milliseconds });
    const before = this.counted[name].filter((time) => time > since && time <= at).length;
    this.counted[name].push(at);
    return before >= limit.count;
  }

  private leftAt(userId: string): bigint | undefined {
    return this.left.has(userId) ? this.left.get(userId) : this.inputs.standing(userId).left;
  }

  private step(): PlanStep {
    if (!this.steps.length) this.steps.push({ returns: [], runs: [] });
    return this.steps.at(-1)!;
  }
}

/** Who was found to have left did so before the event says it. */
function requestedAt({ type, data, occurred_at: at }: EventRow): Date {
  return type === 'lifecycle.removal_missed' ? new Date(data!.since as string) : at;
}
