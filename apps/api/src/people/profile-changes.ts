import { Inject, Injectable } from '@nestjs/common';
import type { Conflict, Profile, ProfileHistory, ProfileState, ProfileValue } from '@provost/access-policy';
import { sameValue } from '@provost/access-policy';
import { statement, TenantDatabase, type TenantTransaction } from '@provost/entities';
import { type EventContext, EventSignal, eventValues, insertEvents, type NewEvent } from '@provost/event-log';
import { noSuchUser } from './people.service';
import { profileState } from './person-row';
import { profileInput } from './profile-input';
import { Profiles } from './profiles';

// The user's row first, as an update of the user does; its trigger then finds what is set here, or is seen here.
const LOCK_USER = statement(
  'profile.lock_user',
  `SELECT u.id, u.user_name, u.version, u.resource::text,
     (SELECT v.documents::text FROM access_versions v WHERE v.tenant_id = $1::uuid) AS documents,
     (SELECT k.key FROM subject_keys k WHERE k.tenant_id = $1::uuid AND k.subject_id = u.id) AS key
   FROM users u WHERE u.tenant_id = $1::uuid AND u.id = $2::uuid FOR NO KEY UPDATE OF u`,
);
const LOCK_PROFILE = statement(
  'profile.lock',
  `SELECT p.app::text, p.steps::text FROM profiles p WHERE p.tenant_id = $1::uuid AND p.user_id = $2::uuid FOR UPDATE`,
);
const KEEP = statement(
  'profile.keep',
  `WITH p AS (
     INSERT INTO profiles AS p (tenant_id, user_id, app, steps, sync_version, changed_at)
     VALUES ($1::uuid, $2::uuid, $3::json, $4::json, 0, $5::timestamptz)
     ON CONFLICT (tenant_id, user_id) DO UPDATE
       SET app = excluded.app, steps = excluded.steps, changed_at = coalesce(excluded.changed_at, p.changed_at)
     RETURNING user_id),
   e AS (${insertEvents('$1::uuid', 6, ', p')})
   SELECT user_id FROM p`,
);

interface LockedPerson {
  readonly id: string;
  readonly userName: string;
  readonly version: number;
  readonly resource: unknown;
  readonly key: Buffer | null;
  readonly state: ProfileState;
  readonly history: ProfileHistory;
}

/** The only writer of what the application set, and of the conflicts between it and Okta. */
@Injectable()
export class ProfileChanges {
  constructor(
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(EventSignal) private readonly signal: EventSignal,
    @Inject(Profiles) private readonly profiles: Profiles,
  ) {}

  /**
   * Sets fields of a profile on behalf of the application. A field that has the value already is left as it is, so that a profile
   * that is sent back whole pins nothing; null gives a field back to Okta.
   * @throws Problem 404, and 400 with a fault for each field that is wrong
   */
  async set(tenantId: string, id: string, input: object, context: EventContext): Promise<void> {
    const written = await this.db.transaction({ tenantId }, async (tx) => {
      const person = await this.lock(tx, tenantId, id);
      if (!person) throw noSuchUser();
      const values = profileInput(person.history.mapping.fields, input);
      const at = new Date();
      const settled = settle(person);
      const before = person.history.profile(person.resource, settled.state).profile;
      const app = { ...settled.state.app };
      for (const [field, value] of values) {
        if (value === null) delete app[field];
        else if (!sameValue(value, before[field]))
          app[field] = { value, at: at.toISOString(), version: person.version };
      }
      const state = { ...settled.state, app };
      const event = changeEvent(person, before, person.history.profile(person.resource, state).profile);
      const changed = event !== undefined || !sameValue(app, settled.state.app);
      if (!changed && !settled.moved) return false;
      const events = [...settled.events, ...(event ? [event] : [])];
      await this.keep(tx, tenantId, person, state, changed ? at : null, events, context);
      return true;
    });
    if (written) this.signal.announce();
  }

  /** Writes down the conflicts that updates of a person have brought since they were last settled, each once. */
  async settle(tenantId: string, id: string, context: EventContext): Promise<void> {
    const written = await this.db.transaction({ tenantId }, async (tx) => {
      const person = await this.lock(tx, tenantId, id);
      const settled = person && settle(person);
      if (!settled?.moved) return false;
      await this.keep(tx, tenantId, person!, settled.state, null, settled.events, context);
      return settled.events.length > 0;
    });
    if (written) this.signal.announce();
  }

  private async lock(tx: TenantTransaction, tenantId: string, id: string): Promise<LockedPerson | undefined> {
    const [user] = await tx.query<{
      id: string;
      user_name: string;
      version: number;
      resource: string;
      documents: string | null;
      key: Buffer | null;
    }>(LOCK_USER, [tenantId, id]);
    if (!user) return undefined;
    const [row] = await tx.query<{ app: string | null; steps: string }>(LOCK_PROFILE, [tenantId, id]);
    return {
      id: user.id,
      userName: user.user_name,
      version: user.version,
      resource: JSON.parse(user.resource) as unknown,
      key: user.key,
      state: profileState(row?.app ?? null, row?.steps ?? null) ?? { app: {}, steps: [] },
      history: await this.profiles.history(tenantId, user.documents),
    };
  }

  private async keep(
    tx: TenantTransaction,
    tenantId: string,
    person: LockedPerson,
    { app, steps }: ProfileState,
    changedAt: Date | null,
    events: readonly NewEvent[],
    context: EventContext,
  ): Promise<void> {
    await tx.query(KEEP, [
      tenantId,
      person.id,
      Object.keys(app).length ? JSON.stringify(app) : null,
      JSON.stringify(steps),
      changedAt,
      ...eventValues(new Date(), context, events, person.key ?? undefined),
    ]);
  }
}

interface Settled {
  readonly state: ProfileState;
  readonly events: NewEvent[];
  /** Whether anything is to be written. */
  readonly moved: boolean;
}

/** Nothing is remembered for a person of whom the application set nothing, but what fields that do not flow need. */
function settle(person: LockedPerson): Settled {
  const { history, resource, version, state } = person;
  if (!Object.keys(state.app).length) return { state, events: [], moved: false };
  const conflicts = history.conflicts(resource, state);
  const next = history.settled(resource, version, state);
  return { state: next, events: conflicts.map((one) => conflictEvent(person, one)), moved: !sameValue(next, state) };
}

/** What was decided stays in the log when the person is erased; the values are theirs. */
function conflictEvent({ id, userName }: LockedPerson, conflict: Conflict): NewEvent {
  const { field, kept, resolution, at, app, okta } = conflict;
  return {
    type: 'sync.conflict',
    subjectType: 'User',
    subjectId: id,
    data: { field, kept, resolution, changedAt: at },
    personal: { userName, app, okta: okta ?? null },
  };
}

function changeEvent({ id, userName }: LockedPerson, from: Profile, to: Profile): NewEvent | undefined {
  const changes = [...new Set([...Object.keys(from), ...Object.keys(to)])]
    .filter((field) => !sameValue(own(from, field), own(to, field)))
    .map((field) => ({ path: `profile.${field}`, from: own(from, field), to: own(to, field) }));
  if (!changes.length) return undefined;
  return {
    type: 'user.updated',
    subjectType: 'User',
    subjectId: id,
    data: { paths: changes.map(({ path }) => path) },
    personal: { userName, changes },
  };
}

const own = (profile: Profile, field: string): ProfileValue | undefined =>
  Object.hasOwn(profile, field) ? profile[field] : undefined;
