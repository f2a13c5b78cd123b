import { changes, type Json, type JsonObject, type ResourceType } from '@provost/scim-protocol';
import type { NewEvent } from '@provost/event-log';
import { fold } from './folding';

/** What the columns of `groups` hold beside the resource. */
export interface GroupRow {
  readonly displayName: string;
  readonly displayNameKey: string;
  readonly externalId: string | null;
  readonly resource: string;
}

export function groupRow(resource: JsonObject): GroupRow {
  const displayName = resource.displayName as string;
  return {
    displayName,
    displayNameKey: fold(displayName),
    externalId: (resource.externalId as string | undefined) ?? null,
    resource: JSON.stringify(resource),
  };
}

/** The stored form of anything but a user: schemas and id first. */
export function storedResource(id: string, resource: JsonObject): JsonObject {
  const { schemas, ...rest } = resource;
  return { schemas: schemas as Json, id, ...rest };
}

/** A group's own change as an event; groups are no persons, so nothing of it is encrypted. */
export function groupEvents(
  type: ResourceType,
  id: string,
  from: JsonObject | undefined,
  to: JsonObject | undefined,
): NewEvent[] {
  const list = changes(type, from, to);
  if (from && to && !list.length) return [];
  return [
    {
      type: from ? (to ? 'group.updated' : 'group.deleted') : 'group.created',
      subjectType: 'Group',
      subjectId: id,
      groupId: id,
      data: { displayName: (to ?? from)!.displayName, changes: list },
    },
  ];
}
