import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { Access, PersonDecider } from '@provost/access-policy';
import { isUuid, statement, TenantDatabase } from '@provost/entities';
import { PLACE, placeFrom, type PlaceRow, type RegisteredPlace } from '../resources';
import { COUNTERS, countersOf, covers, type CountersRow } from './counters';
import { GRANT_JSON, personOf, PROJECT_JSON, type PersonRow } from './person-row';
import { TenantPolicies, type TenantPolicy } from './tenant-policies';

/** $1 tenant, $2 and $3 type and key of a resource, $4 user, $5 whether attributes are wanted. One row, or none for nobody. */
const ASK = statement(
  'mapping.ask',
  `SELECT u.id, u.user_name, u.active, u.version, p.xmin::text AS profile_version, ${COUNTERS},
     (SELECT string_agg(m.group_id::text, ',' ORDER BY m.group_id) FROM memberships m
       WHERE m.tenant_id = $1::uuid AND m.member_id = u.id) AS groups,
     (SELECT json_agg(${PROJECT_JSON} ORDER BY p.key)::text FROM project_members m
       JOIN projects p ON p.tenant_id = m.tenant_id AND p.key = m.project_key
       WHERE m.tenant_id = $1::uuid AND m.user_id = u.id) AS projects,
     (SELECT json_agg(${GRANT_JSON} ORDER BY g.id)::text FROM grants g WHERE g.tenant_id = $1::uuid AND g.user_id = u.id
       AND g.expires_at > now() AND g.revoked_at IS NULL) AS grants,
     CASE WHEN $5::boolean THEN u.resource::text END AS resource, CASE WHEN $5::boolean THEN p.app::text END AS app,
     CASE WHEN $5::boolean THEN p.steps::text END AS steps,
     (SELECT json_build_array(r.kind, r.workspace, r.project, r.archived)::text FROM (${PLACE.text}) r LIMIT 1) AS place
   FROM users u LEFT JOIN profiles p ON p.tenant_id = u.tenant_id AND p.user_id = u.id
     LEFT JOIN access_versions v ON v.tenant_id = u.tenant_id
   WHERE u.tenant_id = $1::uuid AND u.id = $4::uuid`,
);
interface AskRow extends PersonRow, CountersRow {
  version: number;
  /** The transaction that last wrote what is remembered of the profile: times of two instances may be the same. */
  profile_version: string | null;
  place: string | null;
}

/** What somebody may do, as of the moment of the question, and where the resource is. */
export interface Answerer {
  readonly decider: PersonDecider;
  readonly place: RegisteredPlace;
}

/** What is asked about a resource; keys are the application's own. */
export interface ResourceName {
  readonly type: string;
  readonly id: string;
}

interface Known {
  readonly policy: TenantPolicy;
  /** Everything of the person that access depends on. */
  readonly stamp: string;
  readonly decider: PersonDecider;
}

const NOWHERE: ResourceName = { type: 'other', id: '' };
/** People whose answers are remembered. */
const MOST_KNOWN = 20_000;
/** How often a person is read again because the documents or groups changed meanwhile. */
const RETRIES = 3;

/**
 * Computes what people may do. Each question is one statement, which reads the person and the counters of everything else in
 * one moment: what is remembered is used only where none of it has changed, so no answer is older than the last
 * acknowledged write, on any instance.
 */
@Injectable()
export class AccessReader {
  private readonly known = new LRUCache<string, Known>({ max: MOST_KNOWN });

  constructor(
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(TenantPolicies) private readonly policies: TenantPolicies,
  ) {}

  /** @returns undefined when nobody has this id */
  async ask(
    tenantId: string,
    userId: string,
    resource: ResourceName = NOWHERE,
    retries = RETRIES,
  ): Promise<Answerer | undefined> {
    if (!isUuid(userId)) return undefined;
    const key = `${tenantId}${userId}`;
    const known = this.known.get(key);
    const readsAttributes = this.policies.remembered(tenantId)?.policy.readsAttributes ?? true;
    const row = await this.read(tenantId, userId, resource, readsAttributes && known === undefined);
    if (!row) return undefined;
    const counters = countersOf(row);
    const policy = await this.policies.atLeast(tenantId, counters);
    // Newer documents over an older person may give what no moment gave: who has left a group, what it has got since.
    if (retries && !covers(counters, policy.counters)) return this.ask(tenantId, userId, resource, retries - 1);
    const now = new Date();
    const place = placeOf(resource.type, row.place);
    const stamp = `${row.version} ${row.profile_version} ${row.active} ${row.groups} ${row.projects} ${row.grants}`;
    if (known && known.policy === policy && known.stamp === stamp && now.getTime() < known.decider.validUntil)
      return { decider: known.decider, place };
    if (policy.policy.readsAttributes && row.resource === null) {
      // Something has changed since it was remembered, and the attributes were not read.
      this.known.delete(key);
      return this.ask(tenantId, userId, resource, retries);
    }
    const decider = policy.policy.decider(personOf(row, policy.history), now);
    this.known.set(key, { policy, stamp, decider });
    return { decider, place };
  }

  /** The whole access of somebody, with the reason of each thing. @returns undefined when nobody has this id */
  async access(tenantId: string, userId: string): Promise<Access | undefined> {
    return (await this.ask(tenantId, userId))?.decider.access();
  }

  /** The workspaces that somebody has access to now. */
  async workspacesOf(tenantId: string, userId: string): Promise<ReadonlySet<string>> {
    const access = await this.access(tenantId, userId);
    return new Set(access?.workspaces.map(({ workspace }) => workspace));
  }

  private async read(
    tenantId: string,
    userId: string,
    { type, id }: ResourceName,
    attributes: boolean,
  ): Promise<AskRow | undefined> {
    const [row] = await this.db.read<AskRow>({ tenantId }, ASK, [tenantId, type, id, userId, attributes]);
    return row;
  }
}

function placeOf(type: string, place: string | null): RegisteredPlace {
  if (place === null) return placeFrom(type, undefined);
  const [kind, workspace, project, archived] = JSON.parse(place) as [PlaceRow['kind'], ...(string | null)[]] & {
    3: boolean;
  };
  return placeFrom(type, { kind, workspace: workspace ?? null, project: project ?? null, archived });
}
