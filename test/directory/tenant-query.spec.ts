import { setTimeout as delay } from 'node:timers/promises';
import { type Client, DatabaseError } from 'pg';
import type { RequestContext } from '@provost/directory';
import {
  composedStatement,
  CredentialRefused,
  DatabaseUnavailable,
  type Scope,
  type Statement,
} from '@provost/entities';
import { DirectoryFixture } from './directory-fixture';

const sql = (text: string, name = ''): Statement => ({ name, text });
const WHO = sql(`SELECT current_user AS role, current_setting('app.tenant', true) AS tenant, pg_backend_pid() AS pid`);
const NAMES = sql('SELECT tenant_id, user_name FROM users', 'spec.names');
const ADD = sql(
  `INSERT INTO memberships (tenant_id, group_id, member_id, member_type) VALUES ($1, $2, $2, 'User') RETURNING group_id`,
  'spec.add',
);
const MEMBERSHIPS = sql('SELECT group_id FROM memberships', 'spec.memberships');
/** What the spec looks at of a shared connection. */
interface Lane {
  readonly client: () => Promise<Client>;
}
const SOMEBODY = '018dc888-6b00-7cc5-bbf4-5c116262a773';

/** The contract of libs/entities with the pinned pg, of which it overrides internals: whoever raises pg runs this. */
describe.each([true, false])('a statement in a tenant (names of statements are carried: %s)', (carriesNames) => {
  let directory: DirectoryFixture;
  let [acme, globex]: RequestContext[] = [];
  // One pooled connection and one lane: what a statement leaves behind, the next one finds.
  beforeAll(async () => {
    directory = await DirectoryFixture.open({ pool: 1, lanes: 1, carriesNames });
    [acme, globex] = [await directory.tenant(), await directory.tenant()];
    for (const [ctx, name] of [
      [acme, 'ava'],
      [acme, 'bo'],
      [globex, 'gus'],
    ] as const)
      await directory.create(ctx, 'User', { userName: name });
  });
  afterAll(() => directory.close());

  /** What a connection is when nobody is in a tenant. */
  const outside = async () => {
    const [pooled] = await directory.query<{ role: string; tenant: string | null; pid: number }>(WHO.text);
    const onLane = async (lane: Lane) => {
      const answer = await (await lane.client()).query<{ role: string; tenant: string | null; pid: number }>(WHO.text);
      return answer.rows[0]!;
    };
    const { reads, writes } = directory.db as unknown as Record<string, { lanes: Lane[] }>;
    return { pooled: pooled!, read: await onLane(reads!.lanes[0]!), write: await onLane(writes!.lanes[0]!) };
  };
  const ways = {
    read: (scope: Scope, statement: Statement, values: unknown[] = []) => directory.db.read(scope, statement, values),
    run: (scope: Scope, statement: Statement, values: unknown[] = []) => directory.db.run(scope, statement, values),
    write: (scope: Scope, statement: Statement, values: unknown[] = []) =>
      directory.db.write(scope, statement.name ? statement : composedStatement(statement.text), values),
    transaction: (scope: Scope, statement: Statement, values: unknown[] = []) =>
      directory.db.transaction(scope, (tx) => tx.query(statement, values)),
  };

  describe.each(Object.entries(ways))('by %s', (_, ask) => {
    it.each([true, false])('runs as the application in its tenant (with a credential: %s)', async (checked) => {
      const { tenantId, credentialId } = acme!.scope;
      const [row] = await ask(checked ? { tenantId, credentialId } : { tenantId }, WHO);
      expect(row).toMatchObject({ role: 'provost_app', tenant: tenantId });
    });

    it('leaves neither role nor tenant behind, whether it succeeded or failed', async () => {
      await directory.db.read(acme!.scope, NAMES, []);
      const before = await outside();
      await ask(acme!.scope, NAMES);
      await expect(ask(acme!.scope, sql('SELECT 1/0'))).rejects.toThrow(/division by zero/);
      await expect(ask(acme!.scope, sql('SELEC'))).rejects.toThrow(/syntax error/);
      const after = await outside();
      expect(after).toEqual(before); // The same connections, too.
      for (const { role, tenant } of Object.values(after)) {
        expect(role).not.toMatch(/^provost_(app|platform|search)$/);
        expect(tenant ?? '').toBe('');
      }
    });

    it('sees its tenant’s rows without asking for them, and nobody’s before', async () => {
      expect(await ask(acme!.scope, NAMES)).toHaveLength(2);
      expect(await ask(globex!.scope, NAMES)).toEqual([{ tenant_id: globex!.scope.tenantId, user_name: 'gus' }]);
    });

    it('rejects with the database’s own error and is undone as a whole', async () => {
      const twice = sql(`WITH a AS (${ADD.text}) SELECT 1 / (count(*) - 1) FROM a`);
      await expect(ask(acme!.scope, twice, [acme!.scope.tenantId, SOMEBODY])).rejects.toBeInstanceOf(DatabaseError);
      expect(await ask(acme!.scope, MEMBERSHIPS)).toEqual([]);
      const foreign = ask(acme!.scope, ADD, [globex!.scope.tenantId, SOMEBODY]);
      await expect(foreign).rejects.toMatchObject({ code: '42501' });
      expect(await ask(globex!.scope, MEMBERSHIPS)).toEqual([]);
    });

    it('refuses a credential that is revoked, expired, another tenant’s or of a tenant with SCIM switched off', async () => {
      const refused = async (scope: Scope) => {
        await expect(ask(scope, ADD, [scope.tenantId, SOMEBODY])).rejects.toBeInstanceOf(CredentialRefused);
        expect(await ask({ tenantId: scope.tenantId }, MEMBERSHIPS)).toEqual([]);
      };
      const { scope } = await directory.tenant();
      const of = [scope.tenantId, scope.credentialId];
      await refused({ ...scope, credentialId: acme!.scope.credentialId });
      await directory.query('UPDATE tenants SET scim_enabled = false WHERE id = $1', [scope.tenantId]);
      await refused(scope);
      await directory.query('UPDATE tenants SET scim_enabled = true WHERE id = $1', [scope.tenantId]);
      await directory.query('UPDATE credentials SET expires_at = now() WHERE tenant_id = $1 AND id = $2', of);
      await refused(scope);
      await directory.query('UPDATE credentials SET expires_at = NULL WHERE tenant_id = $1 AND id = $2', of);
      expect(await ask(scope, MEMBERSHIPS)).toEqual([]);
      await directory.query('UPDATE credentials SET oldest_secret = 2 WHERE tenant_id = $1 AND id = $2', of);
      await refused({ ...scope, secret: 1 });
      expect(await ask({ ...scope, secret: 2 }, MEMBERSHIPS)).toEqual([]);
      await directory.query('UPDATE credentials SET revoked_at = now() WHERE tenant_id = $1 AND id = $2', of);
      await refused(scope);
    });
  });

  it('leaves a prepared statement behind only where that is of use', async () => {
    for (const ask of Object.values(ways)) await ask(acme!.scope, NAMES);
    const prepared = 'SELECT name FROM pg_prepared_statements WHERE NOT from_sql';
    const found = await Promise.all(Object.values(ways).map((ask) => ask(acme!.scope, sql(prepared))));
    for (const rows of found)
      if (carriesNames) expect(rows).toContainEqual({ name: NAMES.name });
      else expect(rows).toEqual([]);
  });

  it('is planned without a look at its values when it asks for that, and nothing after it is', async () => {
    const mode = sql(`SELECT current_setting('plan_cache_mode') AS mode, $1::text AS value`, 'spec.mode');
    const modes: unknown[] = [];
    for (const plan of ['generic', undefined, 'generic'] as const)
      modes.push(...(await directory.db.run(acme!.scope, { ...mode, plan }, ['x'])));
    const as = (name: string) => ({ mode: name, value: 'x' });
    expect(modes).toEqual([as('force_generic_plan'), as('auto'), as('force_generic_plan')]);
    await expect(directory.db.run(acme!.scope, { ...sql('SELECT 1/0'), plan: 'generic' }, [])).rejects.toThrow(
      /division/,
    );
    expect(await directory.db.run(acme!.scope, mode, ['y'])).toEqual([{ mode: 'auto', value: 'y' }]);
  });

  it('keeps tenants apart that share a pipelined connection', async () => {
    const asked = Array.from({ length: 400 }, (_, i) => (i % 3 ? acme! : globex!));
    const answers = await Promise.all(
      asked.map((ctx, i) => directory.db.read<{ tenant_id: string }>(ctx.scope, i % 2 ? NAMES : sql(NAMES.text), [])),
    );
    for (const [i, rows] of answers.entries()) {
      const { tenantId } = asked[i]!.scope;
      expect(rows.map((row) => row.tenant_id)).toEqual(Array(asked[i] === acme ? 2 : 1).fill(tenantId));
    }
  });

  it('does not suffer from a neighbour on the same connection that fails', async () => {
    const fails = [
      sql('SELEC'),
      sql('SELEC', 'spec.broken'),
      sql('SELECT 1/0'),
      sql('SELECT 1/0', 'spec.zero'),
      sql('SELECT $1::uuid'),
    ];
    const { scope: revoked } = await directory.credential(acme!.scope.tenantId);
    await directory.query('UPDATE credentials SET revoked_at = now() WHERE id = $1', [revoked.credentialId]);
    const results = await Promise.allSettled(
      Array.from({ length: 120 }, (_, i) => {
        if (i % 4 === 3)
          return directory.db.read(
            acme!.scope,
            fails[i % fails.length]!,
            ['x'].slice(0, i % fails.length === 4 ? 1 : 0),
          );
        // Its first Parse stands behind a refusal and is skipped with it: the next one must not rely on it.
        const fresh = sql('SELECT tenant_id FROM users', `spec.fresh_${i >> 2}`);
        return directory.db.read(i % 4 === 0 ? revoked : acme!.scope, fresh, []);
      }),
    );
    for (const [i, result] of results.entries()) {
      if (i % 4 === 0) expect(result).toMatchObject({ status: 'rejected', reason: expect.any(CredentialRefused) });
      else if (i % 4 === 3) expect(result).toMatchObject({ status: 'rejected', reason: expect.any(DatabaseError) });
      else expect(result).toMatchObject({ status: 'fulfilled', value: { length: 2 } });
    }
  });

  it('shares its transaction with the writes that wait beside it, and suffers from none of them', async () => {
    const add = sql(
      `INSERT INTO memberships (tenant_id, group_id, member_id, member_type) VALUES ($1, $2, $3, 'User') RETURNING member_id`,
      'spec.add_member',
    );
    const zero = sql('SELECT 1/0', 'spec.zero_written');
    const broken = sql('SELEC', 'spec.broken_written');
    const { scope } = await directory.tenant();
    const { scope: revoked } = await directory.credential(scope.tenantId);
    await directory.query('UPDATE credentials SET revoked_at = now() WHERE id = $1', [revoked.credentialId]);
    const member = (i: number) => `018dc888-6b00-7cc5-bbf4-${String(i).padStart(12, '0')}`;
    const results = await Promise.allSettled(
      Array.from({ length: 200 }, (_, i) => {
        if (i === 20) return directory.db.write(scope, zero, []);
        if (i === 90) return directory.db.write(scope, broken, []);
        // The same member as the one before: a duplicate key.
        const whom = member(i % 50 === 49 ? i - 1 : i);
        return directory.db.write(i % 10 === 5 ? revoked : scope, add, [scope.tenantId, SOMEBODY, whom]);
      }),
    );
    const done = results.flatMap((result, i) => (result.status === 'fulfilled' ? [i] : []));
    expect(done).toEqual(results.flatMap((_, i) => (i % 10 === 5 || i % 50 === 49 || i === 20 || i === 90 ? [] : [i])));
    for (const i of done) expect(results[i]).toMatchObject({ value: [{ member_id: member(i) }] });
    for (const [i, fault] of [
      [5, CredentialRefused],
      [20, DatabaseError],
      [49, DatabaseError],
      [90, DatabaseError],
    ] as const)
      expect(results[i]).toMatchObject({ reason: expect.any(fault) });
    const rows = await directory.query<{ member_id: string; xmin: string }>(
      'SELECT member_id, xmin::text FROM memberships WHERE tenant_id = $1 ORDER BY member_id',
      [scope.tenantId],
    );
    expect(rows.map((row) => row.member_id)).toEqual(done.map(member));
    expect(new Set(rows.map((row) => row.xmin)).size).toBeLessThan(rows.length / 2);
  });

  it('lets writes that lock each other’s rows in another order both happen', async () => {
    const { scope } = await directory.tenant();
    const other = await directory.credential(scope.tenantId);
    const group = async (displayName: string) =>
      (await directory.create({ ...acme!, scope }, 'Group', { displayName })).id as string;
    const [a, b] = [await group('a'), await group('b')];
    const count = sql(
      'UPDATE groups SET member_count = member_count + 1 WHERE tenant_id = $1 AND id = $2',
      'spec.count',
    );
    const orders = [...Array(8).keys()].flatMap(() => [
      [scope, a],
      [other.scope, b],
      [scope, b],
      [other.scope, a],
    ]) as [Scope, string][];
    await Promise.all(orders.map(([of, id]) => directory.db.write(of, count, [scope.tenantId, id])));
    const rows = await directory.query<{ member_count: number }>(
      'SELECT member_count FROM groups WHERE tenant_id = $1',
      [scope.tenantId],
    );
    expect(rows.map((row) => row.member_count)).toEqual([16, 16]);
  });

  it('may be one of several that stand or fall together', async () => {
    const attempt = directory.db.transaction(acme!.scope, async (tx) => {
      await tx.query(ADD, [acme!.scope.tenantId, SOMEBODY]);
      throw new Error('changed my mind');
    });
    await expect(attempt).rejects.toThrow('changed my mind');
    expect(await directory.db.read(acme!.scope, MEMBERSHIPS, [])).toEqual([]);
  });

  it('is refused once the database was closed', async () => {
    const other = await DirectoryFixture.open({ pool: 1, lanes: 1 });
    await other.db.close();
    await expect(other.db.read({ tenantId: SOMEBODY }, WHO, [])).rejects.toBeInstanceOf(DatabaseUnavailable);
    await other.close();
  });
});

describe('transactions that wait for each other', () => {
  let directory: DirectoryFixture;
  beforeAll(async () => (directory = await DirectoryFixture.open()));
  afterAll(() => directory.close());

  it('are tried again until both are done', async () => {
    const ctx = await directory.tenant();
    const ids = [
      await directory.create(ctx, 'Group', { displayName: 'a' }),
      await directory.create(ctx, 'Group', { displayName: 'b' }),
    ].map(({ id }) => id as string);
    const count = sql('UPDATE groups SET member_count = member_count + 1 WHERE tenant_id = $1 AND id = $2');
    let attempts = 0;
    const inOrder = (order: string[]) =>
      directory.db.transaction(ctx.scope, async (tx) => {
        attempts++;
        for (const id of order) {
          await tx.query(count, [ctx.scope.tenantId, id]);
          await delay(30);
        }
      });
    await Promise.all([inOrder(ids), inOrder([...ids].reverse())]);
    const rows = await directory.query<{ member_count: number }>('SELECT member_count FROM groups');
    expect(rows.map((row) => row.member_count)).toEqual([2, 2]);
    expect(attempts).toBeGreaterThan(2);
  });
});
