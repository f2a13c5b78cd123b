import { Inject, Injectable } from '@nestjs/common';
import type { Safeguard } from '@provost/access-policy';
import { statement, type TenantTransaction, uuidV7 } from '@provost/entities';
import { appendEvents } from '@provost/event-log';
import { Environment } from '../config';
import { Outbox } from '../mail';
import { administratorsOf } from './administrators';
import type { LifecycleRules, Limit } from './lifecycle-rules';
import type { PlanStep } from './run-plan';
import { LIFECYCLE_CONTEXT } from './run-work';

/** One open hold of a kind at a time; what passes the limit while it is open belongs to it. */
const OPEN = statement(
  'lifecycle.open_hold',
  `WITH h AS (INSERT INTO lifecycle_holds (tenant_id, id, kind, state, most, time_window, opened_at)
     VALUES ($1::uuid, $2::uuid, $3, 'open', $4::integer, $5, $6::timestamptz)
     ON CONFLICT (tenant_id, kind) WHERE state = 'open' DO NOTHING RETURNING id)
   SELECT id, true AS opened FROM h
   UNION ALL SELECT id, false FROM lifecycle_holds WHERE tenant_id = $1::uuid AND kind = $3 AND state = 'open'`,
);
const NAMES: Readonly<Record<Safeguard, string>> = {
  deactivations: 'deactivations of users',
  group_removals: 'removals from groups',
};

/** Opens holds when a limit is passed, and tells the administrators. */
@Injectable()
export class HoldOpenings {
  constructor(
    @Inject(Outbox) private readonly outbox: Outbox,
    @Inject(Environment) private readonly environment: Environment,
  ) {}

  /**
   * Finds or opens the holds that these steps need.
   * @returns their ids by safeguard, and whether one of them is new
   */
  async open(
    tx: TenantTransaction,
    tenantId: string,
    steps: readonly PlanStep[],
    rules: LifecycleRules,
    at: Date,
  ): Promise<{ holds: ReadonlyMap<string, string>; opened: boolean }> {
    const needed = new Set(
      steps.flatMap(({ runs }) =>
        runs.flatMap(({ hold, actions }) => (hold && actions.some(({ held }) => held) ? hold : [])),
      ),
    );
    const holds = new Map<string, string>();
    let opened = false;
    for (const kind of needed) {
      const limit = rules.limits[kind]!;
      const values = [tenantId, uuidV7(), kind, limit.count, limit.text, at];
      const [hold] = await tx.query<{ id: string; opened: boolean }>(OPEN, values);
      holds.set(kind, hold!.id);
      if (!hold!.opened) continue;
      opened = true;
      await this.tell(tx, tenantId, { id: hold!.id, kind, limit }, rules);
    }
    return { holds, opened };
  }

  private async tell(
    tx: TenantTransaction,
    tenantId: string,
    { id, kind, limit }: { id: string; kind: Safeguard; limit: Limit },
    rules: LifecycleRules,
  ): Promise<void> {
    const data = { holdId: id, kind, count: limit.count, window: limit.text };
    const event = { type: 'lifecycle.held', subjectType: 'Hold', subjectId: id, data } as const;
    await appendEvents(tx, { tenantId }, LIFECYCLE_CONTEXT, [event]);
    for (const { name, email } of await administratorsOf(tx, tenantId, rules))
      await this.outbox.enqueue(tx, {
        ...{ tenantId, to: email, template: 'hold_notice', key: `lifecycle hold ${id} ${email}`.slice(0, 500) },
        data: {
          name,
          appName: this.environment.APP_NAME,
          reason: `more than ${limit.count} ${NAMES[kind]} in ${limit.text}`,
          holds: 'Moving and archiving of content, and leaving projects. Access has ended nevertheless.',
          holdsUrl: `${this.environment.publicUrl}/api/v1/holds`,
        },
      });
  }
}
