import { Inject, Injectable } from '@nestjs/common';
import { composedStatement, isUuid, statement, TenantDatabase } from '@provost/entities';
import { appendEvents, type EventContext, EventSignal } from '@provost/event-log';
import { invalid, problem } from '../http';
import { keyPage, keyPageOf, type Page, single } from './key-page';
import { isUser, placeOf } from './references';
import type { Attributes, Put, Registration } from './registration';
import { resourceChanges, resourceEvent } from './resource-events';
import { isKey } from './resource-key';
import type { ContentDto } from './resources.dto';
import { settle } from './settle';

interface ContentRow {
  key: string;
  type: string;
  owner_id: string;
  project: string | null;
  workspace: string | null;
  classification: string | null;
  archived_at: Date | null;
  attributes: Attributes;
  created_at: Date;
  updated_at: Date;
}
export interface ContentView {
  readonly key: string;
  readonly type: string;
  readonly ownerId: string;
  readonly project: string | null;
  readonly workspace: string | null;
  readonly classification: string | null;
  readonly archived: boolean;
  readonly archivedAt: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly [attribute: string]: unknown;
}

const COLUMNS = `key, type, owner_id, project, workspace, classification, archived_at, attributes, created_at, updated_at`;
const GET = statement('content.get', `SELECT ${COLUMNS} FROM content WHERE tenant_id = $1::uuid AND key = $2`);
const LOCK = statement('content.lock', `${GET.text} FOR UPDATE`);
const INSERT = statement(
  'content.insert',
  `INSERT INTO content (tenant_id, key, type, owner_id, project, workspace, classification, attributes, created_at, updated_at)
   VALUES ($1::uuid, $2, $3, $4::uuid, $5, $6, $7, $8::json, $9::timestamptz, $9::timestamptz)
   ON CONFLICT DO NOTHING RETURNING ${COLUMNS}`,
);
const UPDATE = statement(
  'content.update',
  `UPDATE content SET type = $3, owner_id = $4::uuid, project = $5, workspace = $6, classification = $7,
     attributes = $8::json, updated_at = $9::timestamptz
   WHERE tenant_id = $1::uuid AND key = $2 RETURNING ${COLUMNS}`,
);
const DELETE = statement('content.delete', `DELETE FROM content WHERE tenant_id = $1::uuid AND key = $2`);

/** The content of the app: what it is, whose it is, and where (contract §6). */
@Injectable()
export class ContentService {
  constructor(
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(EventSignal) private readonly signal: EventSignal,
  ) {}

  /**
   * Registers a piece of content or changes it; saying the same again changes nothing. It stays archived if it was.
   * @throws Problem 400 for an owner who is no user, and for a project or workspace that is not registered or disagrees
   */
  async put(
    tenantId: string,
    { key, resource, attributes }: Registration<ContentDto>,
    context: EventContext,
  ): Promise<Put<ContentView>> {
    const { type, ownerId } = resource;
    const at = new Date();
    const put = await settle(() =>
      this.db.transaction({ tenantId }, async (tx) => {
        const { workspace, faults } = await placeOf(tx, tenantId, resource);
        const [before] = await tx.query<ContentRow>(LOCK, [tenantId, key]);
        // Content may still have an owner who has left: to repeat that is no mistake, to hand it to them is one.
        if (before?.owner_id !== ownerId && !(await isUser(tx, tenantId, ownerId)))
          faults.push({ pointer: '/ownerId', detail: 'is not the SCIM id of a user' });
        if (faults.length) return invalid(faults);
        const [project, classification] = [resource.project ?? null, resource.classification ?? null];
        const fields = { type, ownerId, project, workspace, classification };
        const changes = resourceChanges(before && stateOf(before), { fields, attributes });
        if (before && !changes.length) return { created: false, view: view(before) };
        const values = [
          tenantId,
          key,
          type,
          ownerId,
          project,
          workspace,
          classification,
          JSON.stringify(attributes),
          at,
        ];
        const [row] = await tx.query<ContentRow>(before ? UPDATE : INSERT, values);
        if (!row) return undefined;
        const event = resourceEvent(tenantId, 'content', before ? 'updated' : 'registered', key, changes);
        await appendEvents(tx, { tenantId }, context, [event], at);
        return { created: !before, view: view(row) };
      }),
    );
    this.signal.announce();
    return put;
  }

  /** @throws Problem 404 */
  async get(tenantId: string, key: string): Promise<ContentView> {
    const [row] = isKey(key) ? await this.db.read<ContentRow>({ tenantId }, GET, [tenantId, key]) : [];
    if (!row) throw unknownContent();
    return view(row);
  }

  /** In the order of keys; narrowed by `ownerId`, `project` and `workspace`. @throws Problem 400 */
  async list(tenantId: string, query: Readonly<Record<string, string>>): Promise<Page<ContentView>> {
    const { limit, after } = keyPageOf(query);
    const values: unknown[] = [tenantId, after, limit + 1];
    const conditions = Object.entries({ ownerId: 'owner_id', project: 'project', workspace: 'workspace' }).flatMap(
      ([name, column]) => {
        const value = single(query, name);
        if (value === undefined) return [];
        if (name === 'ownerId' && !isUuid(value))
          throw invalid([{ pointer: '/ownerId', detail: 'must be the SCIM id of a user' }]);
        return [` AND ${column} = $${values.push(value)}`];
      },
    );
    const text = `SELECT ${COLUMNS} FROM content
      WHERE tenant_id = $1::uuid AND key > $2${conditions.join('')} ORDER BY key LIMIT $3`;
    return keyPage(await this.db.run<ContentRow>({ tenantId }, composedStatement(text), values), limit, view);
  }

  /** @throws Problem 404 */
  async remove(tenantId: string, key: string, context: EventContext): Promise<void> {
    await settle(() =>
      this.db.transaction({ tenantId }, async (tx) => {
        const [row] = isKey(key) ? await tx.query(LOCK, [tenantId, key]) : [];
        if (!row) return unknownContent();
        await tx.query(DELETE, [tenantId, key]);
        await appendEvents(tx, { tenantId }, context, [resourceEvent(tenantId, 'content', 'removed', key)]);
        return true;
      }),
    );
    this.signal.announce();
  }
}

function unknownContent() {
  return problem(404, 'There is no content of that key.');
}

function stateOf({ type, owner_id, project, workspace, classification, attributes }: ContentRow) {
  return { fields: { type, ownerId: owner_id, project, workspace, classification }, attributes };
}

function view(row: ContentRow): ContentView {
  const { key, type, owner_id, project, workspace, classification, archived_at, attributes } = row;
  const state = { archived: archived_at !== null, archivedAt: archived_at };
  const times = { createdAt: row.created_at, updatedAt: row.updated_at };
  return { key, type, ownerId: owner_id, project, workspace, classification, ...state, ...attributes, ...times };
}
