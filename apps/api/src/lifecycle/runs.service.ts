import { Inject, Injectable } from '@nestjs/common';
import { composedStatement, isUuid, statement, TenantDatabase } from '@provost/entities';
import { appendEvents, type EventContext, EventSignal } from '@provost/event-log';
import { Environment } from '../config';
import { invalid, problem } from '../http';
import { pageOf } from '../tenancy';
import { ActionRegistry } from './actions';
import { type LifecycleRules, type RuleName, rulesByName } from './lifecycle-rules';
import { PlanReader } from './plan-reader';
import { RUN_COLUMNS, RUN_STATES, type RunRow, runView, type RunView } from './run-view';
import { RunWorker } from './run-worker';

const GET = statement(
  'lifecycle.run',
  `SELECT ${RUN_COLUMNS} FROM lifecycle_runs r WHERE r.tenant_id = $1::uuid AND r.id = $2::uuid`,
);
const LOCK = statement('lifecycle.lock_run', `${GET.text} FOR UPDATE OF r`);
/** What was parked or waits for somebody starts anew; $3 the arguments that the rule in force gives, by position. */
const RETRY = statement(
  'lifecycle.retry',
  `WITH a AS (UPDATE lifecycle_actions SET state = 'pending', attempts = 0, last_error = NULL,
       arguments = coalesce(($3::json)->(position::text), arguments)
     WHERE tenant_id = $1::uuid AND run_id = $2::uuid AND state IN ('failed', 'held') RETURNING run_id)
   UPDATE lifecycle_runs SET state = 'pending', next_at = now(), finished_at = NULL
   WHERE tenant_id = $1::uuid AND id = $2::uuid AND EXISTS (SELECT FROM a) RETURNING id`,
);

/** The rules that fired, and what became of their actions (contract §7). */
@Injectable()
export class RunsService {
  constructor(
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(EventSignal) private readonly signal: EventSignal,
    @Inject(ActionRegistry) private readonly registry: ActionRegistry,
    @Inject(PlanReader) private readonly reader: PlanReader,
    @Inject(RunWorker) private readonly worker: RunWorker,
    @Inject(Environment) private readonly environment: Environment,
  ) {}

  /** The newest first; narrowed by `userId` and `status`. @throws Problem 400 */
  async list(
    tenantId: string,
    query: Readonly<Record<string, string>>,
  ): Promise<{ items: RunView[]; nextCursor: string | null }> {
    const { limit, after } = pageOf(query);
    const values: unknown[] = [tenantId, limit + 1];
    const conditions = ['r.tenant_id = $1::uuid'];
    if (after) conditions.push(`r.id < $${values.push(after)}::uuid`);
    const { userId, status } = query;
    if (userId) {
      if (!isUuid(userId)) throw invalid([{ pointer: '/userId', detail: 'must be the SCIM id of a user' }]);
      conditions.push(`r.user_id = $${values.push(userId)}::uuid`);
    }
    if (status) {
      if (!RUN_STATES.some((state) => state === status))
        throw invalid([{ pointer: '/status', detail: `must be one of ${RUN_STATES.join(', ')}` }]);
      conditions.push(`r.state = $${values.push(status)}`);
    }
    const text = `SELECT ${RUN_COLUMNS} FROM lifecycle_runs r WHERE ${conditions.join(' AND ')} ORDER BY r.id DESC LIMIT $2`;
    const rows = await this.db.run<RunRow>({ tenantId }, composedStatement(text), values);
    const items = rows.slice(0, limit).map((row) => this.view(row));
    return { items, nextCursor: rows.length > limit ? items.at(-1)!.id : null };
  }

  /** @throws Problem 404 */
  async get(tenantId: string, id: string): Promise<RunView> {
    const [row] = isUuid(id) ? await this.db.run<RunRow>({ tenantId }, GET, [tenantId, id]) : [];
    if (!row) throw unknownRun();
    return this.view(row);
  }

  /**
   * Tries again what failed for good or waits for somebody, with what the rule in force says now.
   * @throws Problem 404; 409 when there is nothing to try again, or a safeguard holds it
   */
  async retry(tenantId: string, id: string, context: EventContext): Promise<RunView> {
    if (!isUuid(id)) throw unknownRun();
    const rules = await this.reader.rules(tenantId);
    const refusal = await this.db.transaction({ tenantId }, async (tx) => {
      const [row] = await tx.query<RunRow>(LOCK, [tenantId, id]);
      if (!row) return unknownRun();
      if (row.superseded_at) return problem(409, 'The person has come back; there is nothing left to do for this run.');
      if (row.hold_state === 'open')
        return problem(409, `A safeguard holds this run. Release or discard the hold ${row.hold_id} first.`);
      const retried = await tx.query(RETRY, [tenantId, id, JSON.stringify(argumentsNow(row, rules))]);
      if (!retried.length) return problem(409, 'No action of this run has failed or waits.');
      const data = { runId: id, rule: row.rule };
      const event = { type: 'lifecycle.run_retried', subjectType: 'User', subjectId: row.user_id, data } as const;
      await appendEvents(tx, { tenantId }, context, [event]);
      return undefined;
    });
    if (refusal) throw refusal;
    this.signal.announce();
    this.worker.wake(tenantId);
    return this.get(tenantId, id);
  }

  private view(row: RunRow): RunView {
    return runView(row, this.registry, this.environment.APP_NAME);
  }
}

/** What the rule in force says of the actions of a run, by position: the same one there, else one of the same name. */
function argumentsNow({ rule, actions }: RunRow, rules: LifecycleRules): Record<number, object> {
  const inForce = rulesByName(rules)[rule as RuleName]?.actions ?? [];
  const given: Record<number, object> = {};
  for (const { position, action } of actions) {
    const same =
      inForce[position]?.action === action ? inForce[position] : inForce.find((one) => one.action === action);
    if (same) given[position] = same.arguments;
  }
  return given;
}

function unknownRun() {
  return problem(404, 'There is no lifecycle run of that id.');
}
