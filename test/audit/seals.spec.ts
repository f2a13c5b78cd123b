import { Client } from 'pg';
import { TenantDatabase } from '@provost/entities';
import { EventSignal, SettledNumber } from '@provost/event-log';
import { Sealer } from '../../apps/api/src/audit/sealer';
import { SigningKeys } from '../../apps/api/src/audit/signing-keys';
import { Verification } from '../../apps/api/src/audit/verification';
import { Jobs } from '../../apps/api/src/jobs';
import type { Json } from '../scim/scim-client';
import { AuditServer } from './audit-server';
import { onConnection } from './one-connection';
import { seeded, Tampering } from './tampering';

const ATTEMPTS = 500;

let audit: AuditServer;
beforeAll(async () => {
  audit = await AuditServer.start();
});
afterAll(() => audit.stop());

const count = async (where = '') => {
  const sql = `SELECT count(*)::int AS n FROM events WHERE tenant_id = $1 ${where}`;
  return (await audit.database.query<{ n: number }>(sql, [audit.tenantId])).rows[0]!.n;
};

/** Some batches, with numbers in between that nobody has. */
async function sealSome(batches: number, each: number): Promise<void> {
  for (let i = 0; i < batches; i++) {
    await audit.users(each);
    await audit.database.query(`SELECT nextval('events_seq'), nextval('events_seq')`);
    await audit.seal();
  }
}

