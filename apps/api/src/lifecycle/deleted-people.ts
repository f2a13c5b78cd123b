import { Inject, Injectable } from '@nestjs/common';
import { restoreUser } from '@provost/directory';
import { statement, TenantDatabase } from '@provost/entities';
import { type EventContext, EventSignal, openPersonal } from '@provost/event-log';
import { type Change, Conflict, withoutChanges } from '@provost/scim-protocol';
import { Environment } from '../config';
import { problem } from '../http';
import { TenantRegistries } from '../scim';

/** Whoever erases a person takes the same lock: one of the two finds what the other has done. */
const LOCK_REMOVAL = statement(
  'deleted.lock_removal',
  `SELECT r.id FROM lifecycle_runs r WHERE r.tenant_id = $1::uuid AND r.user_id = $2::uuid AND r.rule = 'user_removal'
     AND r.superseded_at IS NULL AND r.erased_at IS NULL ORDER BY r.id FOR UPDATE`,
);
/** The deletion, and the groups that ended with it: their events are of the same statement. */
const DELETION = statement(
  'deleted.deletion',
  `SELECT e.id, e.sealed, k.key, ARRAY(SELECT m.group_id FROM events m WHERE m.tenant_id = $1::uuid AND m.subject_id = $2::uuid
       AND m.seq < e.seq AND m.occurred_at = e.occurred_at AND m.type = 'group.member_removed') AS groups
   FROM events e JOIN subject_keys k ON k.tenant_id = $1::uuid AND k.subject_id = $2::uuid
   WHERE e.tenant_id = $1::uuid AND e.subject_id = $2::uuid AND e.type = 'user.deleted' AND e.sealed IS NOT NULL
   ORDER BY e.seq DESC LIMIT 1`,
);

interface DeletionRow {
  id: string;
  sealed: Buffer;
  key: Buffer;
  groups: string[];
}

/**
 * People who were deleted and are not erased yet. Their resource is kept nowhere but in the log, under their key (docs/adr/0026):
 * over SCIM they are gone, until they are restored.
 */
@Injectable()
export class DeletedPeople {
  constructor(
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(EventSignal) private readonly signal: EventSignal,
    @Inject(TenantRegistries) private readonly registries: TenantRegistries,
    @Inject(Environment) private readonly environment: Environment,
  ) {}

  /**
   * Puts somebody back into the directory as they were, active, in the groups that they were in.
   * @throws Problem 410 when they are erased; 409 when they are there again, or somebody else has their userName
   */
  async restore(tenantId: string, userId: string, event: EventContext): Promise<void> {
    const type = (await this.registries.of(tenantId)).type('User');
    const ctx = { scope: { tenantId }, event, baseUrl: this.environment.scimBaseUrl };
    try {
      await this.db.transaction({ tenantId }, async (tx) => {
        const removals = await tx.query(LOCK_REMOVAL, [tenantId, userId]);
        const [row] = removals.length ? await tx.query<DeletionRow>(DELETION, [tenantId, userId]) : [];
        if (!row) throw erased();
        const resource = withoutChanges({}, openPersonal(row.key, row.id, row.sealed).changes as Change[]);
        await restoreUser(tx, ctx, type, userId, { resource, groups: row.groups, key: row.key });
      });
    } catch (error) {
      if (error instanceof Conflict) throw problem(409, `${error.detail} Rename or delete them first, then restore.`);
      throw error;
    }
    this.signal.announce();
  }
}

export const erased = () => problem(410, 'The person was erased when the retention period had passed.');
