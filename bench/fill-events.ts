import { uuidV7 } from '@provost/entities';
import { newSubjectKey, sealEvent } from '@provost/event-log';
import { settle, withClient } from './fill';
import { person } from './person';

const BATCH = 5_000;
const CONTEXT = JSON.stringify({
  actor: { type: 'scim', id: '0192f6c1-1111-7b20-a3a4-6a1d3a7b9c01', name: 'Okta' },
  request: { id: '9f1c2ab04d11-4x', ip: '198.51.100.7', client: 'Okta SCIM Client 1.0' },
});
const KEYS = `INSERT INTO subject_keys (tenant_id, subject_id, key)
  SELECT $1::uuid, * FROM ROWS FROM (unnest($2::uuid[]), unnest($3::bytea[]))`;
const EVENTS = `
  INSERT INTO events (tenant_id, id, occurred_at, type, subject_type, subject_id, context, data, sealed)
  SELECT $1::uuid, v.id, now(), 'user.updated', 'User', v.subject, $2::json, $3::json, v.sealed
  FROM ROWS FROM (unnest($4::uuid[]), unnest($5::uuid[]), unnest($6::bytea[])) AS v (id, subject, sealed)`;
const PLAIN_EVENTS = `
  INSERT INTO events (tenant_id, id, occurred_at, type, subject_type, subject_id, context, data)
  SELECT $1::uuid, uuid_v7(), now(), 'user.updated', 'User', ($4::uuid[])[1 + (n::bigint * 7919) % cardinality($4::uuid[])],
    $2::json, $3::json FROM generate_series($5::int, $6::int) n`;
const DATA = JSON.stringify({ paths: ['title'] });

/** Puts events about so many people into the log of a tenant, each with a personal part, as changes of a title would have. */
export async function fillEvents(url: string, tenantId: string, count: number, people: number): Promise<void> {
  const subjects = Array.from({ length: people }, () => uuidV7());
  const keys = subjects.map(() => newSubjectKey());
  const personal = subjects.map((_, n) => ({
    userName: person(n).userName,
    changes: [{ path: 'title', from: 'Engineer', to: `Staff Engineer ${n}` }],
  }));
  await withClient(url, async (client) => {
    await client.query('SET synchronous_commit = off');
    await client.query(KEYS, [tenantId, subjects, keys]);
    for (let from = 0; from < count; from += BATCH) {
      const numbers = Array.from({ length: Math.min(BATCH, count - from) }, (_, i) => (from + i) % people);
      const ids = numbers.map(() => uuidV7());
      const sealed = numbers.map((n, i) => sealEvent(keys[n]!, ids[i]!, personal[n]!));
      const values = [tenantId, CONTEXT, DATA, ids, numbers.map((n) => subjects[n]), sealed];
      await client.query({ name: 'fill_events', text: EVENTS, values });
    }
    await settle(client, ['events', 'subject_keys']);
  });
}

/** The same without personal parts, which are not what is looked for. @returns the ids of the people */
export async function fillPlainEvents(url: string, tenantId: string, count: number, people: number): Promise<string[]> {
  const subjects = Array.from({ length: people }, () => uuidV7());
  await withClient(url, async (client) => {
    await client.query('SET synchronous_commit = off');
    for (let from = 0; from < count; from += 200_000) {
      const to = Math.min(count, from + 200_000) - 1;
      await client.query(PLAIN_EVENTS, [tenantId, CONTEXT, DATA, subjects, from, to]);
    }
    await settle(client, ['events']);
  });
  return subjects;
}