describe('seals', () => {
  it('cover every event once the job has run, and hold', async () => {
    await sealSome(8, 12);
    expect(await audit.verify()).toEqual({
      ok: true,
      sealed: await count(),
      unsealed: 0,
      dropped: null,
      head: { seal: expect.any(Number), hash: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
  });

  it('leave what is written after them to the next', async () => {
    // The scheduled sealer cannot come in between.
    const other = new Client({ connectionString: audit.app.scim.server.databaseUrl });
    await other.connect();
    await other.query(`SELECT pg_advisory_lock(hashtextextended('provost consumer audit-seals', 0))`);
    await audit.users(3);
    expect(await audit.verify()).toMatchObject({ ok: true, unsealed: 3 });
    await other.end();
    await audit.seal();
    expect(await audit.verify()).toMatchObject({ ok: true, unsealed: 0 });
  });

  it('hold when a person is erased', async () => {
    const [user] = await audit.users(1);
    await audit.seal();
    await audit.database.query('DELETE FROM subject_keys WHERE subject_id = $1', [user]);
    expect(await audit.verify()).toMatchObject({ ok: true });
  });

  it('show auditors the key, and other tenants nothing', async () => {
    const key = await audit.get('signing-key');
    expect(key).toMatchObject({ algorithm: 'Ed25519', publicKey: expect.stringContaining('PUBLIC KEY') });
    await audit.app.scim.api('POST', '/tenants', { slug: 'globex', name: 'Globex' });
    const as = { 'x-tenant': 'globex' };
    const before = (await audit.app.scim.api('GET', '/audit/verify', undefined, as)).body;
    await audit.seal();
    const { body } = await audit.app.scim.api('GET', '/audit/verify', undefined, as);
    expect(before.ok && body.ok).toBe(true);
    expect(body.sealed).toBeLessThan(10);
  });

  it('cannot be written or changed by the application in the name of a tenant', async () => {
    const { database, tenantId } = audit;
    for (const table of ['audit_seals', 'audit_heads', 'audit_actors'])
      for (const sql of [
        `DELETE FROM ${table}`,
        `UPDATE ${table} SET tenant_id = tenant_id`,
        `INSERT INTO ${table} DEFAULT VALUES`,
      ]) {
        await database.query('BEGIN');
        await database.query(`SELECT set_config('app.tenant', $1, true)`, [tenantId]);
        await database.query('SET LOCAL ROLE provost_app');
        await expect(database.query(sql)).rejects.toMatchObject({ code: '42501' });
        await database.query('ROLLBACK');
      }
  });
});

describe('a sealer that dies', () => {
  const sealerOn = (db: TenantDatabase) => {
    const { app } = audit.app.scim.server;
    const [settled, keys] = [app.get(SettledNumber, { strict: false }), app.get(SigningKeys, { strict: false })];
    return new Sealer(db, settled, keys, app.get(EventSignal, { strict: false }), new Jobs());
  };
  const real = () => audit.app.scim.server.app.get(TenantDatabase, { strict: false });

  /** The database, whose connection is lost at a step: before the statement arrives, or before its answer does. */
  function dying(step: string, arrives: boolean): TenantDatabase {
    const run: TenantDatabase['run'] = async (scope, statement, values) => {
      if (statement.name === step) {
        if (arrives) await real().run(scope, statement, values);
        throw new Error('The connection was lost.');
      }
      return real().run(scope, statement, values);
    };
    return { run } as unknown as TenantDatabase;
  }

  it.each(
    ['audit.position', 'audit.span', 'audit.heads', 'audit.seal'].flatMap((step) => [
      [step, 'before', false],
      [step, 'after', true],
    ]) as [string, string, boolean][],
  )('%s, %s it was carried out, has sealed all or nothing, and is followed', async (step, _, arrives) => {
    await audit.users(4);
    const dead = sealerOn(dying(step, arrives));
    await expect(dead.alone(() => dead['sealAll'](), 5_000)).rejects.toThrow('lost');
    await dead.beforeApplicationShutdown();
    expect(await audit.verify()).toMatchObject({ ok: true });
    await audit.seal();
    expect(await audit.verify()).toMatchObject({ ok: true, sealed: await count(), unsealed: 0 });
  });
});

describe('somebody who owns the database, but not the key', () => {
  let client: Client;
  beforeAll(async () => {
    await audit.users(2);
    await audit.seal();
    client = new Client({ connectionString: audit.app.scim.server.databaseUrl });
    await client.connect();
  });
  afterAll(() => client.end());

  it(`is found out, ${ATTEMPTS} times of ${ATTEMPTS}`, async () => {
    const { tenantId } = audit;
    const { app } = audit.app.scim.server;
    const settled = { upTo: () => Promise.resolve(10n ** 15n) } as SettledNumber;
    const verification = new Verification(onConnection(client), settled, app.get(SigningKeys, { strict: false }));
    const numbers = await column(`SELECT seq::text AS value FROM events WHERE tenant_id = $1 ORDER BY seq`);
    const unused = await column(
      `SELECT n::text AS value FROM generate_series(1, $2::bigint - 1) n
      WHERE NOT EXISTS (SELECT FROM events WHERE seq = n) AND $1::uuid IS NOT NULL`,
      numbers.at(-1),
    );
    const [seals] = await column(`SELECT max(number)::text AS value FROM audit_seals WHERE tenant_id = $1`);
    const tampering = new Tampering(client, tenantId, seeded(20261124), numbers, unused, Number(seals));
    const kinds = Object.entries(tampering.kinds);
    const missed: string[] = [];
    const unnamed: string[] = [];
    await client.query('BEGIN');
    expect(await verification.verify(tenantId)).toMatchObject({ ok: true });
    for (let i = 0; i < ATTEMPTS; i++) {
      const [name, act] = kinds[i % kinds.length]!;
      await client.query('SAVEPOINT untouched');
      await act();
      const found = (await verification.verify(tenantId)) as unknown as Json;
      if (found.ok) missed.push(`${i}: ${name}`);
      const fault = found.firstFault as Json | undefined;
      // A change of an event names the event, not only the batch.
      if (/ of an event$/.test(name) && fault?.sequence === undefined)
        unnamed.push(`${name}: ${JSON.stringify(fault)}`);
      await client.query('ROLLBACK TO untouched');
    }
    await client.query('ROLLBACK');
    expect(missed).toEqual([]);
    expect(unnamed).toEqual([]);
    expect(kinds.length).toBeGreaterThan(35);
    expect(await audit.verify()).toMatchObject({ ok: true });
  });

  async function column(sql: string, ...more: unknown[]): Promise<string[]> {
    return (await client.query<{ value: string }>(sql, [audit.tenantId, ...more])).rows.map(({ value }) => value);
  }
});
