import { uuidV7 } from '@provost/entities';
import type { Json } from '../scim/scim-client';
import { AuditServer, checked } from './audit-server';

let audit: AuditServer;
let first: { name: string; ends: Date };

beforeAll(async () => {
  audit = await AuditServer.start({ AUDIT_RETENTION: 'P2Y' });
  const { database } = audit;
  const { rows } = await database.query<{ name: string; ends: Date }>('SELECT name, ends FROM event_months() LIMIT 1');
  first = rows[0]!;
  // As in a log that has been kept for years: the first partition is one of long ago.
  await database.query(`ALTER TABLE events DETACH PARTITION ${first.name}`);
  for (const [month, from, to] of [
    ['events_2020_01', 'MINVALUE', `'2020-02-01Z'`],
    ['events_2020_02', `'2020-02-01Z'`, `'2020-03-01Z'`],
  ])
    await database.query(`CREATE TABLE ${month} PARTITION OF events FOR VALUES FROM (${from}) TO (${to})`);
  await database.query(
    `ALTER TABLE events ATTACH PARTITION ${first.name} FOR VALUES FROM ('2020-03-01Z') TO ('${first.ends.toISOString()}')`,
  );
});
afterAll(() => audit.stop());

async function append(at: string, tenantId = audit.tenantId): Promise<string> {
  const context = { actor: { type: 'admin', id: 'a' }, request: { id: 'r' } };
  const { rows } = await audit.database.query<{ seq: string }>(
    `INSERT INTO events (tenant_id, id, occurred_at, type, subject_type, subject_id, context)
     VALUES ($1, uuid_v7(), $2, 'user.updated', 'User', $3, $4) RETURNING seq`,
    [tenantId, at, uuidV7(), JSON.stringify(context)],
  );
  return rows[0]!.seq;
}
const months = async () =>
  (await audit.database.query<{ name: string }>('SELECT name FROM event_months()')).rows.map(({ name }) => name);
const runJob = async () =>
  (await audit.app.must(200, 'POST', '/jobs/event-months/run', undefined, audit.app.as('admin'))).result as Json;

it('a month whose time is over is dropped when it is sealed, with seals that say so', async () => {
  await audit.users(2);
  // As of several months in turns: what went is not all in one piece.
  for (const at of ['2020-01-03', '2020-01-04', '2020-02-01', '2020-01-05', '2020-02-02']) await append(at);
  await audit.users(2);
  await append('2020-01-06');
  await audit.seal();
  const before = await audit.verify();
  expect(before).toMatchObject({ ok: true, dropped: null });
  expect(await runJob()).toMatchObject({ dropped: 2 });
  expect(await months()).not.toContain('events_2020_02');
  const after = await audit.verify();
  expect(after).toMatchObject({
    ok: true,
    sealed: before.sealed,
    dropped: { events: 6, until: '2020-03-01T00:00:00.000Z' },
  });
  expect((after.head as Json).seal).toBe(((before.head as Json).seal as number) + 2);
  const file = checked(await audit.exported());
  expect(file.fault).toBeUndefined();
  expect(file.check).toMatchObject({ sealed: before.sealed, dropped: 6, events: (before.sealed as number) - 6 });
  expect(checked(await audit.exported('&type=user.*')).fault).toBeUndefined();
  await audit.users(1);
  await audit.seal();
  expect(await audit.verify()).toMatchObject({ ok: true });
  expect(await runJob()).toMatchObject({ dropped: 0 });
});

describe('of what was dropped', () => {
  const fault = async () => (await audit.verify()).firstFault as Json | undefined;

  it('a seal that is changed is found', async () => {
    const { database, tenantId } = audit;
    for (const change of [
      `leaves = convert_to(replace(convert_from(leaves, 'UTF8'), '2020', '2021'), 'UTF8')`,
      'count = count + 1',
      `kind = 'sealed'`,
    ]) {
      const which = `WHERE tenant_id = '${tenantId}' AND kind = 'dropped'`;
      await database.query(`CREATE TABLE kept_seals AS SELECT * FROM audit_seals ${which}`);
      await database.query(`UPDATE audit_seals SET ${change} ${which}`);
      expect(await fault()).toMatchObject({ seal: expect.any(Number) });
      await database.query(
        `DELETE FROM audit_seals s USING kept_seals k WHERE (s.tenant_id, s.number) = (k.tenant_id, k.number)`,
      );
      await database.query('INSERT INTO audit_seals SELECT * FROM kept_seals');
      await database.query('DROP TABLE kept_seals');
    }
    expect(await fault()).toBeUndefined();
  });

  it('what was deleted before, or put back, is found', async () => {
    const { database } = audit;
    await database.query(
      `CREATE TABLE events_2019_12 PARTITION OF events FOR VALUES FROM (MINVALUE) TO ('2020-01-01Z')`,
    );
    const seqs = [await append('2019-12-02'), await append('2019-12-03'), await append('2019-12-04')];
    await audit.seal();
    await database.query('DELETE FROM events WHERE seq = $1', [seqs[1]]);
    expect(await runJob()).toMatchObject({ dropped: 1 });
    const line = checked(await audit.exported()).fault;
    expect(line).toMatchObject({ fault: ((await fault()) as Json).fault });
    expect(line).toMatchObject({
      fault: expect.stringContaining('2 events were dropped; of those that were sealed 3 are gone'),
    });
  });
});

it('months are made ahead, once', async () => {
  await runJob();
  const made = (await months()).filter((name) => name > first.name);
  expect(made.length).toBeGreaterThanOrEqual(2);
  expect(await runJob()).toMatchObject({ made: 0 });
});
