import { Inject, Injectable } from '@nestjs/common';
import { TenantDatabase } from '@provost/entities';
import { type EventConsumer, type EventRow, EventSignal } from '@provost/event-log';
import { Consumers } from '../audit';
import { HoldOpenings } from './hold-openings';
import { mayFire } from './lifecycle-rules';
import { PlanReader } from './plan-reader';
import { planRuns } from './run-plan';
import { writeReturns, writeRuns } from './run-plan-writes';
import { RunWorker } from './run-worker';

const CONCERNED = new Set([
  'user.created',
  'user.deactivated',
  'user.reactivated',
  'user.restored',
  'user.deleted',
  'group.member_added',
  'group.member_removed',
  'lifecycle.removal_missed',
]);

/** Turns events into runs. An event that comes again plans what is planned already, which changes nothing. */
@Injectable()
export class LifecycleConsumer implements EventConsumer {
  readonly name = 'lifecycle';

  constructor(
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(EventSignal) private readonly signal: EventSignal,
    @Inject(PlanReader) private readonly reader: PlanReader,
    @Inject(HoldOpenings) private readonly holds: HoldOpenings,
    @Inject(RunWorker) private readonly worker: RunWorker,
    @Inject(Consumers) consumers: Consumers,
  ) {
    consumers.register(this);
  }

  async handle(events: readonly EventRow[]): Promise<void> {
    const tenants = new Map<string, EventRow[]>();
    for (const event of events) {
      if (!CONCERNED.has(event.type)) continue;
      const known = tenants.get(event.tenant_id);
      if (known) known.push(event);
      else tenants.set(event.tenant_id, [event]);
    }
    for (const [tenantId, concerned] of tenants) await this.plan(tenantId, concerned);
  }

  private async plan(tenantId: string, concerned: readonly EventRow[]): Promise<void> {
    const rules = await this.reader.rules(tenantId);
    const events = concerned.filter(({ type }) => mayFire(type, rules));
    if (!events.length) return;
    const inputs = await this.reader.inputs(tenantId, events);
    const steps = planRuns(events, inputs);
    if (!steps.length) return;
    const at = new Date();
    const opened = await this.db.transaction({ tenantId }, async (tx) => {
      const { holds, opened } = await this.holds.open(tx, tenantId, steps, inputs.rules, at);
      for (const { returns, runs } of steps) {
        await writeReturns(tx, tenantId, returns, at);
        await writeRuns(tx, tenantId, runs, holds, at);
      }
      return opened;
    });
    if (opened) this.signal.announce();
    this.worker.wake(tenantId);
  }
}
