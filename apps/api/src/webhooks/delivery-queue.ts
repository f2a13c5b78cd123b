import { Inject, Injectable } from '@nestjs/common';
import { TenantDatabase } from '@provost/entities';
import { appendEvents, type EventRow } from '@provost/event-log';
import { circuitChanges } from './circuit';
import type { Claim, Settled } from './claim';
import { CLAIM, DEAD, DISABLE, DUE, ENQUEUE, FREE, INTERESTED, SETTLE } from './delivery-statements';
import { DeliveryTerms } from './delivery-terms';

const SYSTEM = { actor: { type: 'system', id: 'webhooks' }, request: { id: 'webhooks' } };

/** The rows of the deliveries: who made them, who sends them, what became of them. Any number of workers may use it at once. */
@Injectable()
export class DeliveryQueue {
  constructor(
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(DeliveryTerms) private readonly terms: DeliveryTerms,
  ) {}

  /** Makes the deliveries of events, each once. @returns the tenants that have webhooks */
  async enqueue(events: readonly EventRow[]): Promise<string[]> {
    const tenants = [...new Set(events.map((event) => event.tenant_id))];
    const interested = await this.db.run<{ tenant_id: string }>('platform', INTERESTED, [tenants]);
    for (const { tenant_id: tenantId } of interested) {
      const own = events.filter((event) => event.tenant_id === tenantId);
      const columns = (['id', 'seq', 'type', 'occurred_at', 'subject_id'] as const).map((name) =>
        own.map((e) => e[name]),
      );
      await this.db.run({ tenantId }, ENQUEUE, [tenantId, ...columns, this.terms.giveUpAfterMs]);
    }
    return interested.map(({ tenant_id }) => tenant_id);
  }

  /** Which tenants may have something to send now, and in how many milliseconds they may have more, when that is known. */
  due(): Promise<{ tenant_id: string; ready: boolean; ms: number | null }[]> {
    return this.db.run('platform', DUE, []);
  }

  /** Frees what dead workers were sending. @param worker who asks @returns the tenants to which it belonged */
  async freeDead(worker: string): Promise<string[]> {
    const dead = await this.db.run<{ tenant_id: string; worker: string }>('platform', DEAD, [worker]);
    for (const { tenant_id: tenantId, worker: gone } of dead) await this.db.run({ tenantId }, FREE, [tenantId, gone]);
    return dead.map(({ tenant_id }) => tenant_id);
  }

  /**
   * Takes deliveries to send, in their order.
   * @param underWay how many this process is sending to which webhook of the tenant
   * @param total how many it is sending to all
   */
  async claim(
    tenantId: string,
    worker: string,
    underWay: ReadonlyMap<string, number> = new Map(),
    total = 0,
  ): Promise<Claim[]> {
    const { failuresToPause, perEndpoint, inAll } = this.terms;
    if (total >= inAll) return [];
    const busy = [[...underWay.keys()], [...underWay.values()]];
    const values = [tenantId, worker, ...busy, failuresToPause, perEndpoint, inAll - total];
    const rows = await this.db.run<Omit<Claim, 'tenantId' | 'worker'>>({ tenantId }, CLAIM, values);
    return rows.map((row) => ({ ...row, tenantId, worker }));
  }

  /** Records what became of attempts, in one transaction. @returns in how many milliseconds the first is tried again */
  async settle(tenantId: string, settled: readonly Settled[]): Promise<number | undefined> {
    const { failuresToPause, firstPauseMs, longestPauseMs } = this.terms;
    const circuits = circuitChanges(settled);
    const waits = settled.map(({ claim, attempt }) =>
      Math.max(this.terms.backoffMs(claim.attempts + 1), attempt.retryAfterMs ?? 0),
    );
    const failed = waits.filter((_, i) => settled[i]!.attempt.error !== undefined);
    const soonest = failed.length ? Math.min(...failed) : undefined;
    const values = [
      tenantId,
      settled.map(({ claim }) => claim.id),
      settled.map(({ claim }) => claim.worker),
      settled.map(({ attempt }) =>
        attempt.error === undefined ? 'delivered' : attempt.status === 410 ? 'parked' : 'failed',
      ),
      waits,
      settled.map(({ attempt: { retryAfterMs: _, ...entry } }) => JSON.stringify(entry)),
      circuits.map((circuit) => circuit.webhookId),
      circuits.map((circuit) => circuit.answered),
      circuits.map((circuit) => circuit.failures),
      failuresToPause,
      firstPauseMs * (0.75 + Math.random() / 2),
      longestPauseMs,
      circuits.map((circuit) => circuit.retryAfterMs),
    ];
    const gone = settled.filter(({ attempt }) => attempt.status === 410).map(({ claim }) => claim.webhook_id);
    if (!gone.length) {
      await this.db.run({ tenantId }, SETTLE, values);
      return soonest;
    }
    await this.db.transaction({ tenantId }, async (tx) => {
      await tx.query(SETTLE, values);
      const disabled = await tx.query<{ id: string }>(DISABLE, [tenantId, gone]);
      const events = disabled.map(({ id }) => ({
        ...({ type: 'webhook.disabled', subjectType: 'Webhook', subjectId: id } as const),
        data: { reason: '410 Gone' },
      }));
      if (events.length) await appendEvents(tx, { tenantId }, SYSTEM, events);
    });
    return soonest;
  }
}
