import type { RequestContext } from '@provost/directory';
import { uuidV7 } from '@provost/entities';
import { ENTERPRISE_URN, type JsonObject, USER_URN } from '@provost/scim-protocol';
import { storedUser, userRow } from '../../libs/directory/src/user-row';
import type { DirectoryFixture } from './directory-fixture';

export const SIZE = 100_000;
export const INACTIVE = 100;
const BATCH = 5_000;
/** When the first of them arrived; one comes every second. */
export const BEGIN = Date.UTC(2024, 0, 1);

const FIRST = [
  'Ava',
  'Bo',
  'Cyrus',
  'Dilnoza',
  'Elif',
  'Fatou',
  'Goran',
  'Hanna',
  'Ines',
  'Jun',
  'Kwame',
  'Lucía',
  'Mei',
  'Noor',
];
const LAST = [
  'Okafor',
  'Petrov',
  'Quispe',
  'Rossi',
  'Sørensen',
  'Tanaka',
  'Usman',
  'Vargas',
  'Weber',
  'Xu',
  'Yilmaz',
  'Zhou',
  'Novak',
];

export const externalId = (n: number): string => `00u${n.toString(36).padStart(8, '0')}`;

/** Person number n, with what a directory has of a person: some values are theirs alone, some those of a few, of many. */
export function person(n: number): JsonObject {
  const [first, last] = [FIRST[n % FIRST.length]!, LAST[(n >> 4) % LAST.length]!];
  const login = `${first}.${last}.${n}`.toLowerCase();
  return {
    schemas: [USER_URN, ENTERPRISE_URN],
    userName: `${login}@corp.example`,
    externalId: externalId(n),
    name: { givenName: first, familyName: last },
    displayName: `${first} ${last} ${n}`,
    title: `Engineer ${n % 9}`,
    active: n % (SIZE / INACTIVE) !== 7,
    emails: [{ value: `${login}@mail.example`, type: 'work', primary: true }],
    [ENTERPRISE_URN]: {
      employeeNumber: `E-${n}`,
      department: `Department ${n % 200}`,
      manager: { value: `m-${n % 5_000}` },
    },
  };
}

const INSERT_USERS = `
  INSERT INTO users (tenant_id, id, user_name, user_name_key, external_id, display_name, search_key, active, created_at,
    updated_at, resource)
  SELECT t, id, user_name, user_name_key, external_id, display_name, search_key, active, at, at, resource::json
  FROM unnest($1::uuid[]) t, ROWS FROM (unnest($2::uuid[]), unnest($3::text[]), unnest($4::text[]), unnest($5::text[]),
    unnest($6::text[]), unnest($7::text[]), unnest($8::boolean[]), unnest($9::timestamptz[]), unnest($10::text[]))
    AS v (id, user_name, user_name_key, external_id, display_name, search_key, active, at, resource)`;
const INSERT_TERMS = `
  INSERT INTO user_terms (tenant_id, term, user_id)
  SELECT t, term, id FROM unnest($1::uuid[]) t, ROWS FROM (unnest($2::bigint[]), unnest($3::uuid[])) AS v (term, id)`;

/**
 * Fills a tenant with people as the product would have stored them, many a statement, and another one with a quarter of them:
 * indexes are made afterwards, as they would be by now. @returns the ids of the people
 */
export async function fill(directory: DirectoryFixture, ctx: RequestContext, other: RequestContext): Promise<string[]> {
  const restore = await dropIndexes(directory, ['users', 'user_terms']);
  const type = ctx.registry.type('User');
  const ids = Array.from({ length: SIZE }, (_, n) => uuidV7(BEGIN + n * 1_000));
  const inserted: Promise<unknown>[] = [];
  for (let from = 0; from < SIZE; from += BATCH) {
    const batch = ids.slice(from, from + BATCH);
    const tenants = [ctx, ...(from < SIZE / 4 ? [other] : [])].map(({ scope }) => scope.tenantId);
    const rows = batch.map((id, i) => userRow(type, storedUser(id, person(from + i))));
    inserted.push(
      directory.query(INSERT_USERS, [
        tenants,
        batch,
        rows.map((row) => row.userName),
        rows.map((row) => row.userNameKey),
        rows.map((row) => row.externalId),
        rows.map((row) => row.displayName),
        rows.map((row) => row.searchKey),
        rows.map((row) => row.active),
        rows.map((_, i) => new Date(BEGIN + (from + i) * 1_000)),
        rows.map((row) => row.resource),
      ]),
    );
    inserted.push(
      directory.query(INSERT_TERMS, [
        tenants,
        rows.flatMap((row) => row.terms),
        rows.flatMap((row, i) => row.terms.map(() => batch[i])),
      ]),
    );
    // While these are on their way, the next ones are made.
    if (inserted.length > 4) await inserted.splice(0, 2)[1];
  }
  await Promise.all(inserted);
  await restore();
  for (const table of ['users', 'user_terms']) await directory.query(`VACUUM ANALYZE ${table}`);
  return ids;
}

/** @returns makes them again, as they were */
async function dropIndexes(directory: DirectoryFixture, tables: string[]): Promise<() => Promise<void>> {
  const keys = await directory.query<{ table: string; name: string; definition: string }>(
    `SELECT conrelid::regclass::text AS table, conname AS name, pg_get_constraintdef(oid) AS definition FROM pg_constraint
     WHERE contype IN ('p', 'u') AND conrelid::regclass::text = ANY($1)`,
    [tables],
  );
  for (const { table, name } of keys) await directory.query(`ALTER TABLE ${table} DROP CONSTRAINT ${name}`);
  const indexes = await directory.query<{ name: string; definition: string }>(
    `SELECT indexname AS name, indexdef AS definition FROM pg_indexes WHERE tablename = ANY($1)`,
    [tables],
  );
  for (const { name } of indexes) await directory.query(`DROP INDEX ${name}`);
  return async () => {
    const made = [
      ...keys.map(({ table, name, definition }) => `ALTER TABLE ${table} ADD CONSTRAINT ${name} ${definition}`),
      ...indexes.map(({ definition }) => definition),
    ];
    for (const sql of made) await directory.query(sql);
  };
}
