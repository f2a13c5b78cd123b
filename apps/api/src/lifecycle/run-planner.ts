import { Inject, Injectable } from '@nestjs/common';
import type { EventRow } from '@provost/event-log';
import { PeopleScan } from '../mapping';
import { type LifecycleRules, mayFire } from './lifecycle-rules';
import { PlanReader } from './plan-reader';
import { RunBeginnings } from './run-beginnings';
import { planRuns } from './run-plan';

/** Events that are planned together. */
const AT_ONCE = 500;

/** Turns the events of a tenant into runs, each once, whatever comes twice. */
@Injectable()
export class RunPlanner {
  constructor(
    @Inject(PlanReader) private readonly reader: PlanReader,
    @Inject(RunBeginnings) private readonly beginnings: RunBeginnings,
    @Inject(PeopleScan) private readonly people: PeopleScan,
  ) {}

  /** @param concerned events of one tenant in their order */
  async plan(tenantId: string, concerned: readonly EventRow[], rules: LifecycleRules): Promise<void> {
    const firing = concerned.filter(({ type }) => mayFire(type, rules));
    const events = (await Promise.all(firing.map((event) => this.ofPeople(tenantId, event)))).flat();
    for (let i = 0; i < events.length; i += AT_ONCE) await this.write(tenantId, events.slice(i, i + AT_ONCE), rules);
  }

  private async write(tenantId: string, events: readonly EventRow[], rules: LifecycleRules): Promise<void> {
    const inputs = await this.reader.inputs(tenantId, events, rules);
    const steps = planRuns(events, inputs);
    if (steps.length) await this.beginnings.begin(tenantId, steps, inputs.rules);
  }

  /**
   * A group that joins another takes its people along; when it leaves, so do they, but for those who are there by another way. The
   * event counts for each of them as if it were theirs.
   */
  private async ofPeople(tenantId: string, event: EventRow): Promise<EventRow[]> {
    const { type, subject_type: subject, subject_id: member, group_id: group } = event;
    if (subject !== 'Group') return [event];
    const people = await this.people.below(tenantId, [member!]);
    const leave = type === 'group.member_removed' && people.length > 0;
    const staying = new Set(leave ? await this.people.below(tenantId, [group!]) : []);
    const concerned = people.filter((id) => !staying.has(id));
    return concerned.map((id) => ({ ...event, subject_type: 'User', subject_id: id }));
  }
}
