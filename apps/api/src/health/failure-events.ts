import { type BeforeApplicationShutdown, Inject, Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { isUuid, TenantDatabase } from '@provost/entities';
import { appendEvents, EventSignal, type NewEvent } from '@provost/event-log';
import { FaultLog } from '../http';
import { type FinishedRequest, RequestObservers } from '../telemetry';
import { eventContext } from '../tenancy';
import { impersonal } from './impersonal';
import { isTenantsScim, outcomeOf } from './scim-outcome';
import { TenantFailures } from './tenant-failures';

const FLUSH_MS = 1_000;

/**
 * Tells the log of SCIM requests that were refused or failed, for whoever wonders why Okta shows a task as failed: what was asked, of
 * whom, and what was answered. Written a moment later and bounded for each tenant, so that a broken client costs little.
 */
@Injectable()
export class FailureEvents implements BeforeApplicationShutdown {
  private readonly tenants = new Map<string, TenantFailures>();
  private writing: Promise<void> = Promise.resolve();

  constructor(
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(EventSignal) private readonly signal: EventSignal,
    @Inject(FaultLog) private readonly faults: FaultLog,
    @Inject(RequestObservers) observers: RequestObservers,
  ) {
    observers.add((finished) => {
      if (finished.status >= 400 && isTenantsScim(finished)) this.note(finished);
    });
  }

  @Interval(FLUSH_MS)
  flush(): Promise<void> {
    return this.tenants.size ? this.soon(false) : this.writing;
  }

  /** Before the database module closes its connections. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.soon(true);
  }

  private note(finished: FinishedRequest): void {
    const outcome = outcomeOf(finished);
    if (outcome === 'succeeded') return;
    const { request, route, status } = finished;
    const { tenantId } = request.user!;
    const failures = this.tenants.get(tenantId) ?? new TenantFailures(tenantId, Date.now());
    this.tenants.set(tenantId, failures);
    const kind = `${request.method} ${route} ${status}`;
    const failure = { at: new Date(), context: eventContext(request), event: eventOf(finished, tenantId), kind };
    if (outcome === 'throttled') failures.throttle(failure);
    else failures.add(failure);
  }

  private soon(all: boolean): Promise<void> {
    return (this.writing = this.writing.then(() => this.write(all)));
  }

  private async write(all: boolean): Promise<void> {
    let written = false;
    for (const [tenantId, failures] of this.tenants) {
      const told = failures.take(Date.now(), all);
      for (const [i, { at, context, event }] of told.entries())
        try {
          await appendEvents(this.db, { tenantId }, context, [event], at);
          written = true;
        } catch (error) {
          this.faults.warn('Failed requests were not told to the log and will be told later.', error);
          failures.putBack(told.slice(i));
          return;
        }
      if (failures.isIdle(Date.now())) this.tenants.delete(tenantId);
    }
    if (written) this.signal.announce();
  }
}

function eventOf({ request: { method, params, refusal }, route, status }: FinishedRequest, tenantId: string): NewEvent {
  const { id } = (params ?? {}) as { id?: unknown };
  const about = typeof id === 'string' && isUuid(id) ? /\/(User|Group)s\/:id$/.exec(route)?.[1] : undefined;
  const { scimType, detail } = refusal ?? {};
  return {
    type: 'error.scim_request',
    subjectType: about ?? 'Tenant',
    subjectId: about ? (id as string) : tenantId,
    ...(about === 'Group' && { groupId: id as string }),
    data: {
      ...{ method, route, status },
      ...(scimType !== undefined && { scimType }),
      ...(detail !== undefined && { detail: impersonal(detail) }),
    },
  };
}
