import { Inject, Injectable } from '@nestjs/common';
import { FaultLog } from '../http';
import { type FinishedRequest, RequestObservers } from './finished-request';

/** Asked every few seconds by machines: of interest to nobody but them. */
const PROBES = /^\/(health\/|metrics)/;

/**
 * A line for each request. The route stands for the address, which holds ids and, in a query, names; the id of the request leads to its
 * events, where what it did is told.
 */
@Injectable()
export class RequestLog {
  constructor(
    @Inject(FaultLog) private readonly log: FaultLog,
    @Inject(RequestObservers) observers: RequestObservers,
  ) {
    if (log.tells) observers.add((finished) => this.write(finished));
  }

  private write({ request, route, status, ms }: FinishedRequest): void {
    if (PROBES.test(route)) return;
    const { id, method, user } = request;
    this.log.request({
      ...{ request: id, method, route, status, ms: Math.round(ms * 100) / 100 },
      ...{ tenant: user?.tenantId, credential: user?.credentialId },
    });
  }
}
