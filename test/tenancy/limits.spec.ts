import { randomBytes } from 'node:crypto';
import { DataSource } from 'typeorm';
import { FailedAuthentications } from '../../apps/api/src/tenancy/failed-authentications';
import { bearer, BULK, expectScimError, type Headers, type Json, ScimServer } from '../scim/scim-client';

/** Two instances on one database. */
let one: ScimServer;
let two: ScimServer;
beforeAll(async () => {
  one = await ScimServer.start({ ROLE: 'api' });
  const { databaseUrl: DATABASE_URL } = one.server;
  two = await ScimServer.start({ ROLE: 'api', DATABASE_URL });
}, 60_000);
afterAll(async () => {
  await two?.stop();
  await one?.stop();
});

const limited = (requests: number, more: Json = {}) =>
  one.credential({ kind: 'scim', rateLimit: { requests, window: 'PT1H' }, ...more });
const use = (at: ScimServer, token: string, headers: Headers = {}) =>
  at.scim('GET', '/Users?count=0', undefined, { ...bearer(token), ...headers });
const both = (i: number) => (i % 2 ? one : two);

describe('rate limits (contract §4)', () => {
  it('hold over all instances, and say when to come back', async () => {
    const { token } = await limited(20);
    const answers = await Promise.all(Array.from({ length: 60 }, (_, i) => use(both(i), token)));
    const refused = answers.filter(({ status }) => status === 429);
    expect([answers.length - refused.length, refused.length]).toEqual([20, 40]);
    for (const answer of refused) {
      expectScimError(answer, 429);
      expect(answer.headers['retry-after']).toMatch(/^1[78]\d$/);
      expect(answer.body.detail).toMatch(
        /^This credential may make 20 requests in 3600 seconds\. Try again in 1[78]\d s\.$/,
      );
    }
  });

  it('hold within a hundredth for each instance when they are large', async () => {
    const { token } = await limited(400);
    let passed = 0;
    for (let i = 0; i < 600; i += 30) {
      const answers = await Promise.all(Array.from({ length: 30 }, (_, j) => use(both(j), token)));
      passed += answers.filter(({ status }) => status === 200).length;
    }
    expect(Math.abs(passed - 400)).toBeLessThanOrEqual(8);
  });

  it('fill again', async () => {
    const { token } = await one.credential({ kind: 'scim', rateLimit: { requests: 4, window: '2_seconds' } });
    const first = await Promise.all(Array.from({ length: 8 }, () => use(one, token)));
    expect(first.filter(({ status }) => status === 200)).toHaveLength(4);
    const wait = Number(first.find(({ status }) => status === 429)!.headers['retry-after']);
    expect(wait).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, wait * 1_000));
    expect((await use(two, token)).status).toBe(200);
  });

  it('are of one credential alone, and the same for all of its secrets', async () => {
    const a = await limited(3);
    const b = await limited(3);
    const { body } = await one.api('POST', `/credentials/${a.id}/rotate`, { overlap: 'P1D' });
    for (const token of [a.token, body.token as string, a.token]) expect((await use(one, token)).status).toBe(200);
    for (const token of [a.token, body.token as string]) expectScimError(await use(two, token), 429);
    expect((await use(two, b.token)).status).toBe(200);
  });

  it('answer as problems outside SCIM', async () => {
    const { token } = await limited(1, { kind: 'app' });
    expect((await one.api('GET', '/users', undefined, bearer(token))).status).toBe(200);
    const answer = await two.api('GET', '/users', undefined, bearer(token));
    expect(answer).toMatchObject({ status: 429, body: { status: 429, title: 'Too many requests' } });
    expect(answer.headers).toMatchObject({
      'content-type': 'application/problem+json',
      'retry-after': expect.stringMatching(/^\d+$/),
    });
  });

  it('count a bulk request by its operations, and an evaluation of many by its questions', async () => {
    const { token } = await limited(10);
    const operation = { method: 'DELETE', path: '/Users/0192aaaa-0000-7000-8000-000000000000' };
    const bulk = { schemas: [BULK], Operations: Array.from({ length: 10 }, () => operation) };
    expect((await one.scim('POST', '/Bulk', bulk, bearer(token))).status).toBe(200);
    await expect(use(one, token)).resolves.toMatchObject({ status: 429 });
    const app = await limited(10, { kind: 'app' });
    const question = { subject: { type: 'user', id: 'x' }, action: { name: 'y' }, resource: { type: 'app', id: 'z' } };
    const json = { ...bearer(app.token), 'content-type': 'application/json' };
    const body = { evaluations: Array.from({ length: 10 }, () => question) };
    expect((await one.send('POST', '/access/v1/evaluations', body, json)).status).toBe(200);
    expect((await one.send('POST', '/access/v1/evaluations', body, json)).status).toBe(429);
  });

  it('can be changed, and taken away', async () => {
    const { id, token } = await limited(1);
    expect((await use(one, token)).status).toBe(200);
    expect((await use(two, token)).status).toBe(429);
    const change = (rateLimit: Json | null) =>
      two.api('PATCH', `/credentials/${id}`, { rateLimit }, bearer(one.server.operatorToken));
    expect((await change({ requests: 100, window: 'PT1H' })).body).toMatchObject({
      rateLimit: { requests: 100, window: 'PT1H' },
    });
    expect((await use(two, token)).status).toBe(200);
    expect((await change(null)).body).toMatchObject({ id, rateLimit: null });
    for (let i = 0; i < 120; i++) expect((await use(two, token)).status).toBe(200);
  });

  it.each([
    { requests: 0, window: 'PT1M' },
    { requests: 1.5, window: 'PT1M' },
    { requests: 5, window: 'P1M' },
    { requests: 5, window: 'PT0.1S' },
    { requests: 5 },
    [],
    7,
  ])('cannot be %j', async (rateLimit) => {
    const answer = await one.api('POST', '/credentials', { kind: 'scim', name: 'x', rateLimit });
    expect({ status: answer.status, text: answer.text }).toMatchObject({ status: 400 });
    expect((answer.body.errors as Json[]).every(({ pointer }) => (pointer as string).startsWith('/rateLimit'))).toBe(
      true,
    );
  });
});

