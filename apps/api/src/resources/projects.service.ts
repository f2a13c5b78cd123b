import { Inject, Injectable } from '@nestjs/common';
import { composedStatement, statement, TenantDatabase } from '@provost/entities';
import { appendEvents, type EventContext, EventSignal } from '@provost/event-log';
import { invalid } from '../http';
import { keyPage, keyPageOf, type Page, single } from './key-page';
import { MEMBERS_OF_P, setMembers, unknownProject } from './project-members';
import { usersOf, workspaceFaults } from './references';
import type { Attributes, Put, Registration } from './registration';
import { resourceChanges, resourceEvent } from './resource-events';
import { isKey } from './resource-key';
import type { ProjectDto } from './resources.dto';
import { settle, stillHolds } from './settle';

interface ProjectRow {
  key: string;
  name: string;
  workspace: string | null;
  attributes: Attributes;
  members?: string[];
  created_at: Date;
  updated_at: Date;
}
export interface ProjectView {
  readonly key: string;
  readonly name: string;
  readonly workspace: string | null;
  /** In a list only when they were asked for. */
  readonly members?: string[];
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly [attribute: string]: unknown;
}

const COLUMNS = 'p.key, p.name, p.workspace, p.attributes, p.created_at, p.updated_at';
const ONE = 'FROM projects p WHERE p.tenant_id = $1::uuid AND p.key = $2';
const GET = statement('project.get', `SELECT ${COLUMNS}, ${MEMBERS_OF_P} AS members ${ONE}`);
// Others may refer to it while it changes, but not while it goes.
const LOCK = statement('project.lock', `SELECT ${COLUMNS} ${ONE} FOR NO KEY UPDATE`);
const LOCK_TO_REMOVE = statement('project.lock_to_remove', `SELECT p.key ${ONE} FOR UPDATE`);
const INSERT = statement(
  'project.insert',
  `INSERT INTO projects AS p (tenant_id, key, name, workspace, attributes, created_at, updated_at)
   VALUES ($1::uuid, $2, $3, $4, $5::json, $6::timestamptz, $6::timestamptz) ON CONFLICT DO NOTHING RETURNING key`,
);
const UPDATE = statement(
  'project.update',
  `UPDATE projects SET name = $3, workspace = $4, attributes = $5::json, updated_at = $6::timestamptz
   WHERE tenant_id = $1::uuid AND key = $2 RETURNING key`,
);
const MOVE_CONTENT = statement(
  'project.move_content',
  `UPDATE content SET workspace = $3 WHERE tenant_id = $1::uuid AND project = $2 AND workspace IS DISTINCT FROM $3`,
);
const HOLDS = statement(
  'project.holds',
  `SELECT count(*)::int AS content FROM content WHERE tenant_id = $1::uuid AND project = $2`,
);
const DELETE = statement('project.delete', `DELETE FROM projects WHERE tenant_id = $1::uuid AND key = $2`);

/** The projects of the app (contract §6). */
@Injectable()
export class ProjectsService {
  constructor(
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(EventSignal) private readonly signal: EventSignal,
  ) {}

  /**
   * Registers a project or changes it, and makes `members` its members when they are given; saying the same again changes
   * nothing. What is in a project moves with it to another workspace.
   * @throws Problem 400 for a workspace that is not registered and each member that is no user
   */
  async put(
    tenantId: string,
    { key, resource, attributes }: Registration<ProjectDto>,
    context: EventContext,
  ): Promise<Put<ProjectView>> {
    const at = new Date();
    const fields = { name: resource.name, workspace: resource.workspace ?? null };
    const put = await settle(() =>
      this.db.transaction({ tenantId }, async (tx) => {
        const members = resource.members && (await usersOf(tx, tenantId, '/members', resource.members));
        const faults = [...(await workspaceFaults(tx, tenantId, fields.workspace)), ...(members?.faults ?? [])];
        if (faults.length) return invalid(faults);
        const [before] = await tx.query<ProjectRow>(LOCK, [tenantId, key]);
        const changes = resourceChanges(before && stateOf(before), { fields, attributes });
        if (!before || changes.length) {
          const values = [tenantId, key, fields.name, fields.workspace, JSON.stringify(attributes), at];
          if (!(await tx.query(before ? UPDATE : INSERT, values)).length) return undefined;
          const event = resourceEvent(tenantId, 'project', before ? 'updated' : 'registered', key, changes);
          await appendEvents(tx, { tenantId }, context, [event], at);
        }
        if (before && before.workspace !== fields.workspace)
          await tx.query(MOVE_CONTENT, [tenantId, key, fields.workspace]);
        if (members) await setMembers(tx, tenantId, key, members.ids, context, at);
        const [row] = await tx.query<ProjectRow>(GET, [tenantId, key]);
        return { created: !before, view: view(row!) };
      }),
    );
    this.signal.announce();
    return put;
  }

  /** @throws Problem 404 */
  async get(tenantId: string, key: string): Promise<ProjectView> {
    const [row] = isKey(key) ? await this.db.run<ProjectRow>({ tenantId }, GET, [tenantId, key]) : [];
    if (!row) throw unknownProject();
    return view(row);
  }

  /**
   * In the order of keys, those of one workspace when the query has `workspace`; with their members only when it has
   * `members=true`. @throws Problem 400
   */
  async list(tenantId: string, query: Readonly<Record<string, string>>): Promise<Page<ProjectView>> {
    const { limit, after } = keyPageOf(query);
    const workspace = single(query, 'workspace');
    const members = single(query, 'members') === 'true' ? `, ${MEMBERS_OF_P} AS members` : '';
    const text = `SELECT ${COLUMNS}${members} FROM projects p WHERE p.tenant_id = $1::uuid AND p.key > $2
      ${workspace === undefined ? '' : 'AND p.workspace = $4'} ORDER BY p.key LIMIT $3`;
    const values = [tenantId, after, limit + 1, ...(workspace === undefined ? [] : [workspace])];
    return keyPage(await this.db.run<ProjectRow>({ tenantId }, composedStatement(text), values), limit, view);
  }

  /** Its members leave it. @throws Problem 404; 409 while content is in it, saying how much */
  async remove(tenantId: string, key: string, context: EventContext): Promise<void> {
    await settle(() =>
      this.db.transaction({ tenantId }, async (tx) => {
        const [row] = isKey(key) ? await tx.query(LOCK_TO_REMOVE, [tenantId, key]) : [];
        if (!row) return unknownProject();
        const [held] = await tx.query<{ content: number }>(HOLDS, [tenantId, key]);
        if (held!.content) return stillHolds('project', held!);
        await setMembers(tx, tenantId, key, [], context, new Date());
        await tx.query(DELETE, [tenantId, key]);
        await appendEvents(tx, { tenantId }, context, [resourceEvent(tenantId, 'project', 'removed', key)]);
        return true;
      }),
    );
    this.signal.announce();
  }
}

function stateOf({ name, workspace, attributes }: ProjectRow) {
  return { fields: { name, workspace }, attributes };
}

function view({ key, name, workspace, members, attributes, created_at, updated_at }: ProjectRow): ProjectView {
  const people = members ? { members } : {};
  return { key, name, workspace, ...people, ...attributes, createdAt: created_at, updatedAt: updated_at };
}
