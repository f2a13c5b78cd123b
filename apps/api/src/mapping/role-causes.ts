import type { EventRow } from '@provost/event-log';
import type { TenantMoment } from './logged-tenant';
import { type RolePoint, unitOf } from './role-steps';

/** A change that one request made at one time, as far as it was delivered. */
interface Unit {
  readonly name: string;
  end: bigint;
  /** The documents and groups that it left. */
  moment: TenantMoment;
}
type Causes = Map<Unit, EventRow>;

/** Which events of a batch may have changed whose roles. */
export class RoleCauses {
  private readonly units = new Map<string, Unit>();
  private readonly persons = new Map<string, Causes>();
  private readonly everybody: Causes = new Map();

  /** @param moment what the event left, whomever it concerns */
  seen(event: EventRow, moment: TenantMoment): void {
    const name = unitOf(event);
    const known = this.units.get(name);
    if (!known) this.units.set(name, { name, end: BigInt(event.seq), moment });
    else Object.assign(known, { end: BigInt(event.seq), moment });
  }

  /** Whom a seen event concerns, by their ids. */
  concerns(event: EventRow, ids: Iterable<string> | 'everybody'): void {
    const unit = this.units.get(unitOf(event))!;
    if (ids === 'everybody') this.everybody.set(unit, event);
    else
      for (const id of ids) {
        const known = this.persons.get(id);
        if (known) known.set(unit, event);
        else this.persons.set(id, new Map([[unit, event]]));
      }
  }

  get concernsEverybody(): boolean {
    return this.everybody.size > 0;
  }

  /** Whom events concern that do not concern everybody. */
  get people(): string[] {
    return [...this.persons.keys()];
  }

  /** Those of them who have just come, with whom nothing else has happened. */
  get arrivals(): string[] {
    return [...this.persons].flatMap(([id, causes]) => {
      const [cause, ...others] = causes.values();
      return cause!.type === 'user.created' && !others.length ? id : [];
    });
  }

  /** What was in force when roles may have changed. */
  get moments(): Set<TenantMoment> {
    const causes = [this.everybody, ...this.persons.values()];
    return new Set(causes.flatMap((units) => [...units.keys()].map(({ moment }) => moment)));
  }

  /** What may have changed somebody's roles: what is about them is told rather than what is about everybody. */
  pointsOf(id: string): RolePoint[] {
    const now = new Date();
    const own = this.persons.get(id);
    const causes = own ? new Map([...this.everybody, ...own]) : this.everybody;
    return [...causes].map(([{ name: unit, end, moment }, cause]) => ({
      ...{ unit, end, cause },
      rolesOf: (person) => moment.policy.names(person.person(moment.history), now).roles,
    }));
  }
}
