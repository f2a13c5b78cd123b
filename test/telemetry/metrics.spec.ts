import { Client } from 'pg';
import { bearer, ScimServer } from '../scim/scim-client';
import { startServer } from '../support/server';
import { until } from '../support/until';
import { MetricsText } from './metrics-text';

let scim: ScimServer;
beforeAll(async () => (scim = await ScimServer.start({ LOG_LEVEL: 'silent' })));
afterAll(() => scim.stop());

const scrape = () => MetricsText.of(scim.server.apiUrl);

it('count requests by route, method and status, with the time that they took', async () => {
  const user = await scim.createdUser({ userName: 'metric@corp.example' });
  await scim.scim('GET', `/Users/${user.id}`);
  await scim.scim('GET', '/users/nobody-of-this-id');
  await scim.scim('POST', '/Users', {});
  await scim.send('GET', '/nothing/here/4711', undefined, bearer('none'));
  const page = await scrape();
  const requests = (route: string, method: string, status: string) =>
    page.sum('provost_http_requests_total', { route, method, status });
  expect(requests('/scim/v2/Users', 'POST', '201')).toBe(1);
  expect(requests('/scim/v2/Users', 'POST', '400')).toBe(1);
  expect(requests('/scim/v2/Users/:id', 'GET', '200')).toBe(1);
  expect(requests('/scim/v2/Users/:id', 'GET', '404')).toBe(1);
  expect(requests('unmatched', 'GET', '404')).toBe(1);
  const duration = 'provost_http_request_duration_seconds';
  const labels = { route: '/scim/v2/Users', method: 'POST' };
  expect(page.sum(`${duration}_count`, labels)).toBe(2);
  expect(page.sum(`${duration}_bucket`, { ...labels, le: '+Inf' })).toBe(2);
  expect(page.sum(`${duration}_sum`, labels)).toBeGreaterThan(0);
  expect(page.sum(`${duration}_bucket`, { ...labels, le: '10' })).toBe(2);
});

it('tell nothing of a tenant, a person or a credential', async () => {
  await scim.createdUser({ userName: 'private@corp.example' });
  const { text } = await scrape();
  expect(text).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-|corp\.example|default|nobody-of-this-id|4711/);
});

it('tell of queues, consumers, seals, connections, jobs and the process, each with its type', async () => {
  await scim.createdUser();
  await until(
    'the consumers are there',
    async () => (await scrape()).sum('provost_consumer_lag_events', { consumer: 'lifecycle' }) !== undefined,
  );
  const page = await scrape();
  for (const queue of ['lifecycle', 'webhooks', 'mail'])
    for (const name of ['depth', 'oldest_seconds', 'parked'])
      expect(page.sum(`provost_queue_${name}`, { queue })).toBe(0);
  expect(page.sum('provost_consumer_lag_seconds', { consumer: 'webhooks' })).toBeDefined();
  expect(page.sum('provost_consumer_failures', { consumer: 'webhooks' })).toBe(0);
  expect(page.sum('provost_seal_lag_events')).toBeDefined();
  expect(page.sum('provost_database_up')).toBe(1);
  expect(page.sum('provost_database_connections', { use: 'writes' })).toBe(4);
  expect(page.sum('provost_database_waiting', { use: 'pool' })).toBe(0);
  expect(page.sum('provost_http_connections')).toBeGreaterThan(0);
  expect(page.sum('provost_job_runs_total', { name: 'seal', outcome: 'done' })).toBeGreaterThan(0);
  expect(page.sum('provost_info', { role: 'all' })).toBe(1);
  expect(page.sum('process_cpu_seconds_total')).toBeGreaterThan(0);
  expect(page.types.get('provost_http_request_duration_seconds')).toBe('histogram');
  expect(page.types.get('provost_http_requests_total')).toBe('counter');
});

it('are told by a worker as well, and say when the database is away', async () => {
  const worker = await startServer({ ROLE: 'worker', DATABASE_URL: scim.server.databaseUrl, LOG_LEVEL: 'silent' });
  try {
    const page = await MetricsText.of(worker.apiUrl);
    expect(page.sum('provost_info', { role: 'worker' })).toBe(1);
    expect(page.sum('provost_queue_depth', { queue: 'mail' })).toBe(0);
  } finally {
    await worker.stop();
  }
});

it('every answer bears the id of its request, which is the one that was sent when it may be', async () => {
  const given = await scim.scim('GET', '/Users/x', undefined, { 'x-request-id': 'okta-4711' });
  expect(given.headers['x-request-id']).toBe('okta-4711');
  const malicious = await scim.scim('GET', '/Users/x', undefined, { 'x-request-id': 'a b{}' });
  expect(malicious.headers['x-request-id']).toMatch(/^[\da-f]{12}-\w+$/);
  expect((await scim.send('GET', '/nothing', undefined, {})).headers['x-request-id']).toBeDefined();
});

it('readiness includes the queue', async () => {
  const { body } = await scim.send('GET', '/health/ready', undefined, {});
  expect(body).toMatchObject({
    status: 'ok',
    details: { database: { status: 'up' }, queue: { status: 'up', works: true } },
  });
});

it('what is not ready says what of it is missing', async () => {
  const client = new Client({ connectionString: scim.server.databaseUrl });
  await client.connect();
  const [{ name }] = (await client.query<{ name: string }>('SELECT name FROM migrations LIMIT 1')).rows as [
    { name: string },
  ];
  const rename = (from: string, to: string) =>
    client.query('UPDATE migrations SET name = $2 WHERE name = $1', [from, to]);
  await rename(name, 'Other');
  expect(await scim.send('GET', '/health/ready', undefined, {})).toMatchObject({
    status: 503,
    body: { title: 'Unavailable', detail: 'Not ready: migrations. The log says why.' },
  });
  await rename('Other', name);
  await client.end();
  expect((await scim.send('GET', '/health/ready', undefined, {})).status).toBe(200);
});
