import { Inject, Injectable } from '@nestjs/common';
import { nameOfAction } from '@provost/access-policy';
import { statement, TenantDatabase, type TenantTransaction, uuidV7 } from '@provost/entities';
import type { EventRow } from '@provost/event-log';
import { Environment } from '../config';
import { invalid } from '../http';
import { ActionRegistry } from './actions';
import { PlanReader } from './plan-reader';
import { planRuns, type PlannedRun } from './run-plan';
import { writeReturns } from './run-plan-writes';
import { claimed, LIFECYCLE_CONTEXT, RunWork } from './run-work';
import type { SimulatedEventDto } from './simulation.dto';

/** Later than any event that there is. */
const NEXT_SEQ = '9223372036854775807';
const ROLLBACK = statement('simulation.rollback', 'ROLLBACK');

export interface SimulatedRun {
  readonly rule: string;
  readonly trigger: string;
  /** The safeguard that would hold the destructive actions. */
  readonly heldBy: string | null;
  readonly actions: {
    readonly action: string;
    readonly state: 'done' | 'held';
    readonly description: string;
    readonly result: object | null;
  }[];
}

/**
 * Says what an event would fire and what each action would do: it does it, as a worker would, in a transaction that is rolled
 * back, so what it says is what would happen.
 */
@Injectable()
export class Simulations {
  constructor(
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(PlanReader) private readonly reader: PlanReader,
    @Inject(RunWork) private readonly work: RunWork,
    @Inject(ActionRegistry) private readonly registry: ActionRegistry,
    @Inject(Environment) private readonly environment: Environment,
  ) {}

  /** @throws Problem 400 when a group is needed and not named */
  async simulate(tenantId: string, event: SimulatedEventDto): Promise<{ fires: SimulatedRun[] }> {
    if (event.type.startsWith('group.') && !event.groupId)
      throw invalid([{ pointer: '/event/groupId', detail: `must be given for ${event.type}` }]);
    const row = eventRow(tenantId, event);
    const steps = planRuns([row], await this.reader.inputs(tenantId, [row], await this.reader.rules(tenantId)));
    const fires = await this.db.transaction({ tenantId }, async (tx) => {
      const simulated: SimulatedRun[] = [];
      for (const { returns, runs } of steps) {
        await writeReturns(tx, tenantId, returns, row.occurred_at);
        for (const run of runs) simulated.push(await this.run(tx, tenantId, run));
      }
      await tx.query(ROLLBACK, []);
      return simulated;
    });
    return { fires };
  }

  private async run(tx: TenantTransaction, tenantId: string, run: PlannedRun): Promise<SimulatedRun> {
    const { done } = await this.work.perform(tx, tenantId, [{ ...claimed(run), hypothetical: true }]);
    const byPosition = new Map(done.map((one) => [one.task.position, one]));
    return {
      rule: run.rule,
      trigger: run.trigger,
      heldBy: run.hold ?? null,
      actions: run.actions.map(({ action }, position) => {
        const name = nameOfAction(action, this.environment.APP_NAME);
        const one = byPosition.get(position);
        if (!one) {
          const { about } = this.registry.get(action);
          return { action: name, state: 'held', description: `A safeguard would hold this: ${about}`, result: null };
        }
        const { outcome, sentence: description } = one;
        const result = outcome.state === 'done' ? outcome.result : null;
        return { action: name, state: outcome.state, description, result };
      }),
    };
  }
}

function eventRow(tenantId: string, { type, userId, groupId }: SimulatedEventDto): EventRow {
  return {
    ...{ tenant_id: tenantId, seq: NEXT_SEQ, id: uuidV7(), occurred_at: new Date(), type },
    ...{ subject_type: 'User', subject_id: userId, group_id: groupId ?? null },
    ...{ context: LIFECYCLE_CONTEXT, data: null, sealed: null },
  };
}
