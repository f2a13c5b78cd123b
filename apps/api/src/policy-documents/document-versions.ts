import { statement } from '@provost/entities';
import type { EventContext } from '@provost/event-log';

/** Who put a version: the actor of its event. */
export type Author = EventContext['actor'];

/** A version of a document without its content. */
export interface VersionView {
  readonly version: number;
  readonly updatedAt: Date;
  readonly updatedBy: Author;
}

/** A version of a document (contract §5). */
export interface DocumentView extends VersionView {
  readonly name: string;
  readonly document: unknown;
}

export interface VersionRow {
  readonly name: string;
  readonly version: number;
  readonly created_at: Date;
  readonly created_by: Author;
}
export interface DocumentRow extends VersionRow {
  readonly document: unknown;
}

const IN_FORCE = `policy_heads h JOIN policy_documents d
  ON d.tenant_id = h.tenant_id AND d.name = h.name AND d.version = h.version`;

/** Every document that was put, without its content. $1 tenant. */
export const LIST_CURRENT = statement(
  'policy.list_current',
  `SELECT d.name, d.version, d.created_at, d.created_by FROM ${IN_FORCE} WHERE h.tenant_id = $1::uuid`,
);
/** $1 tenant, $2 name. */
export const GET_CURRENT = statement(
  'policy.get_current',
  `SELECT d.name, d.version, d.created_at, d.created_by, d.document FROM ${IN_FORCE}
   WHERE h.tenant_id = $1::uuid AND h.name = $2`,
);
/** All documents in force, and the counter that moves with them, in one row and of one moment. $1 tenant. */
export const ALL_IN_FORCE = statement(
  'policy.all_in_force',
  `SELECT coalesce((SELECT a.documents FROM access_versions a WHERE a.tenant_id = $1::uuid), 0)::text AS version,
     coalesce((SELECT json_object_agg(d.name, json_build_object('version', d.version, 'document', d.document))
       FROM ${IN_FORCE} WHERE h.tenant_id = $1::uuid), '{}'::json) AS documents`,
);
/** $1 tenant, $2 name, $3 version. */
export const GET_VERSION = statement(
  'policy.get_version',
  `SELECT name, version, created_at, created_by, document FROM policy_documents
   WHERE tenant_id = $1::uuid AND name = $2 AND version = $3::int`,
);
/** The newest first. $1 tenant, $2 name, $3 only those below this version, $4 how many. */
export const LIST_VERSIONS = statement(
  'policy.list_versions',
  `SELECT name, version, created_at, created_by FROM policy_documents
   WHERE tenant_id = $1::uuid AND name = $2 AND version < $3::int ORDER BY version DESC LIMIT $4`,
);

export function versionView({ version, created_at, created_by }: VersionRow): VersionView {
  return { version, updatedAt: created_at, updatedBy: created_by };
}

export function documentView(row: DocumentRow): DocumentView {
  const { version, updatedAt, updatedBy } = versionView(row);
  return { name: row.name, version, document: row.document, updatedAt, updatedBy };
}
