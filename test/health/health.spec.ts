import type { AddressInfo } from 'node:net';
import { Client } from 'pg';
import { bearer, ScimServer } from '../scim/scim-client';
import { startServer } from '../support/server';
import { until } from '../support/until';
import { serveTls, VALID_TO } from './tls-server';

type Document = Record<'connectivity' | 'performance' | 'sync_status', Record<string, unknown>>;

let scim: ScimServer;
let database: Client;
let tenantId: string;
beforeAll(async () => {
  scim = await ScimServer.start({ LOG_LEVEL: 'silent' });
  database = new Client({ connectionString: scim.server.databaseUrl });
  await database.connect();
  tenantId = (await database.query<{ id: string }>(`SELECT id FROM tenants WHERE slug = 'default'`)).rows[0]!.id;
});
afterAll(async () => {
  await database?.end();
  await scim?.stop();
});

async function health(query = '', slug = 'default'): Promise<Document> {
  const answer = await scim.api('GET', `/health${query}`, undefined, { 'x-tenant': slug });
  expect(answer.status).toBe(200);
  expect(Object.keys(answer.body)).toEqual(['health_monitoring']);
  return answer.body.health_monitoring as Document;
}

/** A tenant of its own and its SCIM token. */
async function tenant(slug: string): Promise<{ token: string; credentialId: string }> {
  await scim.api('POST', '/tenants', { slug, name: slug });
  const { token, id } = await scim.credential({ kind: 'scim' }, { 'x-tenant': slug });
  return { token, credentialId: id };
}

describe('GET /api/v1/health', () => {
  it('has the members of the specification, and says what it does not know', async () => {
    await tenant('quiet');
    const pending = async () => (await health('', 'quiet')).sync_status.pending_changes;
    await until('the tenant’s coming was followed', async () => (await pending()) === 0);
    expect(await health('', 'quiet')).toEqual({
      connectivity: { endpoint_reachability: true, authentication_status: 'valid', certificate_validity: null },
      performance: { average_response_time: null, success_rate: null, error_rate: null },
      sync_status: { last_sync: null, pending_changes: 0, failed_operations: 0 },
    });
  });

  it('tells how the requests of this tenant went, and of no other', async () => {
    const { token } = await tenant('busy');
    const as = bearer(token);
    for (let n = 0; n < 6; n++) expect((await scim.scim('POST', '/Users', scim.user(), as)).status).toBe(201);
    expect((await scim.scim('GET', '/Users/nobody', undefined, as)).status).toBe(404);
    expect((await scim.scim('POST', '/Users', {}, as)).status).toBe(400);
    const { performance, sync_status } = await health('', 'busy');
    expect(performance).toMatchObject({ success_rate: '87.5%', error_rate: '12.5%' });
    expect(performance.average_response_time).toMatch(/^\d+(\.\d{1,3})? seconds$/);
    expect(sync_status).toMatchObject({ failed_operations: 1 });
    expect(Date.now() - Date.parse(sync_status.last_sync as string)).toBeLessThan(30_000);
    expect((await health('', 'quiet')).performance.success_rate).toBeNull();
  });

  it('tells the state of the credentials', async () => {
    const { credentialId } = await tenant('keys');
    const status = async () => (await health('', 'keys')).connectivity.authentication_status;
    const expires = (when: string) =>
      database.query(`UPDATE credentials SET expires_at = now() + $1::interval WHERE id = $2`, [when, credentialId]);
    expect(await status()).toBe('valid');
    await expires('10 days');
    expect(await status()).toBe('expiring');
    await expires('-1 second');
    expect(await status()).toBe('expired');
    await scim.api('DELETE', `/credentials/${credentialId}`, undefined, { 'x-tenant': 'keys' });
    expect(await status()).toBe('missing');
    await scim.api('PATCH', '/tenant', { scim: { enabled: false } }, { 'x-tenant': 'keys' });
    expect(await status()).toBe('disabled');
  });

  it('refuses a window that is none', async () => {
    for (const window of ['PT1S', 'P90D', 'soon'])
      expect((await scim.api('GET', `/health?window=${window}`)).body).toMatchObject({
        status: 400,
        errors: [{ pointer: '/window' }],
      });
  });
});

