import { Inject, Injectable } from '@nestjs/common';
import type { EventConsumer, EventRow } from '@provost/event-log';
import { Consumers } from '../audit';
import { CONCERNING } from './affected';
import { LoggedPeople } from './logged-people';
import { LoggedPerson } from './logged-person';
import { LoggedTenants } from './logged-tenants';
import { RoleCauses } from './role-causes';
import { roleSteps } from './role-steps';
import { ToldRoles } from './told-roles';

/**
 * Tells every change of somebody's roles, whatever caused it, with the old and the new: it computes the roles of whoever an event
 * may concern, as of that event, and compares them with those that were told last (docs/adr/0015, 0034). Told once: the comparison, what
 * is kept and the event are one statement, so an event that comes a second time finds nothing to tell.
 */
@Injectable()
export class RoleChanges implements EventConsumer {
  readonly name = 'role-changes';
  /** The last number that was handled; undefined while a batch is under way. */
  private reached: string | undefined;

  constructor(
    @Inject(LoggedTenants) private readonly tenants: LoggedTenants,
    @Inject(LoggedPeople) private readonly people: LoggedPeople,
    @Inject(ToldRoles) private readonly told: ToldRoles,
    @Inject(Consumers) consumers: Consumers,
  ) {
    consumers.register(this);
  }

  async handle(events: readonly EventRow[], after: string, all = false): Promise<void> {
    // Another worker delivered meanwhile, or this one failed in the middle of a batch.
    if (after !== this.reached) this.tenants.forget();
    this.reached = undefined;
    const tenants = new Map<string, EventRow[]>();
    for (const event of events) {
      if (!CONCERNING.test(event.type)) continue;
      const known = tenants.get(event.tenant_id);
      if (known) known.push(event);
      else tenants.set(event.tenant_id, [event]);
    }
    for (const [tenantId, own] of tenants) {
      // A request that takes a group out of another and puts one in, or changes a name with the members, changes people once. Where a
      // delivery ends in between, what is to come is followed with what came; when it comes it changes nothing more.
      const rest = all ? [] : await this.tenants.restOf(own.at(-1)!);
      await this.inTenant(tenantId, [...own, ...rest], after);
    }
    this.reached = events.at(-1)?.seq ?? after;
  }

  private async inTenant(tenantId: string, events: readonly EventRow[], after: string): Promise<void> {
    const causes = await this.causes(tenantId, events, after);
    const policies = [...causes.moments].map(({ policy }) => policy);
    const wanted = {
      attributes: policies.some((policy) => policy.readsAttributes),
      userNames: policies.some((policy) => policy.readsUserNames),
    };
    const pages = causes.concernsEverybody
      ? this.people.all(tenantId, wanted, after)
      : this.people.of(tenantId, causes.people, causes.arrivals, wanted, after);
    for await (const page of pages) {
      const steps = page.flatMap((row) =>
        roleSteps(new LoggedPerson(row), causes.pointsOf(row.id)).map((step) => ({ ...step, userId: row.id })),
      );
      await this.told.tell(tenantId, steps);
    }
  }

  /** Follows the events, and finds whom each may concern. */
  private async causes(tenantId: string, events: readonly EventRow[], after: string): Promise<RoleCauses> {
    const tenant = await this.tenants.at(tenantId, after);
    const facts = await this.tenants.facts(tenantId, events, after);
    tenant.expect(events);
    const followed = events.map((event) => {
      const affected = tenant.follow(event, facts);
      return { event, affected, moment: tenant.moment };
    });
    const causes = new RoleCauses();
    // Most of a log concerns nobody's roles, and costs no more than a look at its types then.
    if (!followed.some(({ affected }) => affected)) return causes;
    for (const { event, affected, moment } of followed) {
      causes.seen(event, moment);
      if (affected?.kind === 'everybody') causes.concerns(event, 'everybody');
      else if (affected?.kind === 'person') causes.concerns(event, [affected.id]);
      else if (affected) causes.concerns(event, await this.people.below(tenantId, affected.id, after));
    }
    return causes;
  }
}
