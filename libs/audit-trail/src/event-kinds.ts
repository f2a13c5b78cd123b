import type { EventType } from '@provost/event-log';

export const CATEGORIES = ['provisioning', 'access', 'system'] as const;
/** As an audit record is divided (contract §8): who was provisioned, who may do what, and the system itself. */
export type Category = (typeof CATEGORIES)[number];
export type Outcome = 'success' | 'failure';

export interface EventKind {
  readonly category: Category;
  readonly outcome: Outcome;
}

const PROVISIONING: EventKind = { category: 'provisioning', outcome: 'success' };
const ACCESS: EventKind = { category: 'access', outcome: 'success' };
const SYSTEM: EventKind = { category: 'system', outcome: 'success' };
const failed = ({ category }: EventKind): EventKind => ({ category, outcome: 'failure' });

/** Every type of event that is written: a new one that has no row here does not compile. */
const KINDS = {
  'user.created': PROVISIONING,
  'user.updated': PROVISIONING,
  'user.deactivated': PROVISIONING,
  'user.reactivated': PROVISIONING,
  'user.deleted': PROVISIONING,
  'user.password_changed': PROVISIONING,
  'user.deprovisioned': PROVISIONING,
  'user.restored': PROVISIONING,
  'user.purged': PROVISIONING,
  'group.created': PROVISIONING,
  'group.updated': PROVISIONING,
  'group.deleted': PROVISIONING,
  'entitlement.created': PROVISIONING,
  'entitlement.updated': PROVISIONING,
  'entitlement.deleted': PROVISIONING,
  'lifecycle.run_started': PROVISIONING,
  'lifecycle.run_completed': PROVISIONING,
  'lifecycle.run_failed': failed(PROVISIONING),
  'lifecycle.run_retried': PROVISIONING,
  'lifecycle.removal_missed': failed(PROVISIONING),
  'lifecycle.rollout_reached': PROVISIONING,
  'lifecycle.held': PROVISIONING,
  'lifecycle.hold_released': PROVISIONING,
  'lifecycle.hold_discarded': PROVISIONING,
  'group.member_added': ACCESS,
  'group.member_removed': ACCESS,
  'access.role_changed': ACCESS,
  'access.approval_requested': ACCESS,
  'access.approval_approved': ACCESS,
  'access.approval_rejected': ACCESS,
  'access.approval_expired': ACCESS,
  'access.approval_lapsed': ACCESS,
  'access.grant_created': ACCESS,
  'access.grant_started': ACCESS,
  'access.grant_expired': ACCESS,
  'access.grant_revoked': ACCESS,
  'resource.workspace_registered': ACCESS,
  'resource.workspace_updated': ACCESS,
  'resource.workspace_removed': ACCESS,
  'resource.project_registered': ACCESS,
  'resource.project_updated': ACCESS,
  'resource.project_removed': ACCESS,
  'resource.content_registered': ACCESS,
  'resource.content_updated': ACCESS,
  'resource.content_removed': ACCESS,
  'resource.project_member_added': ACCESS,
  'resource.project_member_removed': ACCESS,
  'session.login': ACCESS,
  'session.revoked': ACCESS,
  'auth.failed': failed(ACCESS),
  'credential.created': SYSTEM,
  'credential.updated': SYSTEM,
  'credential.rotated': SYSTEM,
  'credential.authorized': SYSTEM,
  'credential.authorization_ended': SYSTEM,
  'credential.revoked': SYSTEM,
  'credential.expiring': SYSTEM,
  'tenant.created': SYSTEM,
  'tenant.updated': SYSTEM,
  'certificate.expiring': failed(SYSTEM),
  'config.changed': SYSTEM,
  'audit.export_started': SYSTEM,
  'audit.exported': SYSTEM,
  'webhook.created': SYSTEM,
  'webhook.updated': SYSTEM,
  'webhook.deleted': SYSTEM,
  'webhook.secret_rotated': SYSTEM,
  'webhook.disabled': failed(SYSTEM),
  'sync.conflict': SYSTEM,
  'sync.member_unknown': failed(SYSTEM),
  'sync.rate_limited': failed(PROVISIONING),
  'error.scim_request': failed(PROVISIONING),
  'error.scim_requests_omitted': failed(PROVISIONING),
} satisfies Record<EventType, EventKind>;

const table: Readonly<Record<string, EventKind>> = KINDS;

/** The types that are written, in the order in which they are shown. */
export const EVENT_TYPES: readonly string[] = Object.keys(KINDS);

/** What a type of event is; of types that are not in the table, such as those of later versions, by their first word. */
export function kindOf(type: string): EventKind {
  const known = Object.hasOwn(table, type) ? table[type] : undefined;
  if (known) return known;
  if (type.startsWith('error.')) return failed(SYSTEM);
  return /^(user|group|entitlement|lifecycle)\./.test(type)
    ? PROVISIONING
    : /^(access|session)\./.test(type)
      ? ACCESS
      : SYSTEM;
}

/** `user.created`, `user.*` or `*`. */
const PATTERN = /^(\*|[a-z][a-z_]*(\.[a-z][a-z_]*)*(\.\*)?)$/;

/** The known types that a name or a pattern covers; undefined when it is neither. */
export function typesLike(pattern: string): readonly string[] | undefined {
  if (!PATTERN.test(pattern)) return undefined;
  if (pattern === '*') return EVENT_TYPES;
  return pattern.endsWith('.*') ? EVENT_TYPES.filter((type) => type.startsWith(pattern.slice(0, -1))) : [pattern];
}