describe('GET /api/v1/kpis', () => {
  const kpis = async (query = '', slug = 'default') =>
    (await scim.api('GET', `/kpis${query}`, undefined, { 'x-tenant': slug })).body as unknown as {
      provisioningSpeed: Record<'receiptToApplied' | 'receiptToLastAction', Record<string, number | null>>;
      operations: Record<string, number | null>;
    };

  it('tells how long changes took, and how many needed somebody', async () => {
    const { token } = await tenant('measured');
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => scim.scim('POST', '/Users', scim.user(), bearer(token))),
    );
    const people = answers.map(({ body }) => body.id);
    await scim.scim('POST', '/Users', {}, bearer(token));
    await scim.scim('GET', '/Users', undefined, bearer(token));
    const id = (await database.query<{ id: string }>(`SELECT id FROM tenants WHERE slug = 'measured'`)).rows[0]!.id;
    // Three changes fired rules: one took a second, one two, and one is held by a safeguard.
    for (const [n, state, seconds] of [
      [0, 'done', 1],
      [1, 'done', 2],
      [2, 'held', null],
    ] as const)
      await database.query(
        `INSERT INTO lifecycle_runs (tenant_id, id, event_id, event_seq, event_type, rule, trigger, user_id, state, requested_at, created_at, finished_at)
         SELECT $1, gen_random_uuid(), gen_random_uuid(), $2, 'user.deactivated', 'user_removal', 'user_deactivated', $3, $4, t.at, t.at,
           t.at + $5 * interval '1 second' FROM (SELECT now() - interval '10 seconds' AS at) t`,
        [id, n + 1, people[n], state, seconds],
      );
    // Runs are found by their ids, which are made by the time.
    await database.query(
      `UPDATE lifecycle_runs SET id = (lpad(to_hex((extract(epoch FROM now()) * 1000)::bigint), 12, '0') || substr(replace(id::text, '-', ''), 13))::uuid
       WHERE tenant_id = $1`,
      [id],
    );
    const { provisioningSpeed, operations } = await kpis('', 'measured');
    const { receiptToApplied, receiptToLastAction } = provisioningSpeed;
    expect(receiptToApplied.count).toBe(8);
    expect(receiptToApplied.p50).toBeGreaterThan(0);
    expect(receiptToApplied.p99!).toBeGreaterThanOrEqual(receiptToApplied.p50!);
    expect(receiptToLastAction).toEqual({ count: 2, p50: 1_500, p95: 1_950, p99: 1_990 });
    expect(operations).toEqual({
      ...{ total: 9, succeeded: 8, failed: 1, throttled: 0, successRate: 0.8889 },
      ...{ unattended: 7, unattendedRate: 0.7778 },
    });
    expect((await kpis('?to=2020-01-01', 'measured')).operations).toMatchObject({ total: 0, successRate: null });
  });

  it('refuses a range that is none', async () => {
    for (const [query, pointer] of [
      ['from=yesterday', '/from'],
      ['from=2026-02-01&to=2026-01-01', '/from'],
    ])
      expect((await scim.api('GET', `/kpis?${query}`)).body).toMatchObject({ status: 400, errors: [{ pointer }] });
  });
});

it('minutes become hours after two days, of which nothing is lost, and are forgotten after 400', async () => {
  const rows = [
    [0, 'write', 3],
    [1, 'write', 3],
    [59, 'write', 3],
    [61, 'write', 3],
    [0, 'read', 3],
    [0, 'read', 500],
  ] as const;
  for (const [minute, kind, days] of rows)
    await database.query(
      `INSERT INTO request_statistics (tenant_id, begins, kind, requests, failed, throttled, total_ms, latency, synced_at)
       VALUES ($1, date_trunc('hour', now() - $2 * interval '1 day') + $3 * interval '1 minute', $4, 2, 1, 0, 5, $5, now())`,
      [tenantId, days, minute, kind, minute ? [0, 1, 2] : [1]],
    );
  const { body } = await scim.api('POST', '/jobs/statistics-upkeep/run');
  // Those of 500 days ago are added up before they are forgotten.
  expect(body.result).toEqual({ minutes: 6, hours: 4, forgotten: 1 });
  const { rows: hours } = await database.query(
    `SELECT extract(minute FROM begins)::int AS minute, kind, hourly, requests, failed, total_ms, latency FROM request_statistics
     WHERE tenant_id = $1 AND begins < now() - interval '1 day' ORDER BY kind DESC, begins`,
    [tenantId],
  );
  const hour = { minute: 0, hourly: true };
  expect(hours).toEqual([
    { ...hour, kind: 'write', requests: 6, failed: 3, total_ms: 15, latency: [1, 2, 4] },
    { ...hour, kind: 'write', requests: 2, failed: 1, total_ms: 5, latency: [0, 1, 2] },
    { ...hour, kind: 'read', requests: 2, failed: 1, total_ms: 5, latency: [1] },
  ]);
});

it('the minute tells what all processes have counted, and the window which minutes count', async () => {
  const { token } = await tenant('shared');
  await scim.scim('POST', '/Users', scim.user(), bearer(token));
  expect((await health('', 'shared')).performance.success_rate).toBe('100%');
  await database.query(
    `UPDATE request_statistics SET begins = begins - interval '2 hours' WHERE tenant_id = (SELECT id FROM tenants WHERE slug = 'shared')`,
  );
  const old = await health('?window=PT1H', 'shared');
  expect(old.performance.success_rate).toBeNull();
  expect(old.sync_status.last_sync).not.toBeNull();
  expect((await health('?window=PT3H', 'shared')).performance.success_rate).toBe('100%');
  await scim.scim('POST', '/Users', scim.user(), bearer(token));
  await health('', 'shared');
  const other = await startServer({ DATABASE_URL: scim.server.databaseUrl, ROLE: 'api', LOG_LEVEL: 'silent' });
  const bad = { method: 'POST', headers: { ...bearer(token), 'content-type': 'application/json' }, body: '{}' };
  for (let n = 0; n < 3; n++) expect((await fetch(`${other.baseUrl}/Users`, bad)).status).toBe(400);
  // What it has counted is written when it stops.
  await other.stop();
  const { rows } = await database.query(
    `SELECT sum(requests)::int AS requests, sum(failed)::int AS failed, count(*)::int AS minutes FROM request_statistics
     WHERE tenant_id = (SELECT id FROM tenants WHERE slug = 'shared') AND kind = 'write' AND begins > now() - interval '1 hour'`,
  );
  expect(rows[0]).toMatchObject({ requests: 4, failed: 3 });
});

it('the document shows the day on which the certificate ends, and that nobody answers', async () => {
  const tls = await serveTls();
  const secure = await startServer({
    DATABASE_URL: scim.server.databaseUrl,
    ...{ ROLE: 'api', LOG_LEVEL: 'silent', PUBLIC_URL: `https://localhost:${tls.port}` },
  });
  try {
    const { port } = secure.app.getHttpServer().address() as AddressInfo;
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1/health`, {
      headers: bearer(scim.server.operatorToken),
    });
    expect(((await answer.json()) as { health_monitoring: Document }).health_monitoring.connectivity).toMatchObject({
      endpoint_reachability: false,
      certificate_validity: VALID_TO,
    });
  } finally {
    await secure.stop();
    await tls.close();
  }
});