describe('a change of a credential', () => {
  it('holds at once, stands in the log, and leaves the rest', async () => {
    const { id, token } = await one.credential({ kind: 'scim', name: 'Okta', allowedIps: ['127.0.0.0/8', '::1/128'] });
    const change = { name: 'Okta of Acme', allowedIps: ['203.0.113.0/24'], expiresAt: '2099-01-31T00:00:00.000Z' };
    const { body } = await one.api('PATCH', `/credentials/${id}`, change);
    expect(body).toMatchObject({ id, kind: 'scim', ...change, scopes: [], previous: [] });
    expectScimError(await use(one, token), 403);
    await one.api('PATCH', `/credentials/${id}`, { allowedIps: [], expiresAt: null });
    expect((await use(one, token)).status).toBe(200);
    expect((await one.api('PATCH', `/credentials/${id}`, { scopes: ['access'] })).status).toBe(400);
    expect((await one.api('PATCH', `/credentials/${id}`, { token: 'x' })).status).toBe(400);
    const events = await one.server.app
      .get(DataSource)
      .query<{ data: Json }[]>(
        `SELECT data FROM events WHERE type = 'credential.updated' AND subject_id = $1 ORDER BY seq`,
        [id],
      );
    expect(events.map(({ data }) => data)).toEqual([change, { allowedIps: [], expiresAt: null }]);
  });
});

