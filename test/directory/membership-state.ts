import type { RequestContext } from '@provost/directory';
import type { DirectoryFixture } from './directory-fixture';

/** Whom a group has, in the table. */
export async function membersOf(directory: DirectoryFixture, groupId: string): Promise<string[]> {
  const rows = await directory.query<{ id: string }>(
    'SELECT member_id AS id FROM memberships WHERE group_id = $1 ORDER BY 1',
    [groupId],
  );
  return rows.map(({ id }) => id);
}

export async function versionOf(directory: DirectoryFixture, groupId: string): Promise<number> {
  const [row] = await directory.query<{ version: number }>('SELECT version FROM groups WHERE id = $1', [groupId]);
  return row!.version;
}

interface MembershipEvent {
  type: string;
  group_id: string;
  subject_id: string;
}

/**
 * What must hold of a tenant's memberships whoever changed them, and how: counts are right, nobody is a member who does not
 * exist, and the log tells exactly the state: nobody was added twice or removed without being there.
 * @returns what does not hold
 */
export async function membershipFaults(
  directory: DirectoryFixture,
  { scope: { tenantId } }: RequestContext,
): Promise<string[]> {
  const rows = await directory.query<{ group_id: string; member_id: string }>(
    'SELECT group_id, member_id FROM memberships WHERE tenant_id = $1',
    [tenantId],
  );
  const counts = await directory.query<{ id: string; member_count: number }>(
    'SELECT id, member_count FROM groups WHERE tenant_id = $1',
    [tenantId],
  );
  const orphans = await directory.query<object>(
    `SELECT m.* FROM memberships m WHERE tenant_id = $1 AND (
       NOT EXISTS (SELECT FROM groups g WHERE g.tenant_id = $1 AND g.id = m.group_id)
       OR NOT CASE m.member_type WHEN 'User' THEN EXISTS (SELECT FROM users u WHERE u.tenant_id = $1 AND u.id = m.member_id)
         ELSE EXISTS (SELECT FROM groups g WHERE g.tenant_id = $1 AND g.id = m.member_id) END)`,
    [tenantId],
  );
  const events = await directory.query<MembershipEvent>(
    `SELECT type, group_id, subject_id FROM events WHERE tenant_id = $1 AND type LIKE 'group.member%' ORDER BY seq`,
    [tenantId],
  );
  const faults = orphans.map((row) => `nobody is ${JSON.stringify(row)}`);
  const told = new Set<string>();
  for (const { type, group_id, subject_id } of events) {
    const key = `${group_id} ${subject_id}`;
    if (type === 'group.member_added') {
      if (told.has(key)) faults.push(`${key} was added twice`);
      told.add(key);
    } else if (!told.delete(key)) faults.push(`${key} was removed without being there`);
  }
  const there = new Set(rows.map((row) => `${row.group_id} ${row.member_id}`));
  for (const key of there) if (!told.has(key)) faults.push(`${key} is there and the log does not know`);
  for (const key of told) if (!there.has(key)) faults.push(`${key} is not there, says the log otherwise`);
  for (const { id, member_count } of counts) {
    const actual = rows.filter((row) => row.group_id === id).length;
    if (actual !== member_count) faults.push(`group ${id} has ${actual} members and counts ${member_count}`);
  }
  return faults;
}
