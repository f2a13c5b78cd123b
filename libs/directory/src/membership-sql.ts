import type { Attribute, CompareOperator, CompareValue, Filter } from '@provost/scim-protocol';
import { compareKey, compareUuid, foldedSql } from './comparison-sql';
import { elementCondition, type ElementTests } from './element-sql';
import { fold } from './folding';
import { MEMBER_DISPLAY, MEMBER_JOINS } from './group-members';
import { literal, type SqlValues } from './sql-values';

/**
 * Users with a group, direct or indirect, that satisfies a filter over `groups`: from the groups that match down to their
 * people, so that the cost is that of those groups. A condition over row `r` of users; $1 is the tenant.
 */
export function memberOf(filter: Filter, baseUrl: string, values: SqlValues): string {
  const groups = (type: 'direct' | 'indirect') =>
    `SELECT g.id FROM groups g WHERE g.tenant_id = $1::uuid AND ${elementCondition(filter, groupTests(type, baseUrl, values))}`;
  if (!mentions(filter, 'type'))
    return `r.id IN (WITH RECURSIVE down (id) AS (${groups('direct')}
        UNION SELECT m.member_id FROM down JOIN memberships m
          ON m.tenant_id = $1::uuid AND m.group_id = down.id AND m.member_type = 'Group')
      SELECT m.member_id FROM down JOIN memberships m ON m.tenant_id = $1::uuid AND m.group_id = down.id)`;
  return `(r.id IN (SELECT m.member_id FROM memberships m
      WHERE m.tenant_id = $1::uuid AND m.group_id IN (${groups('direct')}))
    OR r.id IN (WITH RECURSIVE down (top, id) AS (SELECT t.id, t.id FROM (${groups('indirect')}) t
        UNION SELECT down.top, m.member_id FROM down JOIN memberships m
          ON m.tenant_id = $1::uuid AND m.group_id = down.id AND m.member_type = 'Group')
      SELECT m.member_id FROM down JOIN memberships m ON m.tenant_id = $1::uuid AND m.group_id = down.id
      WHERE NOT EXISTS (SELECT FROM memberships d
        WHERE d.tenant_id = $1::uuid AND d.group_id = down.top AND d.member_id = m.member_id)))`;
}

/** Groups with a member that satisfies a filter over `members`: a condition over row `r` of groups. */
export function hasMember(filter: Filter, baseUrl: string, values: SqlValues): string {
  return `r.id IN (SELECT m.group_id FROM memberships m ${MEMBER_JOINS}
    WHERE m.tenant_id = $1::uuid AND ${memberCondition(filter, baseUrl, values)})`;
}

/** A filter over `members` as a condition over one membership `m` with MEMBER_JOINS. */
export function memberCondition(filter: Filter, baseUrl: string, values: SqlValues): string {
  const ref = () => `(CASE m.member_type WHEN 'User' THEN ${values.add(`${baseUrl}/Users/`, 'text')}
    ELSE ${values.add(`${baseUrl}/Groups/`, 'text')} END || m.member_id::text)`;
  return elementCondition(filter, {
    present: () => 'true',
    compare(attribute, op, value) {
      // Not caseExact here (RFC 7643 §8.7.1), unlike `id` itself.
      if (attribute.name === 'value') return compareUuid('m.member_id', op, fold(String(value)), values);
      const text = attribute.name === 'type' ? 'm.member_type' : attribute.name === 'display' ? MEMBER_DISPLAY : ref();
      return textTest(text, attribute, op, value, values);
    },
  });
}

function groupTests(type: 'direct' | 'indirect', baseUrl: string, values: SqlValues): ElementTests {
  return {
    present: () => 'true',
    compare(attribute, op, value) {
      const text = String(value);
      switch (attribute.name) {
        case 'value':
          return compareUuid('g.id', op, fold(text), values);
        case 'display':
          return compareKey('g.display_name_key', op, fold(text), values);
        case 'type':
          return compareKey(`(${literal(type)} COLLATE "C")`, op, fold(text), values);
        default:
          return textTest(`(${values.add(`${baseUrl}/Groups/`, 'text')} || g.id::text)`, attribute, op, value, values);
      }
    },
  };
}

function textTest(
  text: string,
  attribute: Attribute,
  op: CompareOperator,
  value: CompareValue,
  values: SqlValues,
): string {
  return attribute.caseExact
    ? compareKey(`(${text} COLLATE "C")`, op, String(value), values)
    : compareKey(foldedSql(text), op, fold(String(value)), values);
}

function mentions(filter: Filter, name: string): boolean {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return mentions(filter.left, name) || mentions(filter.right, name);
    case 'not':
      return mentions(filter.filter, name);
    case 'valuePath':
      return false;
    default:
      return filter.target.attribute.name === name;
  }
}
