import { Client } from 'pg';
import { startEmbeddedPostgres } from '@provost/embedded-postgres';
import { openPersonal } from '@provost/event-log';
import type { Acknowledged } from './load';

/** Writes that are half there, each as a sentence; all of these queries find nothing in a sound database. */
const HALF_WRITES: Readonly<Record<string, string>> = {
  'a user without its user.created': `SELECT u.id FROM users u WHERE NOT EXISTS
    (SELECT FROM events e WHERE e.tenant_id = u.tenant_id AND e.subject_id = u.id AND e.type = 'user.created')`,
  'a user.created without its user': `SELECT e.subject_id AS id FROM events e WHERE e.type = 'user.created'
    AND NOT EXISTS (SELECT FROM users u WHERE u.tenant_id = e.tenant_id AND u.id = e.subject_id)`,
  'a user.created twice': `SELECT subject_id AS id FROM events WHERE type = 'user.created' GROUP BY 1 HAVING count(*) > 1`,
  'a user without a key': `SELECT u.id FROM users u WHERE NOT EXISTS
    (SELECT FROM subject_keys k WHERE k.tenant_id = u.tenant_id AND k.subject_id = u.id)`,
  'a key without a user': `SELECT k.subject_id AS id FROM subject_keys k WHERE NOT EXISTS
    (SELECT FROM users u WHERE u.tenant_id = k.tenant_id AND u.id = k.subject_id)`,
  'a user without terms': `SELECT u.id FROM users u WHERE NOT EXISTS
    (SELECT FROM user_terms t WHERE t.tenant_id = u.tenant_id AND t.user_id = u.id)`,
  'terms without their user': `SELECT t.user_id AS id FROM user_terms t WHERE NOT EXISTS
    (SELECT FROM users u WHERE u.tenant_id = t.tenant_id AND u.id = t.user_id)`,
  'a version that counts other than the changes': `SELECT u.id FROM users u WHERE u.version <> 1 +
    (SELECT count(*) FROM events e WHERE e.tenant_id = u.tenant_id AND e.subject_id = u.id AND e.type = 'user.updated')`,
  'a member_count that counts other than the members': `SELECT g.id FROM groups g WHERE g.member_count <>
    (SELECT count(*) FROM memberships m WHERE m.tenant_id = g.tenant_id AND m.group_id = g.id)`,
  'a membership without its event': `SELECT m.member_id AS id FROM memberships m WHERE NOT EXISTS
    (SELECT FROM events e WHERE e.tenant_id = m.tenant_id AND e.subject_id = m.member_id AND e.group_id = m.group_id
      AND e.type = 'group.member_added')`,
  'a group.member_added without the membership': `SELECT e.subject_id AS id FROM events e WHERE e.type = 'group.member_added'
    AND NOT EXISTS (SELECT FROM memberships m
      WHERE m.tenant_id = e.tenant_id AND m.member_id = e.subject_id AND m.group_id = e.group_id)`,
};

interface PersonRow {
  id: string;
  title: string;
  in_group: boolean;
  /** The last event about that person. */
  event_id: string;
  sealed: Buffer;
  key: Buffer;
}

/**
 * Starts the database of a data directory that nobody uses, and finds what is not as it was acknowledged, or half there.
 * @returns sentences; none when all is well
 */
export async function checkDirectory(dataDir: string, people: readonly Acknowledged[]): Promise<string[]> {
  const server = await startEmbeddedPostgres({ dataDir });
  const client = new Client({ connectionString: server.url });
  await client.connect();
  try {
    return [...(await halfWrites(client)), ...(await notAsAcknowledged(client, people))];
  } finally {
    await client.end();
    await server.stop();
  }
}

async function halfWrites(client: Client): Promise<string[]> {
  const found: string[] = [];
  for (const [what, sql] of Object.entries(HALF_WRITES))
    for (const { id } of (await client.query<{ id: string }>(sql)).rows) found.push(`${what}: ${id}`);
  return found;
}

async function notAsAcknowledged(client: Client, people: readonly Acknowledged[]): Promise<string[]> {
  const { rows } = await client.query<PersonRow>(
    `SELECT u.id, u.resource->>'title' AS title, last.id AS event_id, last.sealed, k.key,
       EXISTS (SELECT FROM memberships m WHERE m.tenant_id = u.tenant_id AND m.member_id = u.id) AS in_group
     FROM users u JOIN subject_keys k ON k.tenant_id = u.tenant_id AND k.subject_id = u.id,
     LATERAL (SELECT e.id, e.sealed FROM events e WHERE e.tenant_id = u.tenant_id AND e.subject_id = u.id
       AND e.sealed IS NOT NULL ORDER BY e.seq DESC LIMIT 1) last`,
  );
  const stored = new Map(rows.map((row) => [row.id, row]));
  return people.flatMap((person) => {
    const row = stored.get(person.id);
    if (!row) return [`${person.userName} was acknowledged and is not there`];
    const faults: string[] = [];
    const possible = [person.title ?? 'new', ...(person.unanswered === undefined ? [] : [person.unanswered])];
    if (!possible.includes(row.title))
      faults.push(`${person.userName} is "${row.title}", not ${possible.join(' or ')}`);
    if (person.inGroup && !row.in_group) faults.push(`${person.userName} is not in the group`);
    const { changes } = openPersonal(row.key, row.event_id, row.sealed) as { changes: { path: string; to: unknown }[] };
    if (changes.find((change) => change.path === 'title')?.to !== row.title)
      faults.push(`the last event of ${person.userName} says something else than the row`);
    return faults;
  });
}
