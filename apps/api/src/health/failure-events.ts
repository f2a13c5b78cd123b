import { type BeforeApplicationShutdown, Inject, Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { isUuid, TenantDatabase } from '@provost/entities';
import { appendEvents, EventSignal, type NewEvent } from '@provost/event-log';
import { FaultLog } from '../http';
import { type FinishedRequest, RequestObservers } from '../telemetry';
import { eventContext, type Refusal } from '../tenancy';
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
      if ((finished.status >= 400 || finished.request.operations) && isTenantsScim(finished)) this.note(finished);
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
    const { request, route, status } = finished;
    const { tenantId } = request.user!;
    const at = new Date();
    for (const one of failuresOf(finished)) {
      const failures = this.tenants.get(tenantId) ?? new TenantFailures(tenantId, at.getTime());
      this.tenants.set(tenantId, failures);
      const kind = `${request.method} ${route} ${one.status}`;
      const failure = { at, context: eventContext(request), event: eventOf(one, tenantId), kind };
      if (status === 429) failures.throttle(failure);
      else failures.add(failure);
    }
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

/** A request that failed, or an operation of one that carried many. */
interface Failed {
  readonly method: string;
  readonly route: string;
  readonly status: number;
  /** Of an operation: its endpoint, such as `/Users`. */
  readonly endpoint?: string;
  readonly about: { readonly type: 'User' | 'Group'; readonly id: string } | undefined;
  readonly refusal: Refusal | undefined;
}

function failuresOf({ request, route, status }: FinishedRequest): Failed[] {
  const { method, params, refusal, operations = [] } = request;
  if (status >= 400) {
    const { id } = (params ?? {}) as { id?: unknown };
    const about = subjectOf(/\/(User|Group)s\/:id$/.exec(route)?.[1], id);
    return outcomeOf(method, status) === 'succeeded' ? [] : [{ method, route, status, about, refusal }];
  }
  return operations
    .filter((one) => outcomeOf(one.method, one.status) !== 'succeeded')
    .map((one) => {
      const [, endpoint = '', id] = one.path.split('/');
      const resource = /^(User|Group|Role|Entitlement)s?$/i.exec(endpoint)?.[1];
      const about = subjectOf(resource, id);
      return { ...one, route, endpoint: resource ? `/${endpoint}` : '/…', about, refusal: one.refusal };
    });
}

function subjectOf(type: string | undefined, id: unknown): Failed['about'] {
  return (type === 'User' || type === 'Group') && typeof id === 'string' && isUuid(id) ? { type, id } : undefined;
}

function eventOf({ method, route, status, endpoint, about, refusal }: Failed, tenantId: string): NewEvent {
  const { scimType, detail } = refusal ?? {};
  return {
    type: 'error.scim_request',
    subjectType: about?.type ?? 'Tenant',
    subjectId: about?.id ?? tenantId,
    ...(about?.type === 'Group' && { groupId: about.id }),
    data: {
      ...{ method, route, status },
      ...(endpoint !== undefined && { operation: `${method} ${endpoint}` }),
      ...(scimType !== undefined && { scimType }),
      ...(detail !== undefined && { detail: impersonal(detail) }),
    },
  };
}
