import { Inject, Injectable } from '@nestjs/common';
import { composedStatement, isUuid, statement, TenantDatabase, uuidV7 } from '@provost/entities';
import { type EventContext, EventSignal, eventValues, insertEvents, type NewEvent } from '@provost/event-log';
import { type InputFault, invalid, problem } from '../http';
import { pageOf } from '../tenancy';
import type { CreateGrantDto } from './grants.dto';
import {
  GRANT_COLUMNS,
  GRANT_STATUS,
  GRANT_STATUSES,
  grantData,
  type GrantRow,
  type GrantStatus,
  grantView,
  type GrantView,
} from './grant-row';
import { type Page, single } from './key-page';
import { workspaceFaults } from './references';
import { settle } from './settle';

const PERSON = statement(
  'grant.person',
  `SELECT u.id, k.key FROM users u LEFT JOIN subject_keys k ON k.tenant_id = u.tenant_id AND k.subject_id = u.id
   WHERE u.tenant_id = $1::uuid AND u.id = $2::uuid`,
);
// What begins at once has its beginning in the event of its creation; anything later is written when its time comes.
const CREATE = statement(
  'grant.create',
  `WITH g AS (
     INSERT INTO grants AS g (tenant_id, id, user_id, role, permission, workspace, starts_at, expires_at, reason, created_at,
       created_by, due_at)
     VALUES ($1::uuid, $2::uuid, $3::uuid, $4, $5, $6, $7::timestamptz, $8::timestamptz, $9, $10::timestamptz, $11::json,
       CASE WHEN $7::timestamptz > now() THEN $7::timestamptz ELSE $8::timestamptz END)
     RETURNING *),
   e AS (${insertEvents('$1::uuid', 12, ', g')})
   SELECT ${GRANT_COLUMNS} FROM g`,
);
const GET = statement(
  'grant.get',
  `SELECT ${GRANT_COLUMNS} FROM grants g WHERE g.tenant_id = $1::uuid AND g.id = $2::uuid`,
);
const LOCK = statement(
  'grant.lock',
  `SELECT ${GRANT_COLUMNS}, g.expires_at <= now() AS over, g.due_at = g.expires_at AS begun, (SELECT k.key FROM subject_keys k
     WHERE k.tenant_id = g.tenant_id AND k.subject_id = g.user_id) AS key
   FROM grants g WHERE g.tenant_id = $1::uuid AND g.id = $2::uuid FOR UPDATE`,
);
const REVOKE = statement(
  'grant.revoke',
  `WITH g AS (UPDATE grants SET revoked_at = $3::timestamptz, due_at = NULL
     WHERE tenant_id = $1::uuid AND id = $2::uuid RETURNING id),
   e AS (${insertEvents('$1::uuid', 3, ', g')})
   SELECT id FROM g`,
);

/** Access for a time (contract §6). A grant begins and ends by the clock; nothing has to happen for that. */
@Injectable()
export class GrantsService {
  constructor(
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(EventSignal) private readonly signal: EventSignal,
  ) {}

  /** @throws Problem 400 with a fault for each member that is wrong, or names nothing */
  async create(tenantId: string, input: CreateGrantDto, context: EventContext): Promise<GrantView> {
    const faults = contradictions(input);
    const [id, at] = [uuidV7(), new Date()];
    const grant = {
      ...{ id, role: input.role ?? null, permission: input.permission ?? null, workspace: input.workspace ?? null },
      ...{ starts_at: input.startsAt ?? null, expires_at: input.expiresAt },
    };
    const event = grantEvent('created', input.userId, grantData(grant), input.reason);
    const row = await settle(() =>
      this.db.transaction({ tenantId }, async (tx) => {
        const [person] = await tx.query<{ key: Buffer | null }>(PERSON, [tenantId, input.userId]);
        const all = [
          ...(person ? [] : [{ pointer: '/userId', detail: 'is not the SCIM id of a user' }]),
          ...(await workspaceFaults(tx, tenantId, grant.workspace)),
          ...faults,
        ];
        if (all.length) return invalid(all);
        const own = [tenantId, id, input.userId, grant.role, grant.permission, grant.workspace, grant.starts_at];
        const why = [grant.expires_at, input.reason, at, JSON.stringify(context.actor)];
        const events = eventValues(at, context, [event], person!.key ?? undefined);
        return (await tx.query<GrantRow>(CREATE, [...own, ...why, ...events]))[0];
      }),
    );
    this.signal.announce();
    return grantView(row);
  }