describe('wrong tokens', () => {
  /** As the proxy on this machine may say for whom it asks. */
  const from = (ip: string): Headers => ({ 'x-forwarded-for': ip });
  /** A token of the tenant of a real one, that is not one. */
  const forged = (token: string) => `${token.slice(0, -43)}${randomBytes(32).toString('base64url')}`;
  const failures = async (where: string, parameters: unknown[]) => {
    await one.server.app.get(FailedAuthentications).flush();
    return one.server.app
      .get(DataSource)
      .query<
        { subject_type: string; subject_id: string; data: Json; context: { request: { ip: string }; actor: Json } }[]
      >(
        `SELECT subject_type, subject_id, data, context FROM events WHERE type = 'auth.failed' AND ${where} ORDER BY seq`,
        parameters,
      );
  };
  const tenant = async (slug: string) => {
    const { body } = await one.api('POST', '/tenants', { slug, name: slug });
    expect(body).toMatchObject({ slug });
    return one.credential({ kind: 'scim', name: slug }, { 'x-tenant': slug });
  };

  it('one after the other are asked to wait, while a valid one from the same address works', async () => {
    const { token } = await one.credential({ kind: 'scim' });
    const address = from('198.51.100.7');
    const statuses: number[] = [];
    for (let i = 0; i < 130; i += 10)
      statuses.push(
        ...(await Promise.all(Array.from({ length: 10 }, async () => use(one, forged(token), address)))).map(
          ({ status }) => status,
        ),
      );
    expect(statuses.slice(0, 100)).toEqual(Array.from({ length: 100 }, () => 401));
    expect(statuses.slice(100)).toEqual(Array.from({ length: 30 }, () => 429));
    const refused = await one.scim('POST', '/Users', one.user(), { ...bearer(forged(token)), ...address });
    expectScimError(refused, 429);
    expect(refused.headers['retry-after']).toMatch(/^([1-9]|[1-5]\d|60)$/);
    expect((await one.api('GET', '/tenant', undefined, { ...bearer('nonsense'), ...address })).status).toBe(429);
    expect((await use(one, token, address)).status).toBe(200);
    expect((await one.scim('POST', '/Users', one.user(), { ...bearer(token), ...address })).status).toBe(201);
    expect((await use(one, forged(token), from('198.51.100.8'))).status).toBe(401);
  });

  it('the same one, however often, is a client that has not heard of a rotation', async () => {
    const old = await one.credential({ kind: 'scim' });
    await one.api('POST', `/credentials/${old.id}/rotate`);
    for (let i = 0; i < 150; i++) expect((await use(one, old.token, from('198.51.100.20'))).status).toBe(401);
  });

  it('are told to the tenant that they claim, with the reason, and without anything of the token', async () => {
    const acme = await tenant('claimed');
    const made = async (more: Json) => one.credential({ kind: 'scim', ...more }, { 'x-tenant': 'claimed' });
    const revoked = await made({ name: 'revoked' });
    await one.api('DELETE', `/credentials/${revoked.id}`, undefined, { 'x-tenant': 'claimed' });
    const replaced = await made({ name: 'replaced' });
    await one.api('POST', `/credentials/${replaced.id}/rotate`, {}, { 'x-tenant': 'claimed' });
    const expired = await made({ name: 'expired' });
    await one.server.app
      .get(DataSource)
      .query(`UPDATE credentials SET expires_at = now() WHERE name = 'expired' AND kind = 'scim'`);
    const elsewhere = await made({ name: 'elsewhere', allowedIps: ['203.0.113.0/24'] });
    const unknown = forged(acme.token);
    const address = from('198.51.100.30');
    const statuses: number[] = [];
    for (const token of [revoked.token, revoked.token, replaced.token, expired.token, elsewhere.token, unknown])
      statuses.push((await use(one, token, address)).status);
    expect(statuses).toEqual([401, 401, 401, 401, 403, 401]);
    const seen = await failures('tenant_id = (SELECT id FROM tenants WHERE slug = $1)', ['claimed']);
    expect(seen.map(({ subject_type, data }) => [subject_type, data])).toEqual([
      ['Credential', { via: 'scim', reason: 'revoked', count: 2, credential: 'revoked' }],
      ['Credential', { via: 'scim', reason: 'replaced', count: 1, credential: 'replaced' }],
      ['Credential', { via: 'scim', reason: 'expired', count: 1, credential: 'expired' }],
      ['Credential', { via: 'scim', reason: 'address', count: 1, credential: 'elsewhere' }],
      ['Tenant', { via: 'scim', reason: 'unknown', count: 1 }],
    ]);
    expect(new Set(seen.map(({ context }) => context.request.ip))).toEqual(new Set(['198.51.100.30']));
    for (const token of [revoked.token, unknown])
      expect(JSON.stringify(seen)).not.toContain(token.slice(-43).slice(0, 12));
  });

  it('cannot flood the log of a tenant, and invent none', async () => {
    const { token } = await tenant('flooded');
    const strange = `pv_scim_${randomBytes(16).toString('base64url')}${randomBytes(32).toString('base64url')}`;
    const of = 'tenant_id = (SELECT id FROM tenants WHERE slug = $1)';
    for (let i = 0; i < 60; i++) await use(one, forged(token), from(`198.51.100.${100 + (i % 50)}`));
    await use(one, strange, from('198.51.100.99'));
    const first = await failures(of, ['flooded']);
    expect(first).toHaveLength(10);
    // What is not told yet waits for the next minute.
    const told = first.reduce((sum, { data }) => sum + (data.count as number) + ((data.others as number) ?? 0), 0);
    expect(told).toBeLessThanOrEqual(60);
    expect(told).toBeGreaterThanOrEqual(10);
    for (let i = 0; i < 60; i++) await use(one, forged(token), from(`198.51.100.${100 + (i % 50)}`));
    expect(await failures(of, ['flooded'])).toHaveLength(10);
    expect(await failures('tenant_id NOT IN (SELECT id FROM tenants)', [])).toEqual([]);
  });
});
