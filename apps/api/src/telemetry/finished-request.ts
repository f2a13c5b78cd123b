import { Injectable } from '@nestjs/common';
import type { AuthenticatedRequest } from '../tenancy';

/** A request as whoever watches them sees it. */
export type WatchedRequest = AuthenticatedRequest;

/** A request that was answered. */
export interface FinishedRequest {
  readonly request: WatchedRequest;
  /** The pattern of its route, of which there are few; never an address, which holds ids. */
  readonly route: string;
  readonly status: number;
  /** From the moment that its head was read to the one that its answer was handed to the network. */
  readonly ms: number;
}

/** Hears of every request. It is called on the way of each, so it may neither wait nor throw. */
export type RequestObserver = (finished: FinishedRequest) => void;

/** Who hears of requests that were answered. */
@Injectable()
export class RequestObservers {
  private readonly known: RequestObserver[] = [];

  add(observer: RequestObserver): void {
    this.known.push(observer);
  }

  tell(finished: FinishedRequest): void {
    for (const observer of this.known) observer(finished);
  }
}
