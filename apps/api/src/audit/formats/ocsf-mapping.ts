/** A class and an activity of OCSF; `name` says what an activity is that the class has no number for (99, Other). */
export interface OcsfActivity {
  readonly class: OcsfClass;
  readonly activity: number;
  readonly name?: string;
}

export type OcsfClass = 3001 | 3002 | 3004 | 3005 | 3006 | 6003;

const OTHER = 99;
const is = (of: OcsfClass, activity: number): OcsfActivity => ({ class: of, activity });
const other = (of: OcsfClass, name: string): OcsfActivity => ({ class: of, activity: OTHER, name });

const ACCOUNT = 3001;
const AUTHENTICATION = 3002;
const ENTITY = 3004;
const PRIVILEGES = 3005;
const GROUP = 3006;
const API = 6003;

/** What the types of events are in each version of OCSF (https://schema.ocsf.io). A type without a row is mapped by its subject. */
export const OCSF_MAPPING = {
  '1.8.0': {
    'user.created': is(ACCOUNT, 1),
    // The class has no number for a change of a profile.
    'user.updated': other(ACCOUNT, 'Update'),
    'user.deactivated': is(ACCOUNT, 5),
    'user.reactivated': is(ACCOUNT, 2),
    'user.password_changed': is(ACCOUNT, 3),
    'user.deleted': is(ACCOUNT, 6),
    'user.deprovisioned': other(ACCOUNT, 'Deprovision'),
    'user.restored': other(ACCOUNT, 'Restore'),
    'user.purged': other(ACCOUNT, 'Purge'),
    'group.created': is(GROUP, 6),
    'group.updated': other(GROUP, 'Update'),
    'group.deleted': is(GROUP, 5),
    'group.member_added': is(GROUP, 3),
    'group.member_removed': is(GROUP, 4),
    'entitlement.created': is(ENTITY, 1),
    'entitlement.updated': is(ENTITY, 3),
    'entitlement.deleted': is(ENTITY, 4),
    'access.role_changed': other(PRIVILEGES, 'Role Change'),
    'access.grant_created': is(PRIVILEGES, 1),
    'access.grant_started': is(PRIVILEGES, 1),
    'access.grant_expired': is(PRIVILEGES, 2),
    'access.grant_revoked': is(PRIVILEGES, 2),
    'access.approval_requested': other(PRIVILEGES, 'Request Approval'),
    'access.approval_approved': other(PRIVILEGES, 'Approve'),
    'access.approval_rejected': other(PRIVILEGES, 'Reject'),
    'access.approval_expired': other(PRIVILEGES, 'Expire'),
    'access.approval_lapsed': other(PRIVILEGES, 'Lapse'),
    'resource.workspace_registered': is(ENTITY, 1),
    'resource.workspace_updated': is(ENTITY, 3),
    'resource.workspace_removed': is(ENTITY, 4),
    'resource.project_registered': is(ENTITY, 1),
    'resource.project_updated': is(ENTITY, 3),
    'resource.project_removed': is(ENTITY, 4),
    'resource.content_registered': is(ENTITY, 1),
    'resource.content_updated': is(ENTITY, 3),
    'resource.content_removed': is(ENTITY, 4),
    'resource.project_member_added': is(GROUP, 3),
    'resource.project_member_removed': is(GROUP, 4),
    'session.login': is(AUTHENTICATION, 1),
    'session.revoked': is(AUTHENTICATION, 2),
    'auth.failed': is(AUTHENTICATION, 1),
    'credential.created': is(ENTITY, 1),
    'credential.updated': is(ENTITY, 3),
    'credential.rotated': is(ENTITY, 3),
    'credential.authorized': other(ENTITY, 'Authorize'),
    'credential.revoked': is(ENTITY, 4),
    'tenant.created': is(ENTITY, 1),
    'tenant.updated': is(ENTITY, 3),
    'config.changed': is(ENTITY, 3),
    'audit.export_started': other(API, 'Export Started'),
    'audit.exported': other(API, 'Export'),
    'webhook.created': is(ENTITY, 1),
    'webhook.updated': is(ENTITY, 3),
    'webhook.deleted': is(ENTITY, 4),
    'webhook.secret_rotated': is(ENTITY, 3),
    'webhook.disabled': is(ENTITY, 9),
    'sync.rate_limited': other(API, 'Rate Limit'),
    'error.scim_request': other(API, 'Failed Request'),
    'error.scim_requests_omitted': other(API, 'Failed Requests'),
  },
} as const satisfies Record<string, Readonly<Record<string, OcsfActivity>>>;

export type OcsfVersion = keyof typeof OCSF_MAPPING;

/** What a type of event is. @param subject the type of what it is about */
export function ocsfActivity(version: OcsfVersion, type: string, subject: string | undefined): OcsfActivity {
  const rows: Readonly<Record<string, OcsfActivity>> = OCSF_MAPPING[version];
  if (Object.hasOwn(rows, type)) return rows[type]!;
  if (type.startsWith('error.')) return other(API, type);
  if (subject === 'User') return other(ACCOUNT, type);
  return other(subject === 'Group' ? GROUP : ENTITY, type);
}

/** The category of a class, by its number. */
export function ocsfCategory(of: OcsfClass): number {
  return Math.floor(of / 1_000);
}