  /** @throws Problem 404 */
  async get(tenantId: string, id: string): Promise<GrantView> {
    const [row] = isUuid(id) ? await this.db.read<GrantRow>({ tenantId }, GET, [tenantId, id]) : [];
    if (!row) throw unknownGrant();
    return grantView(row);
  }

  /** The oldest first; narrowed by `userId` and `status`. @throws Problem 400 */
  async list(tenantId: string, query: Readonly<Record<string, string>>): Promise<Page<GrantView>> {
    const { limit, after } = pageOf(query);
    const values: unknown[] = [tenantId, limit + 1];
    const conditions = ['g.tenant_id = $1::uuid'];
    if (after) conditions.push(`g.id > $${values.push(after)}::uuid`);
    const userId = single(query, 'userId');
    if (userId !== undefined) {
      if (!isUuid(userId)) throw invalid([{ pointer: '/userId', detail: 'must be the SCIM id of a user' }]);
      conditions.push(`g.user_id = $${values.push(userId)}::uuid`);
    }
    const status = statusOf(single(query, 'status'));
    if (status) conditions.push(`${GRANT_STATUS} = $${values.push(status)}`);
    const text = `SELECT ${GRANT_COLUMNS} FROM grants g WHERE ${conditions.join(' AND ')} ORDER BY g.id LIMIT $2`;
    const rows = await this.db.run<GrantRow>({ tenantId }, composedStatement(text), values);
    const items = rows.slice(0, limit).map(grantView);
    return { items, nextCursor: rows.length > limit ? items.at(-1)!.id : null };
  }

  /** Ends it now; one that has ended already stays as it is. @throws Problem 404 */
  async revoke(tenantId: string, id: string, context: EventContext): Promise<void> {
    if (!isUuid(id)) throw unknownGrant();
    await settle(() =>
      this.db.transaction({ tenantId }, async (tx) => {
        const [row] = await tx.query<GrantRow & { over: boolean; begun: boolean; key: Buffer | null }>(LOCK, [
          tenantId,
          id,
        ]);
        if (!row) return unknownGrant();
        if (row.revoked_at || row.over) return true;
        const event = grantEvent('revoked', row.user_id, { ...grantData(row), begun: row.begun }, row.reason);
        const values = eventValues(new Date(), context, [event], row.key ?? undefined);
        await tx.query(REVOKE, [tenantId, id, ...values]);
        return true;
      }),
    );
    this.signal.announce();
  }
}

/** What is wrong with a grant by itself, beyond each of its members. */
function contradictions({ role, permission, startsAt, expiresAt }: CreateGrantDto): InputFault[] {
  const faults: InputFault[] = [];
  const given = [role, permission].filter((name) => name !== undefined && name !== null);
  if (given.length === 0) faults.push({ pointer: '/role', detail: 'must be given, or permission' });
  if (given.length === 2) faults.push({ pointer: '/permission', detail: 'must not be given together with role' });
  if (startsAt && startsAt >= expiresAt) faults.push({ pointer: '/expiresAt', detail: 'must be after startsAt' });
  return faults;
}

function statusOf(text: string | undefined): GrantStatus | undefined {
  const status = GRANT_STATUSES.find((known) => known === text);
  if (text !== undefined && !status)
    throw invalid([{ pointer: '/status', detail: `must be one of ${GRANT_STATUSES.join(', ')}` }]);
  return status;
}

function grantEvent(what: 'created' | 'revoked', userId: string, data: object, reason: string): NewEvent {
  return { type: `access.grant_${what}`, subjectType: 'User', subjectId: userId, data, personal: { reason } };
}

function unknownGrant() {
  return problem(404, 'There is no grant of that id.');
}
