import { Inject, Injectable } from '@nestjs/common';
import { statement, TenantDatabase } from '@provost/entities';
import { appendEvents, type EventContext, EventSignal } from '@provost/event-log';
import { type Problem, problem } from '../http';
import { keyPage, keyPageOf, type Page, type PageQuery } from './key-page';
import type { Attributes, Put, Registration } from './registration';
import { resourceChanges, resourceEvent } from './resource-events';
import { isKey } from './resource-key';
import type { WorkspaceDto } from './resources.dto';
import { settle, stillHolds } from './settle';

interface WorkspaceRow {
  key: string;
  name: string;
  attributes: Attributes;
  created_at: Date;
  updated_at: Date;
}
export interface WorkspaceView {
  readonly key: string;
  readonly name: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly [attribute: string]: unknown;
}

const COLUMNS = 'key, name, attributes, created_at, updated_at';
const GET = statement('workspace.get', `SELECT ${COLUMNS} FROM workspaces WHERE tenant_id = $1::uuid AND key = $2`);
const LIST = statement(
  'workspace.list',
  `SELECT ${COLUMNS} FROM workspaces WHERE tenant_id = $1::uuid AND key > $2 ORDER BY key LIMIT $3`,
);
// Others may refer to it while it changes, but not while it goes.
const LOCK = statement('workspace.lock', `${GET.text} FOR NO KEY UPDATE`);
const LOCK_TO_REMOVE = statement('workspace.lock_to_remove', `${GET.text} FOR UPDATE`);
const INSERT = statement(
  'workspace.insert',
  `INSERT INTO workspaces (tenant_id, key, name, attributes, created_at, updated_at)
   VALUES ($1::uuid, $2, $3, $4::json, $5::timestamptz, $5::timestamptz) ON CONFLICT DO NOTHING RETURNING ${COLUMNS}`,
);
const UPDATE = statement(
  'workspace.update',
  `UPDATE workspaces SET name = $3, attributes = $4::json, updated_at = $5::timestamptz
   WHERE tenant_id = $1::uuid AND key = $2 RETURNING ${COLUMNS}`,
);
const HOLDS = statement(
  'workspace.holds',
  `SELECT (SELECT count(*)::int FROM projects WHERE tenant_id = $1::uuid AND workspace = $2) AS projects,
     (SELECT count(*)::int FROM content WHERE tenant_id = $1::uuid AND workspace = $2) AS content`,
);
const DELETE = statement('workspace.delete', `DELETE FROM workspaces WHERE tenant_id = $1::uuid AND key = $2`);

/** The workspaces of the app (contract §6). */
@Injectable()
export class WorkspacesService {
  constructor(
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(EventSignal) private readonly signal: EventSignal,
  ) {}

  /** Registers a workspace or changes it; saying the same again changes nothing. */
  async put(
    tenantId: string,
    { key, resource, attributes }: Registration<WorkspaceDto>,
    context: EventContext,
  ): Promise<Put<WorkspaceView>> {
    const at = new Date();
    const put = await settle(() =>
      this.db.transaction({ tenantId }, async (tx) => {
        const [before] = await tx.query<WorkspaceRow>(LOCK, [tenantId, key]);
        const changes = resourceChanges(before && stateOf(before), { fields: { name: resource.name }, attributes });
        if (before && !changes.length) return { created: false, view: view(before) };
        const values = [tenantId, key, resource.name, JSON.stringify(attributes), at];
        const [row] = await tx.query<WorkspaceRow>(before ? UPDATE : INSERT, values);
        if (!row) return undefined;
        const event = resourceEvent(tenantId, 'workspace', before ? 'updated' : 'registered', key, changes);
        await appendEvents(tx, { tenantId }, context, [event], at);
        return { created: !before, view: view(row) };
      }),
    );
    this.signal.announce();
    return put;
  }

  /** @throws Problem 404 */
  async get(tenantId: string, key: string): Promise<WorkspaceView> {
    const [row] = isKey(key) ? await this.db.read<WorkspaceRow>({ tenantId }, GET, [tenantId, key]) : [];
    if (!row) throw unknownWorkspace();
    return view(row);
  }

  /** In the order of keys. @throws Problem 400 */
  async list(tenantId: string, query: PageQuery): Promise<Page<WorkspaceView>> {
    const { limit, after } = keyPageOf(query);
    return keyPage(await this.db.run<WorkspaceRow>({ tenantId }, LIST, [tenantId, after, limit + 1]), limit, view);
  }

  /** @throws Problem 404; 409 while something is in it, saying how much */
  async remove(tenantId: string, key: string, context: EventContext): Promise<void> {
    await settle(() =>
      this.db.transaction({ tenantId }, async (tx) => {
        const [row] = isKey(key) ? await tx.query(LOCK_TO_REMOVE, [tenantId, key]) : [];
        if (!row) return unknownWorkspace();
        const [held] = await tx.query<{ projects: number; content: number }>(HOLDS, [tenantId, key]);
        if (held!.projects || held!.content) return stillHolds('workspace', held!);
        await tx.query(DELETE, [tenantId, key]);
        await appendEvents(tx, { tenantId }, context, [resourceEvent(tenantId, 'workspace', 'removed', key)]);
        return true;
      }),
    );
    this.signal.announce();
  }
}

function unknownWorkspace(): Problem {
  return problem(404, 'There is no workspace of that key.');
}

function stateOf({ name, attributes }: WorkspaceRow) {
  return { fields: { name }, attributes };
}

function view({ key, name, attributes, created_at, updated_at }: WorkspaceRow): WorkspaceView {
  return { key, name, ...attributes, createdAt: created_at, updatedAt: updated_at };
}
