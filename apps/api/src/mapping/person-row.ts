import {
  type Attributes,
  conditionAttributes,
  type Grant,
  type Person,
  type ProfileHistory,
} from '@provost/access-policy';
import { profileState } from '../people';

/** A person as the statements here select them. */
export interface PersonRow {
  id: string;
  user_name: string;
  active: boolean;
  /** Ids of the groups, separated by commas. */
  groups: string | null;
  /** Projects as JSON pairs of key and workspace. */
  projects: string | null;
  /** Running and coming grants as JSON. */
  grants: string | null;
  /** Roles that were approved, as a JSON list. */
  approved: string | null;
  /** SCIM resource and what is remembered of the profile; null unless asked for. */
  resource: string | null;
  app: string | null;
  steps: string | null;
}

/** JSON of a grant `g`; the times in ms since the epoch. */
export const GRANT_JSON = `json_build_array(g.id, g.role, g.permission, g.workspace,
  extract(epoch FROM g.starts_at) * 1000, extract(epoch FROM g.expires_at) * 1000)`;
/**
 * The approved roles of a user `u`, as a JSON list; $1 the tenant. Where there are no approvals, which is nearly everywhere, that
 * is asked once and nobody is looked up.
 */
export const APPROVED_ROLES = `CASE WHEN (SELECT EXISTS (SELECT FROM approvals o WHERE o.tenant_id = $1::uuid AND o.state = 'approved'))
  THEN (SELECT json_agg(o.role ORDER BY o.role)::text FROM approvals o WHERE o.tenant_id = $1::uuid AND o.user_id = u.id
    AND o.state = 'approved') END`;
/** JSON of a project `p`. */
export const PROJECT_JSON = `json_build_array(p.key, p.workspace)`;

type GrantJson = [string, string | null, string | null, string | null, number | null, number];

/** @param history maps the profile that conditions see; called when the policy asks for attributes */
export function personOf(row: PersonRow, history: ProfileHistory): Person {
  return {
    id: row.id,
    userName: row.user_name,
    active: row.active,
    groups: row.groups ? row.groups.split(',') : [],
    projects: row.projects
      ? (JSON.parse(row.projects) as [string, string | null][]).map(([key, workspace]) => ({ key, workspace }))
      : [],
    grants: row.grants ? (JSON.parse(row.grants) as GrantJson[]).map(grantOf) : [],
    approved: approvedOf(row),
    attributes: () => attributesOf(row, history),
  };
}

/** Undefined where nothing was approved. */
export function approvedOf({ approved }: Pick<PersonRow, 'approved'>): ReadonlySet<string> | undefined {
  return approved === null ? undefined : new Set(JSON.parse(approved) as string[]);
}

function grantOf([id, role, permission, workspace, startsAt, expiresAt]: GrantJson): Grant {
  return {
    id,
    role,
    permission,
    workspace,
    startsAt: startsAt === null ? null : new Date(startsAt),
    expiresAt: new Date(expiresAt),
  };
}

/** What conditions see of a person. @throws Error when the attributes were not read */
export function attributesOf(
  row: Pick<PersonRow, 'id' | 'resource' | 'app' | 'steps'>,
  history: ProfileHistory,
): Attributes {
  if (row.resource === null) throw new Error(`The attributes of ${row.id} were not read.`);
  const resource = JSON.parse(row.resource) as Attributes;
  return conditionAttributes(resource, history.profile(resource, profileState(row.app, row.steps)).profile);
}
