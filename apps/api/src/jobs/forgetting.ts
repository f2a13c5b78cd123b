import { type Statement, statement, TenantDatabase } from '@provost/entities';
import type { Job, JobResult } from './job';
import { inEachTenant } from './in-each-tenant';

const EVERY_MS = 60 * 60 * 1_000;
const BATCH = 5_000;

/** Rows that are not kept for ever. */
export interface Forgotten {
  /** Of the job. */
  readonly name: string;
  readonly about: string;
  /** A table with tenant_id and id, and its column of the time that counts, which has an index of its own. */
  readonly table: string;
  readonly since: string;
  readonly days: number;
}

/** A job that deletes rows when they have become old, some thousand at a time. */
export class Forgetting implements Job {
  readonly name: string;
  readonly about: string;
  readonly everyMs = EVERY_MS;
  private readonly tenants: Statement;
  private readonly forget: Statement;

  constructor(
    private readonly db: TenantDatabase,
    { name, about, table, since, days }: Forgotten,
  ) {
    this.name = name;
    this.about = about;
    const old = `${since} < now() - interval '${days} days'`;
    this.tenants = statement(
      `${name}.tenants`,
      `SELECT DISTINCT d.tenant_id FROM (SELECT tenant_id FROM ${table} WHERE ${old} ORDER BY ${since} LIMIT ${BATCH}) d`,
    );
    this.forget = statement(
      `${name}.forget`,
      `WITH old AS (SELECT id FROM ${table} WHERE tenant_id = $1::uuid AND ${old} LIMIT ${BATCH} FOR UPDATE SKIP LOCKED),
         gone AS (DELETE FROM ${table} t USING old WHERE t.tenant_id = $1::uuid AND t.id = old.id RETURNING t.id)
       SELECT count(*)::int AS forgotten FROM gone`,
    );
  }

  async run(tenantId: string): Promise<JobResult> {
    for (let forgotten = 0; ;) {
      const [done] = await this.db.run<{ forgotten: number }>({ tenantId }, this.forget, [tenantId]);
      forgotten += done!.forgotten;
      if (done!.forgotten < BATCH) return { forgotten };
    }
  }

  async runAll(): Promise<undefined> {
    const tenants = await this.db.run<{ tenant_id: string }>('platform', this.tenants, []);
    await inEachTenant(tenants, (tenantId) => this.run(tenantId));
  }
}
