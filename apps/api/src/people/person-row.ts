import type { ProfileState } from '@provost/access-policy';

/** A person as every statement here selects them. */
export interface PersonRow {
  id: string;
  user_name: string;
  external_id: string | null;
  active: boolean;
  created_at: Date;
  updated_at: Date;
  version: number;
  resource: string;
  app: string | null;
  steps: string | null;
  /** Counter of the tenant's documents in the moment of the read. */
  documents: string | null;
}

/** Columns of `users u LEFT JOIN profiles p`; $1 is the tenant. An application's change is one of the person as well. */
export const PERSON_COLUMNS = `u.id, u.user_name, u.external_id, u.active, u.created_at,
  greatest(u.updated_at, p.changed_at) AS updated_at, u.version, u.resource::text, p.app::text, p.steps::text,
  (SELECT v.documents::text FROM access_versions v WHERE v.tenant_id = $1::uuid) AS documents`;
export const PERSON_TABLES = `users u LEFT JOIN profiles p ON p.tenant_id = u.tenant_id AND p.user_id = u.id`;

/** The columns `app` and `steps` of a row of `profiles`; undefined where there is none. */
export function profileState(app: string | null, steps: string | null): ProfileState | undefined {
  if (app === null && (steps === null || steps === '[]')) return undefined;
  return {
    app: app === null ? {} : (JSON.parse(app) as ProfileState['app']),
    steps: steps === null ? [] : (JSON.parse(steps) as ProfileState['steps']),
  };
}
