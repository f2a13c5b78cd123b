import { changes, type Change, type Json, type JsonObject, type ResourceType } from '@provost/scim-protocol';
import type { NewEvent } from '@provost/event-log';
import { fold } from './folding';
import { searchKey } from './search-key';
import { termsOf } from './terms';

/** What the columns of `users` hold beside the resource. */
export interface UserRow {
  readonly userName: string;
  readonly userNameKey: string;
  readonly externalId: string | null;
  readonly displayName: string | null;
  readonly searchKey: string;
  readonly active: boolean;
  readonly resource: string;
  readonly terms: bigint[];
}

/** The row of a canonical resource (with its id). A user is active unless it says otherwise. */
export function userRow(type: ResourceType, resource: JsonObject): UserRow {
  const userName = resource.userName as string;
  const displayName = (resource.displayName as string | undefined) ?? null;
  return {
    userName,
    userNameKey: fold(userName),
    externalId: (resource.externalId as string | undefined) ?? null,
    displayName,
    searchKey: searchKey(resource),
    active: resource.active !== false,
    resource: JSON.stringify(resource),
    terms: termsOf(type, resource),
  };
}

/** The stored form: schemas and id first, active always said. */
export function storedUser(id: string, resource: JsonObject): JsonObject {
  const { schemas, ...rest } = resource;
  return { schemas: schemas as Json, id, ...rest, active: rest.active ?? true };
}

/**
 * The events of a user's change (contract §8): activation is an event of its own, everything else together one.
 * Values are personal and travel encrypted; which paths changed may stay.
 * @param password whether one was sent: it is dropped and only its coming is recorded
 */
export function userEvents(
  type: ResourceType,
  id: string,
  from: JsonObject | undefined,
  to: JsonObject | undefined,
  password = false,
): NewEvent[] {
  const subject = { subjectType: 'User', subjectId: id } as const;
  const all = changes(type, from, to);
  const event = (kind: NewEvent['type'], list: readonly Change[]): NewEvent => ({
    type: kind,
    ...subject,
    data: { paths: list.map((c) => c.path) },
    personal: { userName: ((to ?? from)?.userName ?? null) as Json, changes: list },
  });
  const events: NewEvent[] = [];
  if (!from || !to) events.push(event(to ? 'user.created' : 'user.deleted', all));
  else {
    const activation = all.filter((c) => c.path === 'active');
    const rest = all.filter((c) => c.path !== 'active');
    if (rest.length) events.push(event('user.updated', rest));
    if (activation.length)
      events.push(event(to.active === false ? 'user.deactivated' : 'user.reactivated', activation));
  }
  if (password) events.push({ type: 'user.password_changed', ...subject, data: { stored: false } });
  return events;
}
