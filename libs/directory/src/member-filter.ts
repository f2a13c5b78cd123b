import { BadRequest, type Filter, type ResourceType } from '@provost/scim-protocol';
import { MEMBER_JOINS } from './group-members';
import { memberTest } from './membership-sql';
import { SqlValues } from './sql-values';

/**
 * The members of one group that a value filter selects, e.g. `members[display eq "x"]`.
 * @param first the tenant and the group
 */
export function compileMemberFilter(
  type: ResourceType,
  filter: Filter,
  first: [tenantId: string, groupId: string],
): { sql: string; values: unknown[] } {
  const values = new SqlValues([...first]);
  const test = (f: Filter): string => {
    switch (f.kind) {
      case 'and':
        return `(${test(f.left)} AND ${test(f.right)})`;
      case 'or':
        return `(${test(f.left)} OR ${test(f.right)})`;
      case 'not':
        return `NOT coalesce(${test(f.filter)}, false)`;
      case 'present':
        return 'true';
      case 'compare': {
        if (f.value === null) return 'false';
        const sql = memberTest(f.target.attribute.name, f.op, f.value, values);
        return f.op === 'ne' ? `NOT coalesce(${sql}, false)` : sql;
      }
      case 'valuePath':
        throw new BadRequest('invalidFilter', `A value filter of ${type.name}.members cannot hold another one.`);
    }
  };
  const sql = `SELECT m.member_id FROM memberships m ${MEMBER_JOINS}
    WHERE m.tenant_id = $1::uuid AND m.group_id = $2::uuid AND ${test(filter)}`;
  return { sql, values: values.values };
}
