import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { startServer, type TestServer } from '../support/server';
import { ENTERPRISE, GROUP, ScimClient, USER } from './scim-client';

/** Design law 2: the database keeps tenants apart, also where the application would forget to. */
describe('two tenants', () => {
  let server: TestServer;
  let acme: ScimClient;
  let globex: ScimClient;
  let ava: string;
  let sales: string;
  let gus: string;
  let theirs: string;
  beforeAll(async () => {
    server = await startServer();
    acme = await ScimClient.ofNewTenant(server, 'acme');
    globex = await ScimClient.ofNewTenant(server, 'globex');
    ava = await acme.user('ava@corp.example', {
      externalId: 'x-1',
      displayName: 'Ava',
      [ENTERPRISE]: { department: 'Sales' },
    });
    sales = await acme.group('Sales', [ava]);
    gus = await globex.user('gus@corp.example', {
      externalId: 'x-1',
      displayName: 'Gus',
      [ENTERPRISE]: { department: 'Sales' },
    });
    theirs = await globex.group('Sales', [gus]);
  });
  afterAll(() => server.stop());

  /** All that acme has, as acme reads it. */
  const everything = async () => [await acme.list('/Users', {}), await acme.list('/Groups', {})];

  it('do not read, change or delete what the other has', async () => {
    const before = await everything();
    const user = { schemas: [USER], userName: 'taken@corp.example', active: false };
    const group = { schemas: [GROUP], displayName: 'Taken', members: [] };
    const replace = { op: 'replace', value: { displayName: 'Taken', active: false } };
    for (const answer of [
      await globex.send('GET', `/Users/${ava}`),
      await globex.send('GET', `/Groups/${sales}`),
      await globex.send('PUT', `/Users/${ava}`, user),
      await globex.send('PUT', `/Groups/${sales}`, group),
      await globex.patch(`/Users/${ava}`, replace),
      await globex.patch(`/Groups/${sales}`, replace),
      await globex.patch(`/Groups/${sales}`, { op: 'remove', path: 'members' }),
      await globex.patch(`/Groups/${sales}`, { op: 'add', path: 'members', value: [{ value: gus }] }),
      await globex.send('DELETE', `/Users/${ava}`),
      await globex.send('DELETE', `/Groups/${sales}`),
    ])
      expect(answer.status).toBe(404);
    const results = await globex.bulk([
      { method: 'PUT', path: `/Users/${ava}`, data: user },
      {
        method: 'PATCH',
        path: `/Groups/${sales}`,
        data: { schemas: [], Operations: [{ op: 'remove', path: 'members' }] },
      },
      { method: 'DELETE', path: `/Users/${ava}` },
      { method: 'DELETE', path: `/Groups/${sales}` },
    ]);
    expect(results.map(({ status }) => status)).toEqual(['404', expect.stringMatching(/^40[04]$/), '404', '404']);
    expect(await everything()).toEqual(before);
  });

  it.each([
    ...[
      'userName co "@corp"',
      'userName sw "a"',
      'userName ew "example"',
      'userName pr',
      'externalId eq "x-1"',
      'displayName eq "Ava"',
    ],
    ...['displayName co "ava"', 'active eq true', 'groups.display eq "Sales"', `${ENTERPRISE}:department eq "Sales"`],
    ...[
      'meta.created gt "2000-01-01T00:00:00Z"',
      'meta.lastModified gt "2000-01-01T00:00:00Z"',
      'not (userName eq "nobody")',
    ],
    ...['groups.value eq "<sales>"', 'id eq "<ava>"', `groups[value eq "<sales>" or display pr]`],
  ])('do not find each other’s users by %s', async (filter) => {
    const asked = filter.replace('<sales>', sales).replace('<ava>', ava);
    const { Resources, totalResults } = await globex.list('/Users', { filter: asked });
    const found = Resources.map(({ id }) => id);
    expect(found).not.toContain(ava);
    expect(totalResults).toBe(found.length);
    const own = await acme.list('/Users', { filter: asked });
    expect(own.Resources.map(({ id }) => id)).not.toContain(gus);
  });

  it.each([
    'displayName eq "Sales"',
    'displayName co "ale"',
    'members.value eq "<ava>"',
    'members.display co "a"',
    'members pr',
  ])('do not find each other’s groups by %s', async (filter) => {
    const asked = filter.replace('<ava>', ava);
    const { Resources } = await globex.list('/Groups', { filter: asked });
    expect(Resources.map(({ id }) => id)).not.toContain(sales);
    const { Resources: own } = await acme.list('/Groups', { filter: asked });
    expect(own.map(({ id }) => id)).toEqual([sales]);
  });

  it('cannot put the other’s people and groups into a group', async () => {
    const before = await everything();
    expect(
      (
        await globex.patch(`/Groups/${theirs}`, {
          op: 'add',
          path: 'members',
          value: [{ value: ava }, { value: sales }],
        })
      ).status,
    ).toBe(204);
    const made = await globex.group('Strangers', [ava, sales, gus]);
    const put = { schemas: [GROUP], displayName: 'Strangers', members: [{ value: ava }, { value: gus }] };
    await globex.must('PUT', `/Groups/${made}`, put);
    expect(await globex.members(theirs)).toEqual([gus]);
    expect(await globex.members(made)).toEqual([gus]);
    expect(await everything()).toEqual(before);
    await globex.must('DELETE', `/Groups/${made}`);
  });

  it('learn nothing of a manager that they name', async () => {
    const id = await globex.user('max@corp.example', { [ENTERPRISE]: { manager: { value: ava } } });
    const { [ENTERPRISE]: enterprise } = await globex.must('GET', `/Users/${id}`);
    expect(enterprise).toEqual({ manager: { value: ava } });
    await globex.must('DELETE', `/Users/${id}`);
  });

  it('may use the same names', async () => {
    const id = await globex.user('ava@corp.example');
    expect(
      (await acme.list('/Users', { filter: 'userName eq "AVA@corp.example"' })).Resources.map((u) => u.id),
    ).toEqual([ava]);
    await globex.must('DELETE', `/Users/${id}`);
  });

  it('cannot use each other’s cursors', async () => {
    const bo = await acme.user('bo@corp.example');
    const { nextCursor } = await acme.list('/Users', { cursor: '', count: 1 });
    expect(nextCursor).toEqual(expect.any(String));
    const { status, body } = await globex.send('GET', `/Users?cursor=${encodeURIComponent(nextCursor!)}&count=1`);
    expect({ status, scimType: body.scimType }).toEqual({ status: 400, scimType: 'invalidCursor' });
    await acme.must('DELETE', `/Users/${bo}`);
  });

  it('do not walk in each other’s steps, nor do two clients of one tenant', async () => {
    const walker = await ScimClient.ofNewTenant(server, 'walked');
    const colleague = await ScimClient.ofTenant(server, 'walked', walker.tenantId);
    const stranger = await ScimClient.ofNewTenant(server, 'stranger');
    const [first, second, third] = [await walker.user('p1'), await walker.user('p2'), await walker.user('p3')];
    const [, strange] = [await stranger.user('p1'), await stranger.user('p2')];
    await walker.list('/Users', { startIndex: 1, count: 1 });
    await walker.must('DELETE', `/Users/${first}`);
    // For the walker the next page begins behind the one that is gone; for everybody else it is the second place.
    const next = async (client: ScimClient) =>
      (await client.list('/Users', { startIndex: 2, count: 1 })).Resources.map(({ id }) => id);
    expect(await next(walker)).toEqual([second]);
    expect(await next(colleague)).toEqual([third]);
    expect(await next(stranger)).toEqual([strange]);
  });

  describe('in the database', () => {
    let client: Client;
    beforeAll(async () => {
      client = new Client({ connectionString: server.databaseUrl });
      await client.connect();
    });
    afterAll(() => client.end());
    afterEach(() => client.query('ROLLBACK'));

    const enter = async (tenantId: string | undefined) => {
      await client.query('BEGIN');
      if (tenantId !== undefined) await client.query(`SELECT set_config('app.tenant', $1, true)`, [tenantId]);
      await client.query('SET LOCAL ROLE provost_app');
    };
    const tenantTables = async () =>
      (
        await client.query<{ name: string }>(
          `SELECT c.relname AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
           WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY 1`,
        )
      ).rows.map(({ name }) => name);

    it('every table with a tenant has row-level security, also for its owner', async () => {
      const tables = await tenantTables();
      expect(tables.length).toBeGreaterThan(8);
      const { rows } = await client.query<{ relname: string }>(
        `SELECT relname FROM pg_class WHERE relname = ANY($1) AND NOT (relrowsecurity AND relforcerowsecurity)`,
        [[...tables, 'tenants']],
      );
      expect(rows).toEqual([]);
    });

    it('every key of such a table begins with the tenant', async () => {
      const { rows } = await client.query<{ name: string }>(
        `SELECT i.indexrelid::regclass::text AS name FROM pg_index i
         JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
         WHERE (i.indisunique OR i.indisprimary) AND a.attname <> 'tenant_id' AND i.indrelid::regclass::text = ANY($1)`,
        [await tenantTables()],
      );
      expect(rows).toEqual([]);
      const { rows: keyless } = await client.query<{ relname: string }>(
        `SELECT relname FROM pg_class c WHERE relname = ANY($1)
           AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary)`,
        [await tenantTables()],
      );
      expect(keyless).toEqual([]);
    });

    it('the application has no way around it', async () => {
      const { rows } = await client.query<object>(
        `SELECT rolname FROM pg_roles WHERE rolname IN ('provost_app', 'provost_platform', 'provost_search')
           AND (rolsuper OR rolbypassrls OR rolcanlogin OR rolcreaterole)
         UNION ALL SELECT tableowner FROM pg_tables WHERE schemaname = 'public' 
           AND tableowner IN ('provost_app', 'provost_platform', 'provost_search')`,
      );
      expect(rows).toEqual([]);
      const { rows: grants } = await client.query<{ relname: string }>(
        `SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm')
           AND NOT relrowsecurity AND has_table_privilege('provost_app', oid, 'SELECT')`,
      );
      expect(grants).toEqual([]);
    });

    it('a partition is reached through its table and in no other way', async () => {
      const { rows } = await client.query<{ partitions: number; open: number }>(
        `SELECT count(*)::int AS partitions, count(*) FILTER (WHERE has_table_privilege(role, c.oid, 'SELECT, INSERT, UPDATE, DELETE'))::int AS open
         FROM pg_class c, unnest(ARRAY['provost_app', 'provost_platform', 'provost_search']) role
         WHERE c.relispartition AND c.relkind = 'r'`,
      );
      expect(rows[0]!.partitions).toBeGreaterThan(3);
      expect(rows[0]!.open).toBe(0);
    });

    it('without a tenant the application sees nothing and writes nothing', async () => {
      for (const tenant of [undefined, '', randomUUID()]) {
        await enter(tenant);
        for (const table of [...(await tenantTables()), 'tenants']) {
          const { rows } = await client.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`);
          expect({ table, rows: rows[0]!.n }).toEqual({ table, rows: 0 });
        }
        expect((await client.query('DELETE FROM users')).rowCount).toBe(0);
        const insert = client.query(`INSERT INTO user_terms (tenant_id, term, user_id) VALUES ($1, 1, $1)`, [
          acme.tenantId,
        ]);
        await expect(insert).rejects.toMatchObject({ code: '42501' });
        await client.query('ROLLBACK');
      }
    });

    it('rows cannot be moved to another tenant, nor can the log be changed', async () => {
      await enter(globex.tenantId);
      await expect(client.query('UPDATE users SET tenant_id = $1', [acme.tenantId])).rejects.toMatchObject({
        code: '42501',
      });
      for (const sql of ['UPDATE events SET data = NULL', 'DELETE FROM events', 'UPDATE subject_keys SET key = NULL']) {
        await client.query('ROLLBACK');
        await enter(globex.tenantId);
        await expect(client.query(sql)).rejects.toMatchObject({ code: '42501' });
      }
    });

    it('searching by LIKE gives ids of the own tenant only', async () => {
      for (const [table, own] of [
        ['users', globex],
        ['groups', globex],
        ['users', acme],
      ] as const) {
        await enter(own.tenantId);
        const { rows } = await client.query<{ foreign: number; own: number }>(
          `SELECT count(*) FILTER (WHERE r.id IS NULL)::int AS foreign, count(r.id)::int AS own
           FROM ${table}_like('%') s(id) LEFT JOIN ${table} r ON r.id = s.id`,
        );
        expect(rows[0]).toEqual({ foreign: 0, own: expect.any(Number) });
        expect(rows[0]!.own).toBeGreaterThan(0);
        await client.query('ROLLBACK');
        await enter(undefined);
        expect((await client.query(`SELECT ${table}_like('%')`)).rows).toEqual([]);
        await client.query('ROLLBACK');
      }
    });

    it('what runs with more rights has a pinned search_path and nobody else may call it', async () => {
      const { rows } = await client.query<{
        name: string;
        config: string[] | null;
        anybody: boolean;
        app: boolean;
        owner: string;
      }>(
        `SELECT p.proname AS name, p.proconfig AS config, has_function_privilege('public', p.oid, 'EXECUTE') AS anybody,
           has_function_privilege('provost_app', p.oid, 'EXECUTE') AS app, p.proowner::regrole::text AS owner
         FROM pg_proc p WHERE p.prosecdef AND p.pronamespace = 'public'::regnamespace ORDER BY 1`,
      );
      const searches = ['groups_like', 'users_like'];
      const upkeep = ['drop_event_month', 'event_months', 'make_event_months'];
      expect(rows.map(({ name }) => name)).toEqual([...searches, ...upkeep].sort());
      const config = expect.arrayContaining(['search_path=pg_catalog, public']);
      for (const row of rows) expect(row).toMatchObject({ config, anybody: false, app: searches.includes(row.name) });
      for (const { name, owner } of rows) expect(owner === 'provost_search').toBe(searches.includes(name));
    });

    it('nobody of ours may create in the schema that the functions look into', async () => {
      const { rows } = await client.query<{ may: boolean }>(
        `SELECT bool_or(has_schema_privilege(r, 'public', 'CREATE')) AS may
         FROM unnest(ARRAY['public', 'provost_app', 'provost_platform', 'provost_search']) r`,
      );
      expect(rows[0]!.may).toBe(false);
    });
  });
});
