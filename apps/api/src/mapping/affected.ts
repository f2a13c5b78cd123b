import type { EventRow } from '@provost/event-log';
import { POLICY_DOCUMENTS } from '@provost/access-policy';
import type { TenantPolicy } from './tenant-policies';

/** Whose roles an event may have changed. */
export type Affected =
  | { readonly kind: 'person'; readonly id: string }
  /** The people of this group and of the groups in it. */
  | { readonly kind: 'group'; readonly id: string }
  | { readonly kind: 'everybody' };

const DECIDING = new Set(POLICY_DOCUMENTS.filter((type) => type.decidesAccess).map(({ name }) => name));

const WITHOUT_DOCUMENTS = /^(access\.|user\.(deactivated|reactivated|deleted)$)/;

/** @param policy as of now @returns undefined when the event changes nobody's roles */
export function affectedBy(event: EventRow, policy: TenantPolicy): Affected | undefined {
  const { type, subject_type: subject, subject_id: id } = event;
  if (type === 'config.changed') return DECIDING.has(event.data?.name as string) ? { kind: 'everybody' } : undefined;
  if (id === null || type === 'access.role_changed') return undefined;
  // Where no document gives roles, only grants do, and these end with the person.
  if (!isDecided(policy) && !WITHOUT_DOCUMENTS.test(type)) return undefined;
  // A group that comes or goes changes nobody's access by that, but for a mapping that the nodes below inherit.
  if (type === 'group.created' || type === 'group.deleted')
    return isInherited(id, policy) ? { kind: 'everybody' } : undefined;
  // Names are what group_hierarchy, rollout and conditions know groups by.
  if (type === 'group.updated') return isInherited(id, policy) ? { kind: 'everybody' } : { kind: 'group', id };
  if (type === 'group.member_added' || type === 'group.member_removed')
    return { kind: subject === 'Group' ? 'group' : 'person', id };
  if (subject !== 'User' || type === 'user.password_changed') return undefined;
  return /^(user|access)\./.test(type) ? { kind: 'person', id } : undefined;
}

function isDecided({ documents }: TenantPolicy): boolean {
  return Object.keys(documents).some((name) => DECIDING.has(name));
}

function isInherited(groupId: string, { bindings, documents }: TenantPolicy): boolean {
  const mappings = (documents.group_mappings ?? {}) as Readonly<Record<string, { inherit?: boolean }>>;
  return [...bindings].some(([key, bound]) => bound === groupId && mappings[key]?.inherit === true);
}
