import type { CompareOperator, CompareValue } from '@provost/scim-protocol';
import { isUuid } from '@provost/entities';
import { compareKey, foldedSql } from './comparison-sql';
import { fold } from './folding';
import { MEMBER_DISPLAY, MEMBER_JOINS } from './group-members';
import type { SqlValues } from './sql-values';

/**
 * `groups.value`, `groups.display` or `groups.type` of a user, indirect memberships included: from the groups that match
 * down to their people, so that the cost is that of those groups.
 */
export function memberOf(sub: string, op: CompareOperator, value: CompareValue, values: SqlValues): string {
  const text = String(value);
  if (sub === 'type') {
    const direct = `EXISTS (SELECT FROM memberships m WHERE m.tenant_id = $1::uuid AND m.member_id = r.id)`;
    return `(${compareKey(`('direct' COLLATE "C")`, op, fold(text), values)} AND ${direct})`;
  }
  const start =
    sub === 'display'
      ? `SELECT g.id FROM groups g WHERE g.tenant_id = $1::uuid AND ${compareKey('g.display_name_key', op, fold(text), values)}`
      : `SELECT g.id FROM groups g WHERE g.tenant_id = $1::uuid AND ${idTest('g.id', op, text, values)}`;
  return `r.id IN (
    WITH RECURSIVE down (id) AS (${start}
      UNION SELECT m.member_id FROM down JOIN memberships m
        ON m.tenant_id = $1::uuid AND m.group_id = down.id AND m.member_type = 'Group')
    SELECT m.member_id FROM down JOIN memberships m ON m.tenant_id = $1::uuid AND m.group_id = down.id)`;
}

/** `members.value`, `members.display` or `members.type` of a group. */
export function groupMember(sub: string, op: CompareOperator, value: CompareValue, values: SqlValues): string {
  const text = String(value);
  if (sub === 'value') {
    if ((op === 'eq' || op === 'ne') && !isUuid(text)) return 'false';
    return `r.id IN (SELECT m.group_id FROM memberships m WHERE m.tenant_id = $1::uuid AND ${idTest('m.member_id', op, text, values)})`;
  }
  return `EXISTS (SELECT FROM memberships m ${MEMBER_JOINS}
    WHERE m.tenant_id = $1::uuid AND m.group_id = r.id AND ${memberTest(sub, op, value, values)})`;
}

/** A test of one membership `m` with its joins. */
export function memberTest(sub: string, op: CompareOperator, value: CompareValue, values: SqlValues): string {
  const text = String(value);
  if (sub === 'value') return idTest('m.member_id', op, text, values);
  if (sub === 'type') return compareKey(foldedSql('m.member_type'), op, fold(text), values);
  if (sub === 'display') return compareKey(foldedSql(MEMBER_DISPLAY), op, fold(text), values);
  return 'false';
}

function idTest(column: string, op: CompareOperator, text: string, values: SqlValues): string {
  if (op !== 'eq' && op !== 'ne') return compareKey(`(${column}::text COLLATE "C")`, op, text, values);
  return isUuid(text) ? `${column} = ${values.add(text, 'uuid')}` : 'false';
}
