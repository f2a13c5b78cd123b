import { randomBytes } from 'node:crypto';
import { DataSource } from 'typeorm';
import { NIL_TENANT } from '@provost/entities';
import { FailedAuthentications } from '../../apps/api/src/tenancy/failed-authentications';
import { GuessCount } from '../../apps/api/src/tenancy/guess-count';
import { bearer, BULK, expectScimError, type Headers, type Json, ScimServer } from '../scim/scim-client';
import { until } from '../support/until';

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
    const { token } = await one.credential({ kind: 'scim', rateLimit: { requests: 4, window: '4_seconds' } });
    const first = await Promise.all(Array.from({ length: 8 }, () => use(one, token)));
    // One comes back each second, also while the first eight are under way.
    const passed = first.filter(({ status }) => status === 200).length;
    expect([4, 5, 6]).toContain(passed);
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

describe('the connection test (contract §3)', () => {
  it('calls the public URL as Okta does, with a credential that ends with it', async () => {
    const { status, body } = await one.api('POST', '/connection/test');
    expect(status).toBe(200);
    expect({ ok: body.ok, steps: (body.steps as Json[]).map(({ name, ok }) => [name, ok]) }).toEqual({
      ok: true,
      steps: ['resolve', 'users', 'groups', 'match', 'refusal'].map((name) => [name, true]),
    });
    for (const { ms, detail } of body.steps as Json[]) {
      expect(ms).toBeGreaterThanOrEqual(0);
      expect(detail).toMatch(/^\S.*\.$/);
    }
    const { items } = (await one.api('GET', '/credentials?limit=1000')).body as { items: Json[] };
    expect(items.filter(({ name }) => name === 'connection test')).toEqual([]);
  });

  it('tells that SCIM is switched off', async () => {
    await one.api('POST', '/tenants', { slug: 'off', name: 'Off' });
    const of = { 'x-tenant': 'off' };
    await one.api('PATCH', '/tenant', { scim: { enabled: false } }, of);
    const { body } = await one.api('POST', '/connection/test', undefined, of);
    expect(body).toMatchObject({ ok: false, steps: [{ ok: true }, { name: 'users', ok: false }] });
    expect((body.steps as Json[])[1]!.detail).toMatch(/SCIM is switched off for this tenant/);
  });
});

describe('warnings before a credential expires', () => {
  const DAY = 86_400_000;
  const of = { 'x-tenant': 'warned' };
  const run = async () =>
    ((await one.api('POST', '/jobs/credential-expiry/run', undefined, of)).body.result as { warned: number }).warned;
  const sql = (text: string, parameters: unknown[]) =>
    one.server.app.get(DataSource).query<Record<string, unknown>[]>(text, parameters);
  const warnings = async (id: string) =>
    (
      await sql(`SELECT data FROM events WHERE type = 'credential.expiring' AND subject_id = $1 ORDER BY seq`, [id])
    ).map(({ data }) => (data as { days: number }).days);

  it('come 30, 7 and 1 days ahead, once each, as events and as mail', async () => {
    await one.api('POST', '/tenants', { slug: 'warned', name: 'Warned' });
    expect((await one.api('PUT', '/config/safeguards', { notify: ['it@corp.example'] }, of)).status).toBe(200);
    const expiresAt = new Date(Date.now() + 90 * DAY).toISOString();
    const { id } = await one.credential({ kind: 'scim', name: 'Okta', expiresAt }, of);
    const fresh = await one.credential(
      { kind: 'scim', expiresAt: new Date(Date.now() + DAY / 2).toISOString(), name: 'short' },
      of,
    );
    expect(await run()).toBe(0);
    /** As if it had been so long since it was made. */
    const wait = (days: number) =>
      sql(
        `UPDATE credentials SET created_at = created_at - $2::interval, expires_at = expires_at - $2::interval WHERE id = $1`,
        [id, `${days} days`],
      );
    await wait(61);
    expect(await Promise.all([run(), run(), run()]).then((all) => all.reduce((a, b) => a + b))).toBe(1);
    expect(await warnings(id)).toEqual([30]);
    await wait(10);
    expect(await run()).toBe(0);
    // The process was away when it should have warned 7 days ahead.
    await wait(18.5);
    expect([await run(), await run()]).toEqual([1, 0]);
    expect(await warnings(id)).toEqual([30, 1]);
    const { items } = (await one.api('GET', '/mail', undefined, of)).body as { items: Json[] };
    expect(items.filter(({ template }) => template === 'credential_expiring')).toMatchObject([
      { to: 'it@corp.example' },
      { to: 'it@corp.example' },
    ]);
    expect(await warnings(fresh.id)).toEqual([]);
    // A new end is warned of anew.
    await one.api('POST', `/credentials/${id}/rotate`, { overlap: 'PT1H', expiresAt }, of);
    expect(await run()).toBe(0);
    await sql(
      `UPDATE credentials SET rotated_at = rotated_at - interval '84 days', created_at = created_at - interval '84 days', expires_at = expires_at - interval '84 days' WHERE id = $1`,
      [id],
    );
    expect(await run()).toBe(1);
    expect(await warnings(id)).toEqual([30, 1, 7]);
  });
});

describe('what one instance was told, the other knows', () => {
  it('a schema of a tenant, in /Schemas and /ResourceTypes', async () => {
    await one.api('POST', '/tenants', { slug: 'extended', name: 'Extended' });
    const of = { 'x-tenant': 'extended' };
    const { token } = await one.credential({ kind: 'scim' }, of);
    const read = async (at: ScimServer, path: string) => (await at.scim('GET', path, undefined, bearer(token))).text;
    const urn = 'urn:acme:params:scim:schemas:extension:badge:2.0:User';
    for (const at of [one, two]) expect(await read(at, '/ResourceTypes')).not.toContain(urn);
    const attributes = [{ name: 'badge', type: 'string', multiValued: false, required: false }];
    expect((await one.api('POST', '/schemas', { urn, name: 'Badge', attributes }, of)).status).toBe(201);
    await until('the other has heard of it', async () => (await read(two, '/Schemas')).includes(urn), 1_000);
    for (const at of [one, two]) expect(await read(at, '/ResourceTypes')).toContain(urn);
    const person = { ...two.user(), [urn]: { badge: '17' } };
    const made = await two.scim('POST', '/Users', person, bearer(token));
    expect(made).toMatchObject({ status: 201, body: { [urn]: { badge: '17' } } });
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

  it('are counted by all instances together', async () => {
    const { token } = await one.credential({ kind: 'scim' });
    const address = from('198.51.100.9');
    for (let i = 0; i < 70; i++) expect((await use(one, forged(token), address)).status).toBe(401);
    let more = 0;
    while (more < 100 && (await use(two, forged(token), address)).status === 401) more++;
    // Ten of which the instances tell nobody, and what comes back meanwhile: less than two a second.
    expect(more).toBeGreaterThanOrEqual(28);
    expect(more).toBeLessThan(60);
    expect((await use(two, token, address)).status).toBe(200);
    // A minute later.
    const sql = one.server.app.get(DataSource);
    const kept = `FROM rate_buckets WHERE tenant_id = '${NIL_TENANT}'`;
    expect((await sql.query<object[]>(`SELECT ${kept}`)).length).toBeGreaterThan(0);
    await sql.query(`UPDATE rate_buckets SET taken_until = 0 WHERE tenant_id = $1`, [NIL_TENANT]);
    await two.server.app.get(GuessCount).forget();
    expect(await sql.query(`SELECT ${kept}`)).toEqual([]);
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
