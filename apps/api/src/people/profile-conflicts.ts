import { Inject, Injectable } from '@nestjs/common';
import { NIL_TENANT, statement, TenantDatabase } from '@provost/entities';
import type { EventConsumer, EventContext, EventRow } from '@provost/event-log';
import { Consumers } from '../audit';
import { ProfileChanges } from './profile-changes';

/** Few people have a value that the application set; of the others there is nothing to settle. */
const CONCERNED = statement(
  'profile.concerned',
  `SELECT p.user_id FROM profiles p WHERE p.tenant_id = $1::uuid AND p.user_id = ANY($2::uuid[]) AND p.app IS NOT NULL`,
);

/**
 * Follows the log and writes a `sync.conflict` event for each change of Okta's to what the application had set. What the profile
 * shows does not wait for it. An event that comes again finds everything settled, so each conflict is told once.
 */
@Injectable()
export class ProfileConflicts implements EventConsumer {
  readonly name = 'profile-conflicts';

  constructor(
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(ProfileChanges) private readonly changes: ProfileChanges,
    @Inject(Consumers) consumers: Consumers,
  ) {
    consumers.register(this);
  }

  async handle(events: readonly EventRow[]): Promise<void> {
    for (const [tenantId, updates] of byTenant(events)) {
      const concerned = await this.db.run<{ user_id: string }>({ tenantId }, CONCERNED, [
        tenantId,
        [...updates.keys()],
      ]);
      for (const { user_id: id } of concerned) await this.changes.settle(tenantId, id, contextOf(updates.get(id)!));
    }
  }
}

/** The last update of each user, by tenant and user. */
function byTenant(events: readonly EventRow[]): Map<string, Map<string, EventRow>> {
  const tenants = new Map<string, Map<string, EventRow>>();
  for (const event of events) {
    if (event.type !== 'user.updated' || event.subject_id === null) continue;
    const users = tenants.get(event.tenant_id) ?? new Map<string, EventRow>();
    tenants.set(event.tenant_id, users.set(event.subject_id, event));
  }
  return tenants;
}

/** The request that brought the conflict; nobody decided it but the document. */
function contextOf({ context }: EventRow): EventContext {
  return { actor: { type: 'system', id: NIL_TENANT, name: 'sync_config' }, request: context.request };
}
