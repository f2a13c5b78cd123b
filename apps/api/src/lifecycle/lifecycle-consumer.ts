import { Inject, Injectable } from '@nestjs/common';
import type { EventConsumer, EventRow } from '@provost/event-log';
import { Consumers } from '../audit';
import { PlanReader } from './plan-reader';
import { RunPlanner } from './run-planner';
import { StagedPeople } from './staged-people';

const CONCERNED = new Set([
  'user.created',
  'user.deactivated',
  'user.reactivated',
  'user.restored',
  'user.deleted',
  'group.member_added',
  'group.member_removed',
  'lifecycle.removal_missed',
  'lifecycle.rollout_reached',
]);
/** Besides those, what may bring the rollout to somebody. */
const REACHING = new Set(['user.updated', 'group.updated', 'config.changed']);

/** Turns events into runs. An event that comes again plans what is planned already, which changes nothing. */
@Injectable()
export class LifecycleConsumer implements EventConsumer {
  readonly name = 'lifecycle';

  constructor(
    @Inject(PlanReader) private readonly reader: PlanReader,
    @Inject(RunPlanner) private readonly planner: RunPlanner,
    @Inject(StagedPeople) private readonly staged: StagedPeople,
    @Inject(Consumers) consumers: Consumers,
  ) {
    consumers.register(this);
  }

  async handle(events: readonly EventRow[]): Promise<void> {
    const tenants = new Map<string, EventRow[]>();
    for (const event of events) {
      if (!CONCERNED.has(event.type) && !REACHING.has(event.type)) continue;
      const known = tenants.get(event.tenant_id);
      if (known) known.push(event);
      else tenants.set(event.tenant_id, [event]);
    }
    for (const [tenantId, own] of tenants) {
      const rules = await this.reader.rules(tenantId);
      const firing = own.filter(({ type }) => CONCERNED.has(type));
      // Before anything is planned: whoever is found staged here, and not when it is planned, arrives twice, which is once; the
      // other way round they would never arrive.
      if (rules.staged) await this.staged.follow(tenantId, own);
      if (firing.length) await this.planner.plan(tenantId, firing, rules);
    }
  }
}
