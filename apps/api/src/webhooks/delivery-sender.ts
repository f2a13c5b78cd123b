import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { EventSignal } from '@provost/event-log';
import { Environment } from '../config';
import { FaultLog } from '../http';
import { WorkerName } from '../jobs';
import type { Claim, Settled } from './claim';
import { DeliveryQueue } from './delivery-queue';
import { MessageSender } from './message-sender';

/** The net under the signal, and how soon the leases of a dead worker are found. */
const POLL_MS = 1_000;
/** A busy log wakes no more often than that; what this process has put into the queue itself does not wait for it. */
const SPACING_MS = 100;
/** Tenants that are looked after at once: connections that it takes from the pool. */
const HANDS = 3;
/** What is under way at the end is waited for that long; then it is left to whoever comes next. */
const DRAIN_MS = 3_000;

/**
 * Sends the deliveries that are due, in every process that works jobs. A tenant's turn is one statement that records what
 * its attempts came to and one that claims what may go out next; while attempts are under way nothing waits for them but
 * deliveries of the same endpoint.
 */
@Injectable()
export class DeliverySender implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly asked = new Set<string>();
  private readonly inHand = new Map<string, Promise<void>>();
  private readonly settled = new Map<string, Settled[]>();
  /** By tenant and webhook, until they are recorded. */
  private readonly underWay = new Map<string, Map<string, number>>();
  private total = 0;
  private readonly stopping = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private timerAt = Infinity;
  private scanning = Promise.resolve();
  private disturbed = false;
  private stopped = false;
  private off: () => void = () => undefined;

  constructor(
    @Inject(DeliveryQueue) private readonly queue: DeliveryQueue,
    @Inject(MessageSender) private readonly sender: MessageSender,
    @Inject(WorkerName) private readonly worker: WorkerName,
    @Inject(EventSignal) private readonly signal: EventSignal,
    @Inject(Environment) private readonly environment: Environment,
    @Inject(FaultLog) private readonly faults: FaultLog,
  ) {
    // Each message that is under way listens, once.
    setMaxListeners(0, this.stopping.signal);
  }

  onApplicationBootstrap(): void {
    if (!this.environment.worksJobs) return;
    this.off = this.signal.onWake(() => this.scanIn(SPACING_MS));
    this.scanIn(0);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.off();
    this.stopped = true;
    clearTimeout(this.timer);
    await this.scanning;
    for (const deadline = Date.now() + DRAIN_MS; this.total && Date.now() < deadline; await delay(10));
    this.stopping.abort();
    while (this.inHand.size) await Promise.all(this.inHand.values());
  }

  /** There may be something to send for a tenant. */
  ask(tenantId: string): void {
    if (!this.environment.worksJobs) return;
    this.asked.add(tenantId);
    this.work();
  }

  private work(): void {
    for (const tenantId of this.asked) {
      if (this.inHand.size >= HANDS) return;
      if (this.inHand.has(tenantId)) continue;
      this.asked.delete(tenantId);
      const turn = this.turn(tenantId)
        .then(() => (this.disturbed = false))
        .catch((error: unknown) => this.failed(tenantId, error))
        .then(() => {
          this.inHand.delete(tenantId);
          this.work();
        });
      this.inHand.set(tenantId, turn);
    }
  }

  private async turn(tenantId: string): Promise<void> {
    const settled = this.settled.get(tenantId) ?? [];
    this.settled.delete(tenantId);
    if (settled.length) {
      try {
        const soonest = await this.queue.settle(tenantId, settled);
        for (const { claim } of settled) this.count(claim, -1);
        if (soonest !== undefined) this.scanIn(soonest);
      } catch (error) {
        this.settled.set(tenantId, [...settled, ...(this.settled.get(tenantId) ?? [])]);
        throw error;
      }
    }
    if (this.stopped) return;
    const claims = await this.queue.claim(
      tenantId,
      await this.worker.current(),
      this.underWay.get(tenantId),
      this.total,
    );
    for (const claim of claims) {
      this.count(claim, 1);
      void this.send(claim);
    }
  }

  private async send(claim: Claim): Promise<void> {
    const attempt = await this.sender.send(claim, this.stopping.signal);
    // What was broken off by us says nothing about the endpoint: the lease ends with this process, and another sends it.
    if (this.stopping.signal.aborted && attempt.error !== undefined) return;
    const { tenantId } = claim;
    const list = this.settled.get(tenantId);
    if (list) list.push({ claim, attempt });
    else this.settled.set(tenantId, [{ claim, attempt }]);
    this.ask(tenantId);
  }

  private count({ tenantId, webhook_id }: Claim, by: 1 | -1): void {
    const counts = this.underWay.get(tenantId) ?? new Map<string, number>();
    const count = (counts.get(webhook_id) ?? 0) + by;
    if (count) counts.set(webhook_id, count);
    else counts.delete(webhook_id);
    if (counts.size) this.underWay.set(tenantId, counts);
    else this.underWay.delete(tenantId);
    this.total += by;
  }

  private failed(tenantId: string, error: unknown): void {
    // A database that is away for long is worth one line, not one a second.
    if (!this.disturbed) this.faults.error('Webhook deliveries are disturbed and will be tried again.', error);
    this.disturbed = true;
    if (this.settled.has(tenantId) && !this.stopped) setTimeout(() => this.ask(tenantId), POLL_MS).unref();
  }

  /** Looks for work at the latest in so many milliseconds. */
  private scanIn(ms: number): void {
    const at = Date.now() + ms;
    if (this.stopped || at >= this.timerAt) return;
    clearTimeout(this.timer);
    this.timerAt = at;
    this.timer = setTimeout(() => {
      this.scanning = this.scanning.then(() => this.scan());
    }, ms);
  }

  private async scan(): Promise<void> {
    this.timerAt = Infinity;
    let next = POLL_MS;
    try {
      const freed = await this.queue.freeDead(await this.worker.current());
      const due = await this.queue.due();
      for (const tenantId of freed) this.ask(tenantId);
      for (const { tenant_id, ready, ms } of due) {
        if (ready) this.ask(tenant_id);
        next = Math.min(next, ms ?? POLL_MS);
      }
    } catch (error) {
      this.failed('', error);
    }
    this.scanIn(Math.max(next, SPACING_MS));
  }
}
