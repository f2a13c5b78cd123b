import { Client } from 'pg';
import { CertificateWatch } from '../../apps/api/src/health/certificate-watch';
import { bearer, BULK, type Json, ScimServer, USER } from '../scim/scim-client';
import { startServer } from '../support/server';
import { until } from '../support/until';
import { serveTls, VALID_TO } from './tls-server';

let scim: ScimServer;
beforeAll(async () => (scim = await ScimServer.start({ LOG_LEVEL: 'silent' })));
afterAll(() => scim?.stop());

async function tenant(slug: string): Promise<string> {
  await scim.api('POST', '/tenants', { slug, name: slug });
  return (await scim.credential({ kind: 'scim', name: 'Okta' }, { 'x-tenant': slug })).token;
}

async function events(slug: string, type: string): Promise<Json[]> {
  const { body } = await scim.api('GET', `/audit/events?type=${type}&limit=1000&order=asc`, undefined, {
    'x-tenant': slug,
  });
  return body.items as Json[];
}

it('an administrator finds in the log what was refused, why, and of whom', async () => {
  const as = { ...bearer(await tenant('wondering')), 'x-request-id': 'okta-1' };
  const ava = (await scim.scim('POST', '/Users', scim.user({ userName: 'ava@corp.example' }), as)).body.id as string;
  await scim.scim('POST', '/Users', scim.user({ userName: 'ava@corp.example' }), { ...as, 'x-request-id': 'okta-2' });
  await scim.scim('PUT', `/Users/${ava}`, { userName: '' }, { ...as, 'x-request-id': 'okta-3' });
  await scim.scim('GET', '/Users?filter=nonsense', undefined, { ...as, 'x-request-id': 'okta-4' });
  // What Okta asks before it creates is no failure, and whoever is unknown is nobody's.
  await scim.scim('GET', '/Users/nobody', undefined, as);
  await scim.scim('GET', '/Users', undefined, bearer('pv_scim_unknown'));
  await until('they are told', async () => (await events('wondering', 'error.*')).length === 3);
  const told = await events('wondering', 'error.scim_request');
  expect(told.map(({ details }) => details)).toEqual([
    {
      ...{ method: 'POST', route: '/scim/v2/Users', status: 409, scimType: 'uniqueness' },
      detail: 'A user with the userName "…" already exists (upper and lower case count as the same).',
    },
    expect.objectContaining({ method: 'PUT', route: '/scim/v2/Users/:id', status: 400, scimType: 'invalidValue' }),
    expect.objectContaining({ method: 'GET', route: '/scim/v2/Users', status: 400, scimType: 'invalidFilter' }),
  ]);
  expect(told.map(({ request }) => (request as Json).id)).toEqual(['okta-2', 'okta-3', 'okta-4']);
  expect(told[1]).toMatchObject({
    ...{ category: 'provisioning', outcome: 'failure', subject: { type: 'User', id: ava } },
    actor: { type: 'scim', name: 'Okta' },
  });
  expect(JSON.stringify(told.map(({ details }) => details))).not.toContain('ava@');
  expect(await events('default', 'error.*')).toEqual([]);
});

it('of a Bulk request each operation that failed is told, and counted', async () => {
  const as = bearer(await tenant('bulky'));
  const missing = '0192f6c1-7d11-7b20-a3a4-6a1d3a7b9c01';
  const Operations = [
    { method: 'POST', path: '/Users', bulkId: 'a', data: scim.user() },
    { method: 'POST', path: '/Users', bulkId: 'b', data: { schemas: [USER] } },
    { method: 'DELETE', path: `/Users/${missing}` },
  ];
  expect((await scim.scim('POST', '/Bulk', { schemas: [BULK], Operations }, as)).status).toBe(200);
  await until('they are told', async () => (await events('bulky', 'error.*')).length === 2);
  expect(await events('bulky', 'error.*')).toMatchObject([
    { subject: { type: 'Tenant' }, details: { operation: 'POST /Users', route: '/scim/v2/Bulk', status: 400 } },
    { subject: { type: 'User', id: missing }, details: { operation: 'DELETE /Users', status: 404 } },
  ]);
  const { body } = await scim.api('GET', '/kpis', undefined, { 'x-tenant': 'bulky' });
  expect(body.operations).toMatchObject({ total: 3, succeeded: 1, failed: 2 });
});

it('a client that is broken altogether does not fill the log', async () => {
  const as = bearer(await tenant('broken'));
  for (let round = 0; round < 10; round++)
    await Promise.all(Array.from({ length: 20 }, () => scim.scim('POST', '/Users', {}, as)));
  const summaries = () => events('broken', 'error.scim_requests_omitted');
  await until('the rest is told as a count', async () => (await summaries()).length > 0);
  const single = await events('broken', 'error.scim_request');
  expect(single.length).toBeGreaterThanOrEqual(30);
  expect(single.length).toBeLessThan(45);
  expect((await summaries())[0]!.details).toMatchObject({
    requests: [{ request: 'POST /scim/v2/Users 400', count: expect.any(Number) }],
  });
});

it('every tenant is warned once at each limit before the certificate ends', async () => {
  const tls = await serveTls();
  const settings = { ROLE: 'api', LOG_LEVEL: 'silent', PUBLIC_URL: `https://localhost:${tls.port}` };
  const server = await startServer({ DATABASE_URL: scim.server.databaseUrl, ...settings });
  const database = new Client({ connectionString: scim.server.databaseUrl });
  await database.connect();
  try {
    const watch = server.app.get(CertificateWatch);
    const { rows } = await database.query<{ n: number }>('SELECT count(*)::int AS n FROM tenants');
    const ends = Date.parse(VALID_TO);
    const before = (days: number) => watch.watch(null, ends - days * 86_400_000);
    expect(await before(100)).toBe(0);
    // Two workers at once warn as one.
    const both = await Promise.all([before(20), before(20)]);
    expect(both[0] + both[1]).toBe(rows[0]!.n);
    expect(await before(16)).toBe(0);
    expect(await before(5)).toBe(rows[0]!.n);
    expect((await events('default', 'certificate.expiring')).map(({ details }) => details)).toEqual(
      [30, 7].map((withinDays) =>
        expect.objectContaining({ host: 'localhost', withinDays, validTo: expect.stringMatching(VALID_TO) }),
      ),
    );
  } finally {
    await database.end();
    await server.stop();
    await tls.close();
  }
});

it('what is not told yet is told when the process stops', async () => {
  const token = await tenant('stopping');
  const other = await startServer({ DATABASE_URL: scim.server.databaseUrl, ROLE: 'api', LOG_LEVEL: 'silent' });
  await fetch(`${other.baseUrl}/Users`, {
    method: 'POST',
    headers: { ...bearer(token), 'content-type': 'application/json' },
    body: '{}',
  });
  await other.stop();
  const client = new Client({ connectionString: scim.server.databaseUrl });
  await client.connect();
  const { rows } = await client.query(
    `SELECT type FROM events WHERE tenant_id = (SELECT id FROM tenants WHERE slug = 'stopping') AND type LIKE 'error.%'`,
  );
  await client.end();
  expect(rows).toEqual([{ type: 'error.scim_request' }]);
});
