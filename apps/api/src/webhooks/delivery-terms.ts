import { Injectable } from '@nestjs/common';
import { type ResolveHost, resolveHost } from './resolve-host';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;

/** How long, how often and how many: the numbers of the deliveries, in one place. */
@Injectable()
export class DeliveryTerms {
  /** From the look-up of the name to the end of the answer. */
  timeoutMs = 10 * SECOND;
  /** A delivery is tried that long, then it is parked. */
  giveUpAfterMs = 72 * HOUR;
  firstRetryMs = 5 * SECOND;
  longestRetryMs = 6 * HOUR;
  /** Deliveries under way to one endpoint, from one process. */
  perEndpoint = 16;
  /** Deliveries under way in one process; far more than the dead endpoints of a bad day can hold. */
  inAll = 2_000;
  /** So many attempts in a row that found nobody able to answer, and the endpoint is left alone for a while. */
  failuresToPause = 5;
  firstPauseMs = 5 * SECOND;
  longestPauseMs = 300 * SECOND;
  /** Delivered ones are shown that long. */
  keepDeliveredMs = 30 * 24 * HOUR;
  resolve: ResolveHost = resolveHost;

  /** How long to wait after that many attempts: doubled each time, somewhere in the upper half of it. */
  backoffMs(attempts: number): number {
    const ms = Math.min(this.firstRetryMs * 2 ** Math.min(attempts - 1, 30), this.longestRetryMs);
    return ms * (0.5 + Math.random() / 2);
  }
}
