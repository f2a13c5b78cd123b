import { type ClientBase, escapeLiteral } from 'pg';
import type { RequestContext } from '@provost/directory';
import type { Statement, TenantDatabase } from '@provost/entities';
import { ENTER } from '../../libs/entities/src/tenant-query';

/** A statement as the product sent it. */
export interface Sent {
  readonly statement: Statement;
  readonly values: unknown[];
}

/** What the product sends while `work` runs. */
export async function sentDuring(db: TenantDatabase, work: () => Promise<unknown>): Promise<Sent[]> {
  const spies = [jest.spyOn(db, 'run'), jest.spyOn(db, 'read')];
  try {
    await work();
    return spies.flatMap((spy) => spy.mock.calls.map(([, statement, values]) => ({ statement, values })));
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Actual Rows'?: number;
  'Actual Loops'?: number;
  'Rows Removed by Filter'?: number;
  'Rows Removed by Index Recheck'?: number;
  'Shared Hit Blocks'?: number;
  'Shared Read Blocks'?: number;
  Plans?: PlanNode[];
}

/** What running a statement took, whatever the machine. */
export interface Effort {
  /** Tables that were read from end to end. */
  readonly seqScans: string[];
  /** Rows of tables and indexes that were looked at, given on or not. */
  readonly rows: number;
  /** Pages that were asked for, those inside functions included. */
  readonly buffers: number;
  /** The plan in short, for the message of a failure. */
  readonly plan: string;
}

export type PlanMode = 'force_generic_plan' | 'force_custom_plan';

/** Runs what the product sent, prepared and as the product's role in its tenant, and tells what it took. */
export async function explained(
  client: ClientBase,
  { scope }: RequestContext,
  { statement, values }: Sent,
  mode: PlanMode,
): Promise<Effort> {
  await client.query('BEGIN');
  try {
    await client.query(ENTER, [scope.tenantId]);
    await client.query(`SET LOCAL plan_cache_mode = ${mode}`);
    await client.query(`PREPARE sent AS ${statement.text}`);
    const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(
      `EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) EXECUTE sent (${values.map(asLiteral).join(', ')})`,
    );
    return effort(rows[0]!['QUERY PLAN'][0].Plan);
  } finally {
    await client.query('ROLLBACK');
    await client.query('DEALLOCATE ALL');
  }
}

function asLiteral(value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  if (value instanceof Date) return escapeLiteral(value.toISOString());
  if (Array.isArray(value)) return `ARRAY[${value.map(asLiteral).join(', ')}]`;
  return escapeLiteral(String(value));
}

function effort(root: PlanNode): Effort {
  const seqScans: string[] = [];
  const lines: string[] = [];
  let rows = 0;
  const visit = (node: PlanNode, depth: number) => {
    const loops = node['Actual Loops'] ?? 1;
    const kept = (node['Actual Rows'] ?? 0) * loops;
    const removed = ((node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0)) * loops;
    const table = node['Relation Name'];
    if (node['Node Type'] === 'Seq Scan' && loops > 0) seqScans.push(table ?? '?');
    // What a subquery gives has been looked at inside it.
    if (/Scan/.test(node['Node Type']) && node['Node Type'] !== 'Subquery Scan') rows += kept + removed;
    lines.push(
      `${' '.repeat(depth)}${node['Node Type']} ${[table, node['Index Name']].filter(Boolean).join(' ')} ${kept} rows, ${removed} removed`,
    );
    for (const child of node.Plans ?? []) visit(child, depth + 1);
  };
  visit(root, 0);
  const buffers = (root['Shared Hit Blocks'] ?? 0) + (root['Shared Read Blocks'] ?? 0);
  return { seqScans, rows: Math.round(rows), buffers, plan: lines.join('\n') };
}
