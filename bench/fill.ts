import { Client } from 'pg';
import { uuidV7 } from '@provost/entities';
import { newSubjectKey } from '@provost/event-log';
import { CLIENT_PROFILES, createRegistry, parseResource } from '@provost/scim-protocol';
import { idTime } from '../libs/directory/src/id-time';
import { storedUser, userRow } from '../libs/directory/src/user-row';
import { BARE_TENANT } from './bare-server';
import { person } from './person';
import { progress } from './progress';

const BATCH = 2_500;
const USERS = `
  WITH v AS (SELECT * FROM ROWS FROM (unnest($2::uuid[]), unnest($3::text[]), unnest($4::text[]), unnest($5::text[]),
      unnest($6::text[]), unnest($7::text[]), unnest($8::timestamptz[]), unnest($9::text[]), unnest($10::bytea[]))
      AS v (id, user_name, user_name_key, external_id, display_name, search_key, at, resource, key)),
    k AS (INSERT INTO subject_keys (tenant_id, subject_id, key) SELECT $1::uuid, v.id, v.key FROM v),
    t AS (INSERT INTO user_terms (tenant_id, term, user_id)
      SELECT $1::uuid, t.term, t.id FROM ROWS FROM (unnest($11::bigint[]), unnest($12::uuid[])) AS t (term, id))
  INSERT INTO users (tenant_id, id, user_name, user_name_key, external_id, display_name, search_key, active, created_at,
    updated_at, resource)
  SELECT $1::uuid, v.id, v.user_name, v.user_name_key, v.external_id, v.display_name, v.search_key, true, v.at, v.at,
    v.resource::json FROM v`;
const GROUP = `
  INSERT INTO groups (tenant_id, id, display_name, display_name_key, member_count, created_at, updated_at, resource)
  VALUES ($1, $2, $3, lower($3), cardinality($4::uuid[]), now(), now(), $5)`;
const MEMBERS = `
  INSERT INTO memberships (tenant_id, group_id, member_id, member_type)
  SELECT $1, $2, id, 'User' FROM unnest($3::uuid[]) id`;
const NESTING = `
  INSERT INTO memberships (tenant_id, member_id, group_id, member_type)
  SELECT $1, v.*, 'Group' FROM ROWS FROM (unnest($2::uuid[]), unnest($3::uuid[])) v`;
const BARE_USERS = `
  INSERT INTO users (tenant_id, id, user_name_key, resource)
  SELECT $1, v.* FROM ROWS FROM (unnest($2::uuid[]), unnest($3::text[]), unnest($4::text[])) v`;

/**
 * Puts the people 0 … count-1 straight into Provost's tables, each row made by the product's own code, as if they had been
 * created one a millisecond and their events were long delivered. @returns their ids in the order of their numbers
 */
export async function fillUsers(url: string, tenantId: string, count: number): Promise<string[]> {
  const type = createRegistry().type('User');
  const begin = Date.now() - count - 60_000;
  const ids = Array.from({ length: count }, (_, n) => uuidV7(begin + n));
  await withClient(url, async (client) => {
    // Filling is not what is measured: it need not wait for the disk.
    await client.query('SET synchronous_commit = off');
    let inserted: Promise<unknown> = Promise.resolve();
    for (let from = 0; from < count; from += BATCH) {
      const some = ids.slice(from, from + BATCH);
      const rows = some.map((id, i) =>
        userRow(type, storedUser(id, parseResource(type, person(from + i), CLIENT_PROFILES.lenient).resource)),
      );
      await inserted;
      inserted = client.query({
        name: 'fill_users',
        text: USERS,
        values: [
          tenantId,
          some,
          rows.map((r) => r.userName),
          rows.map((r) => r.userNameKey),
          rows.map((r) => r.externalId),
          rows.map((r) => r.displayName),
          rows.map((r) => r.searchKey),
          some.map(idTime),
          rows.map((r) => r.resource),
          some.map(() => newSubjectKey()),
          rows.flatMap((r) => r.terms),
          rows.flatMap((r, i) => r.terms.map(() => some[i]!)),
        ],
      });
      // A failure is thrown where it is awaited; until then it is not unhandled.
      inserted.catch(() => undefined);
      if ((from / BATCH) % 40 === 39) progress(`  ${from + BATCH} of ${count} people are in`);
    }
    await inserted;
    await settle(client, ['users', 'user_terms', 'subject_keys']);
  });
  return ids;
}

/** Puts groups with these members straight into Provost's tables. @returns the groups' ids */
export async function fillGroups(url: string, tenantId: string, groups: readonly string[][]): Promise<string[]> {
  return withClient(url, async (client) => {
    await client.query('SET synchronous_commit = off');
    const ids: string[] = [];
    for (const members of groups) {
      const id = uuidV7();
      const displayName = `Group ${id}`;
      const schemas = ['urn:ietf:params:scim:schemas:core:2.0:Group'];
      const resource = JSON.stringify({ schemas, id, displayName });
      await client.query({ name: 'fill_group', text: GROUP, values: [tenantId, id, displayName, members, resource] });
      await client.query({ name: 'fill_members', text: MEMBERS, values: [tenantId, id, members] });
      ids.push(id);
    }
    await settle(client, ['groups', 'memberships']);
    return ids;
  });
}

/** Makes groups members of others. @param pairs member and group */
export async function fillNesting(
  url: string,
  tenantId: string,
  pairs: readonly (readonly [string, string])[],
): Promise<void> {
  await withClient(url, async (client) => {
    await client.query(NESTING, [tenantId, pairs.map(([member]) => member), pairs.map(([, group]) => group)]);
    await settle(client, ['memberships']);
  });
}

/** The same people in the bare server's table, with texts as long as Provost's answers. */
export async function fillBareUsers(url: string, ids: readonly string[], answer: (n: number) => string): Promise<void> {
  await withClient(url, async (client) => {
    await client.query('SET synchronous_commit = off');
    for (let from = 0; from < ids.length; from += BATCH) {
      const some = ids.slice(from, from + BATCH);
      const texts = some.map((_, i) => answer(from + i));
      const keys = some.map((_, i) => person(from + i).userName);
      await client.query({ name: 'fill_bare', text: BARE_USERS, values: [BARE_TENANT, some, keys, texts] });
    }
    await settle(client, ['users']);
  });
}

/** Each of these permissions for each of the people in the bare server's table. */
export async function fillBarePermissions(
  url: string,
  users: readonly string[],
  permissions: readonly string[],
): Promise<void> {
  await withClient(url, async (client) => {
    await client.query(
      `INSERT INTO permissions (tenant_id, user_id, permission)
       SELECT $1, u, p FROM unnest($2::uuid[]) u, unnest($3::text[]) p`,
      [BARE_TENANT, users, permissions],
    );
    await settle(client, ['permissions']);
  });
}

/** What a database in use has had done to it by its background workers; and nothing of it falls into a measure. */
export async function settle(client: Client, tables: readonly string[]): Promise<void> {
  for (const table of tables) await client.query(`VACUUM (ANALYZE) ${table}`);
  await client.query('CHECKPOINT');
}

export async function withClient<T>(url: string, use: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}
