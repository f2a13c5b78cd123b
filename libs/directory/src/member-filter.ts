import type { Filter } from '@provost/scim-protocol';
import { MEMBER_JOINS } from './group-members';
import { memberCondition } from './membership-sql';
import { SqlValues } from './sql-values';

/**
 * The members of one group that a value filter selects, e.g. `members[display eq "x"]`.
 * @param first the tenant and the group
 */
export function compileMemberFilter(
  filter: Filter,
  first: [tenantId: string, groupId: string],
  baseUrl: string,
): { sql: string; values: unknown[] } {
  const values = new SqlValues([...first]);
  const sql = `SELECT m.member_id FROM memberships m ${MEMBER_JOINS}
    WHERE m.tenant_id = $1::uuid AND m.group_id = $2::uuid AND ${memberCondition(filter, baseUrl, values)}`;
  return { sql, values: values.values };
}
