import { v5 as uuidV5 } from 'uuid';
import type { Change, NewEvent } from '@provost/event-log';
import type { Attributes } from './registration';

type Fields = Readonly<Record<string, unknown>>;

/**
 * What differs between two states of a resource. Of the app's own attributes only the names are told: their values may
 * be about people, and this part of an event stays when a person is erased.
 */
export function resourceChanges(
  from: { fields: Fields; attributes: Attributes } | undefined,
  to: { fields: Fields; attributes: Attributes },
): Change[] {
  const fields = changed(from?.fields ?? {}, to.fields).map((path) => ({
    path,
    from: from?.fields[path],
    to: to.fields[path],
  }));
  return [...fields, ...changed(from?.attributes ?? {}, to.attributes).map((path) => ({ path }))];
}

/** An event about a workspace, project or piece of content. Its subject's id is made from the key, the same each time. */
export function resourceEvent(
  tenantId: string,
  kind: 'workspace' | 'project' | 'content',
  what: 'registered' | 'updated' | 'removed',
  key: string,
  changes: readonly Change[] = [],
): NewEvent {
  return {
    type: `resource.${kind}_${what}`,
    subjectType: `${kind[0]!.toUpperCase()}${kind.slice(1)}`,
    subjectId: uuidV5(`${kind}/${key}`, tenantId),
    data: { key, ...(changes.length && { changes }) },
  };
}

function changed(from: Fields, to: Fields): string[] {
  const names = new Set([...Object.keys(from), ...Object.keys(to)]);
  return [...names].filter((name) => json(own(from, name)) !== json(own(to, name)));
}

function own(fields: Fields, name: string): unknown {
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}

/** An absent field and one that is null are the same to a reader. */
function json(value: unknown): string {
  return JSON.stringify(value ?? null);
}

/** The event of a change of one field of a piece of content, where nobody has the whole of it at hand. */
export function contentChanged(tenantId: string, key: string, path: string, from: unknown, to: unknown): NewEvent {
  return resourceEvent(tenantId, 'content', 'updated', key, [{ path, ...(from !== undefined && { from }), to }]);
}
