import { Inject, Injectable } from '@nestjs/common';
import { type Manager, managerReference, type ProfileHistory } from '@provost/access-policy';
import { statement, type TenantTransaction } from '@provost/entities';
import { openPersonal } from '@provost/event-log';
import { type Change, withoutChanges } from '@provost/scim-protocol';
import { ManagerDirectory, profileState, Profiles } from '../people';

const PEOPLE = statement(
  'lifecycle.people',
  `SELECT u.id, u.active, u.resource::text, p.app::text, p.steps::text
   FROM users u LEFT JOIN profiles p ON p.tenant_id = u.tenant_id AND p.user_id = u.id
   WHERE u.tenant_id = $1::uuid AND u.id = ANY($2::uuid[])`,
);
/** What the log tells of people who were deleted since $3, by then or later. */
const DEPARTED = statement(
  'lifecycle.departed',
  `SELECT d.user_id, e.id, e.sealed, k.key
   FROM ROWS FROM (unnest($2::uuid[]), unnest($3::bigint[])) AS d (user_id, seq)
   JOIN subject_keys k ON k.tenant_id = $1::uuid AND k.subject_id = d.user_id,
   LATERAL (SELECT e.id, e.sealed FROM events e WHERE e.tenant_id = $1::uuid AND e.seq >= d.seq AND e.subject_id = d.user_id
     AND e.type = 'user.deleted' ORDER BY e.seq LIMIT 1) e WHERE e.sealed IS NOT NULL`,
);

/** Somebody to whom something is done. */
export interface PersonOfRun {
  /** As they are called in mail. */
  readonly name: string;
  readonly userName: string;
  readonly email: string | undefined;
  readonly locale: string | undefined;
  readonly active: boolean;
  /** The manager who is in the directory, active or not. */
  readonly managerId: string | undefined;
  /** Whom a reference in a document names, among those that this person's runs refer to. */
  found(reference: string | undefined): string | undefined;
  /** How somebody is called whom a result names by id. */
  nameOf(id: string): string;
}

interface PersonRow {
  id: string;
  active: boolean;
  resource: string;
  app: string | null;
  steps: string | null;
}
interface Known {
  readonly resource: Readonly<Record<string, unknown>>;
  readonly active: boolean;
  readonly manager: string | undefined;
}

/** Somebody of whom the log tells nothing more. */
const ERASED: Known = { resource: { displayName: 'A colleague' }, active: false, manager: undefined };

/** Reads the people of runs: from the directory, and those who were deleted from the event of their deletion. */
@Injectable()
export class PeopleOfRuns {
  constructor(
    @Inject(Profiles) private readonly profiles: Profiles,
    @Inject(ManagerDirectory) private readonly managers: ManagerDirectory,
  ) {}

  /** @returns by id; also those of whom nothing is known any more */
  async load(
    tx: TenantTransaction,
    tenantId: string,
    runs: readonly {
      userId: string;
      eventSeq: string;
      actions: readonly { arguments: Readonly<Record<string, unknown>> }[];
    }[],
  ): Promise<ReadonlyMap<string, PersonOfRun>> {
    const history = await this.profiles.history(tenantId);
    const known = new Map<string, Known>();
    const ids = runs.map(({ userId }) => userId);
    for (const row of await tx.query<PersonRow>(PEOPLE, [tenantId, ids])) known.set(row.id, present(row, history));
    const gone = runs.filter(({ userId }) => !known.has(userId));
    if (gone.length) await this.departed(tx, tenantId, gone, history, known);
    for (const id of ids) if (!known.has(id)) known.set(id, ERASED);
    const named = runs.flatMap(({ actions }) => actions.map((action) => action.arguments.fallback_owner as string));
    const references = [...named, ...[...known.values()].map(({ manager }) => manager)];
    const lookup = await this.managers.lookup(
      tenantId,
      references.filter((reference) => reference !== undefined),
    );
    const people = references.flatMap((reference) => (reference === undefined ? [] : (lookup(reference) ?? [])));
    const names = new Map(people.map(({ id, name }: Manager) => [id, name]));
    return new Map(
      [...known].map(([id, { resource, active, manager }]) => [
        id,
        {
          ...described(resource),
          active,
          managerId: manager === undefined ? undefined : lookup(manager)?.id,
          found: (reference) => (reference === undefined ? undefined : lookup(reference)?.id),
          nameOf: (named) => names.get(named) ?? named,
        },
      ]),
    );
  }

  private async departed(
    tx: TenantTransaction,
    tenantId: string,
    gone: readonly { userId: string; eventSeq: string }[],
    history: ProfileHistory,
    into: Map<string, Known>,
  ): Promise<void> {
    const rows = await tx.query<{ user_id: string; id: string; sealed: Buffer; key: Buffer }>(DEPARTED, [
      tenantId,
      gone.map(({ userId }) => userId),
      gone.map(({ eventSeq }) => eventSeq),
    ]);
    for (const { user_id: userId, id, sealed, key } of rows) {
      const resource = withoutChanges({}, openPersonal(key, id, sealed).changes as Change[]);
      const { profile } = history.profile(resource);
      into.set(userId, { resource, active: false, manager: managerReference(profile) });
    }
  }
}

function present({ resource: text, active, app, steps }: PersonRow, history: ProfileHistory): Known {
  const resource = JSON.parse(text) as Known['resource'];
  const { profile } = history.profile(resource, profileState(app, steps));
  return { resource, active, manager: managerReference(profile) };
}

function described(resource: Known['resource']): Pick<PersonOfRun, 'name' | 'userName' | 'email' | 'locale'> {
  const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);
  const name = (resource.name ?? {}) as Record<string, unknown>;
  const full = [text(name.givenName), text(name.familyName)].filter((part) => part !== undefined).join(' ');
  const userName = text(resource.userName) ?? '';
  const emails = Array.isArray(resource.emails) ? (resource.emails as { value?: unknown; primary?: unknown }[]) : [];
  const email = emails.find(({ primary }) => primary === true) ?? emails[0];
  return {
    name: text(resource.displayName) ?? text(name.formatted) ?? (full || userName),
    userName,
    email: text(email?.value) ?? (userName.includes('@') ? userName : undefined),
    locale: text(resource.preferredLanguage) ?? text(resource.locale),
  };
}
