import { DataSource } from 'typeorm';
import { LastUse } from '../../apps/api/src/tenancy/last-use';
import { bearer, expectScimError, type Headers, type Json, ScimServer } from './scim-client';
import { until } from '../support/until';

let scim: ScimServer;
beforeAll(async () => {
  scim = await ScimServer.start();
});
afterAll(() => scim?.stop());

const list = async (headers: Headers = {}): Promise<Json[]> =>
  (await scim.api('GET', '/credentials?limit=1000', undefined, headers)).body.items as Json[];
const use = (token: string) => scim.scim('GET', '/Users?count=0', undefined, bearer(token));

describe('credentials (contract §3)', () => {
  it('show their secret this once, and are listed without it', async () => {
    const made = await scim.credential({ kind: 'scim', name: 'Okta' });
    expect(made).toEqual({
      id: expect.any(String),
      kind: 'scim',
      name: 'Okta',
      token: expect.stringMatching(/^pv_scim_[\w-]{65}$/),
      baseUrl: scim.server.baseUrl,
    });
    const { text } = await scim.api('GET', '/credentials');
    expect(text).not.toContain(made.token.slice(-20));
    expect(text).not.toMatch(/hash|secret|token/i);
    expect((await list()).find(({ id }) => id === made.id)).toMatchObject({
      kind: 'scim',
      name: 'Okta',
      expiresAt: null,
    });
    expect(await scim.credential({ kind: 'app' })).not.toHaveProperty('baseUrl');
  });

  it('are refused from the next request on when they are revoked', async () => {
    for (let i = 0; i < 5; i++) {
      const { id, token } = await scim.credential({ kind: 'scim' });
      expect((await use(token)).status).toBe(200);
      expect(await scim.api('DELETE', `/credentials/${id}`)).toMatchObject({ status: 204, text: '' });
      expectScimError(await use(token), 401);
      expectScimError(await scim.scim('POST', '/Users', scim.user(), bearer(token)), 401);
      expect((await scim.api('DELETE', `/credentials/${id}`)).status).toBe(404);
      expect((await list()).map((credential) => credential.id)).not.toContain(id);
    }
  });

  it('expire', async () => {
    const { token } = await scim.credential({ kind: 'scim', expiresAt: new Date(Date.now() + 700).toISOString() });
    expect((await use(token)).status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 800));
    expectScimError(await use(token), 401);
  });

  it('hold to the addresses that they are for', async () => {
    const ok = await scim.credential({ kind: 'scim', allowedIps: ['10.0.0.0/8', '127.0.0.0/8', '::1/128'] });
    expect((await use(ok.token)).status).toBe(200);
    const elsewhere = await scim.credential({ kind: 'scim', allowedIps: ['203.0.113.0/24', '2001:db8::/32'] });
    const answer = await use(elsewhere.token);
    expectScimError(answer, 403);
    expect(answer.body.detail).toMatch(/127\.0\.0\.1|::1/);
    // The proxy on this machine may say for whom it asks.
    const forwarded = { ...bearer(elsewhere.token), 'x-forwarded-for': '203.0.113.7' };
    expect((await scim.scim('GET', '/Users', undefined, forwarded)).status).toBe(200);
  });

  it('note when and from where they were last used', async () => {
    const { id, token } = await scim.credential({ kind: 'scim' });
    expect((await list()).find((credential) => credential.id === id)).toMatchObject({
      lastUsedAt: null,
      lastUsedIp: null,
    });
    await use(token);
    await scim.server.app.get(LastUse).flush();
    const used = (await list()).find((credential) => credential.id === id);
    expect(Math.abs(Date.parse(used?.lastUsedAt as string) - Date.now())).toBeLessThan(30_000);
    expect(used?.lastUsedIp).toMatch(/127\.0\.0\.1|::1/);
  });

  it('of operators are listed and revoked by operators alone', async () => {
    const made = await scim.credential({ kind: 'operator', name: 'second operator' });
    const { body } = await scim.api('GET', '/credentials?kind=operator');
    expect((body.items as Json[]).map(({ id }) => id)).toContain(made.id);
    expect((await list()).map(({ id }) => id)).not.toContain(made.id);
    const admin = bearer((await scim.credential({ kind: 'admin' })).token);
    expect((await scim.api('GET', '/credentials?kind=operator', undefined, admin)).status).toBe(403);
    expect((await scim.api('DELETE', `/credentials/${made.id}`, undefined, admin)).status).toBe(404);
    expect((await scim.api('GET', '/tenants', undefined, bearer(made.token))).status).toBe(200);
    expect((await scim.api('DELETE', `/credentials/${made.id}`)).status).toBe(204);
    expect((await scim.api('GET', '/tenants', undefined, bearer(made.token))).status).toBe(401);
    expect((await scim.api('GET', '/credentials?kind=root')).status).toBe(400);
  });

  it.each<[string, Json, string[]]>([
    ['nothing', {}, ['/kind', '/name']],
    ['an unknown kind', { kind: 'root', name: 'x' }, ['/kind']],
    ['a past expiry', { kind: 'scim', name: 'x', expiresAt: '2001-01-01T00:00:00Z' }, ['/expiresAt']],
    ['an expiry that is no time', { kind: 'scim', name: 'x', expiresAt: 'soon' }, ['/expiresAt']],
    ['an expiry that is a number', { kind: 'scim', name: 'x', expiresAt: 5 }, ['/expiresAt']],
    ['an expiry far out of range', { kind: 'scim', name: 'x', expiresAt: '+275760-09-13T00:00:00Z' }, ['/expiresAt']],
    ['addresses that are none', { kind: 'scim', name: 'x', allowedIps: ['10.0.0.0/33'] }, ['/allowedIps']],
    ['addresses that are no list', { kind: 'scim', name: 'x', allowedIps: '10.0.0.0/8' }, ['/allowedIps']],
    ['an unknown profile', { kind: 'scim', name: 'x', clientProfile: 'constructor' }, ['/clientProfile']],
    ['a name that cannot be stored', { kind: 'scim', name: 'a\u0000b' }, ['/name']],
    ['a name that is too long', { kind: 'scim', name: 'x'.repeat(201) }, ['/name']],
  ])('refuse %s', async (_, body, pointers) => {
    const answer = await scim.api('POST', '/credentials', body);
    expect({ status: answer.status, text: answer.text }).toMatchObject({ status: 400 });
    expect([...new Set((answer.body.errors as Json[]).map(({ pointer }) => pointer))]).toEqual(pointers);
  });

  it('of another tenant are not to be found', async () => {
    await scim.api('POST', '/tenants', { slug: 'other', name: 'Other' });
    const other = await scim.credential({ kind: 'scim' }, { 'x-tenant': 'other' });
    const { token } = await scim.credential({ kind: 'admin' });
    expect((await scim.api('DELETE', `/credentials/${other.id}`, undefined, bearer(token))).status).toBe(404);
    expect((await list(bearer(token))).map(({ id }) => id)).not.toContain(other.id);
    expect((await use(other.token)).status).toBe(200);
    for (const id of ['none', '%00', "'", '0192aaaa-0000-7000-8000-000000000000'])
      expect((await scim.api('DELETE', `/credentials/${id}`)).status).toBe(404);
  });

  it('are listed page by page', async () => {
    const seen: unknown[] = [];
    for (let cursor = ''; ;) {
      const { body } = await scim.api('GET', `/credentials?limit=3${cursor && `&cursor=${cursor}`}`);
      seen.push(...(body.items as Json[]).map(({ id }) => id));
      if (body.nextCursor === null) break;
      cursor = body.nextCursor as string;
    }
    expect(seen).toEqual((await list()).map(({ id }) => id));
  });
});

describe('rotation (contract §3)', () => {
  const rotate = (id: string, body?: Json, headers: Headers = {}) =>
    scim.api('POST', `/credentials/${id}/rotate`, body, headers);
  const listed = async (id: string) => (await list()).find((credential) => credential.id === id)!;

  it('gives a new secret, and both work until the overlap ends', async () => {
    const old = await scim.credential({ kind: 'scim', name: 'Okta' });
    const { status, body } = await rotate(old.id, { overlap: '24_hours' });
    expect({ status, body }).toEqual({
      status: 200,
      body: {
        ...{ id: old.id, kind: 'scim', name: 'Okta', baseUrl: scim.server.baseUrl },
        token: expect.stringMatching(/^pv_scim_[\w-]{65}$/),
      },
    });
    expect(body.token).not.toBe(old.token);
    for (const token of [old.token, body.token as string]) {
      expect((await use(token)).status).toBe(200);
      expect((await scim.scim('POST', '/Users', scim.user(), bearer(token))).status).toBe(201);
    }
    const { previous, rotatedAt } = await listed(old.id);
    const [{ expiresAt }] = previous as [{ expiresAt: string }];
    expect(Date.parse(expiresAt) - Date.parse(rotatedAt as string)).toBe(24 * 3_600_000);
    const [event] = await scim.server.app
      .get(DataSource)
      .query<{ data: Json }[]>(`SELECT data FROM events WHERE type = 'credential.rotated' AND subject_id = $1`, [
        old.id,
      ]);
    expect(event!.data).toEqual({ name: 'Okta', previousExpiresAt: expiresAt, expiresAt: null });
    expect((await scim.api('DELETE', `/credentials/${old.id}`)).status).toBe(204);
    for (const token of [old.token, body.token as string]) expectScimError(await use(token), 401);
  });

  it('ends the old one by itself when the overlap is over', async () => {
    const old = await scim.credential({ kind: 'scim' });
    const { body } = await rotate(old.id, { overlap: 'PT0.7S' });
    expect((await use(old.token)).status).toBe(200);
    await until('the old one is refused', async () => (await use(old.token)).status === 401, 3_000);
    expect((await use(body.token as string)).status).toBe(200);
    expect((await listed(old.id)).previous).toEqual([]);
  });

  it.each<[string, Json | undefined]>([
    ['a body', undefined],
    ['an overlap', {}],
    ['a length', { overlap: 'PT0S' }],
  ])('without %s ends every older secret at once', async (_, input) => {
    const first = await scim.credential({ kind: 'scim' });
    const second = (await rotate(first.id, { overlap: 'P1D' })).body.token as string;
    const third = (await rotate(first.id, { overlap: 'P1D' })).body.token as string;
    for (const token of [first.token, second, third]) expect((await use(token)).status).toBe(200);
    const fourth = (await rotate(first.id, input)).body.token as string;
    for (const token of [first.token, second, third]) expectScimError(await use(token), 401);
    expect((await use(fourth)).status).toBe(200);
  });

  it('tells which secret is still in use', async () => {
    const old = await scim.credential({ kind: 'scim' });
    const { token } = (await rotate(old.id, { overlap: 'P1D' })).body;
    await use(old.token);
    await scim.server.app.get(LastUse).flush();
    const before = await listed(old.id);
    expect(before.previous).toMatchObject([{ lastUsedAt: before.lastUsedAt, lastUsedIp: before.lastUsedIp }]);
    await use(token as string);
    await scim.server.app.get(LastUse).flush();
    const after = await listed(old.id);
    expect(after.previous).toEqual(before.previous);
    expect(Date.parse(after.lastUsedAt as string)).toBeGreaterThan(Date.parse(before.lastUsedAt as string));
  });

  it('may move the end of the credential, and never makes an old secret live longer', async () => {
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    const old = await scim.credential({ kind: 'app', expiresAt });
    const later = new Date(Date.now() + 90 * 86_400_000).toISOString();
    expect((await rotate(old.id, { overlap: 'P7D', expiresAt: later })).status).toBe(200);
    expect(await listed(old.id)).toMatchObject({ expiresAt: later, previous: [{ expiresAt }] });
    expect((await rotate(old.id)).status).toBe(200);
    expect(await listed(old.id)).toMatchObject({ expiresAt: later, previous: [] });
    const ds = scim.server.app.get(DataSource);
    await ds.query('UPDATE credentials SET expires_at = now() WHERE id = $1', [old.id]);
    expect((await rotate(old.id, { overlap: 'P1D' })).status).toBe(409);
    expect((await rotate(old.id, { overlap: 'P1D', expiresAt: later })).status).toBe(200);
  });

  it('keeps five old secrets at most', async () => {
    const { id } = await scim.credential({ kind: 'app' });
    for (let i = 0; i < 5; i++) expect((await rotate(id, { overlap: 'P1D' })).status).toBe(200);
    expect((await rotate(id, { overlap: 'P1D' })).status).toBe(409);
    expect((await rotate(id)).status).toBe(200);
  });

  it.each<[string, Json, string]>([
    ['an overlap that is none', { overlap: 'soon' }, '/overlap'],
    ['a number', { overlap: 5 }, '/overlap'],
    ['an overlap beyond a month', { overlap: 'P31D' }, '/overlap'],
    ['an end that has passed', { expiresAt: '2001-01-01T00:00:00Z' }, '/expiresAt'],
  ])('refuses %s', async (_, body, pointer) => {
    const { id, token } = await scim.credential({ kind: 'scim' });
    expect(await rotate(id, body)).toMatchObject({ status: 400, body: { errors: [{ pointer }] } });
    expect((await use(token)).status).toBe(200);
  });

  it('is of the tenant’s own credentials alone', async () => {
    await scim.api('POST', '/tenants', { slug: 'rotating', name: 'Rotating' });
    const other = await scim.credential({ kind: 'scim' }, { 'x-tenant': 'rotating' });
    const admin = bearer((await scim.credential({ kind: 'admin' })).token);
    expect((await rotate(other.id, {}, admin)).status).toBe(404);
    expect((await rotate('none')).status).toBe(404);
    expect((await use(other.token)).status).toBe(200);
  });
});

describe('scopes', () => {
  const may = async (scopes: string[], method: string, path: string, body?: Json) => {
    const kind = path.startsWith('/scim') ? 'scim' : 'app';
    const { token } = await scim.credential({ kind, scopes });
    const type: Headers = body ? { 'content-type': 'application/json' } : {};
    const answer = await scim.send(method, path, body, { ...bearer(token), ...type });
    if (answer.status === 403) expect(answer.body.detail).toMatch(/^This credential may not do that: .+\.$/);
    return answer.status !== 403;
  };

  it.each<[string[], string, string, boolean]>([
    [[], 'POST', '/scim/v2/Groups', true],
    [['scim'], 'POST', '/scim/v2/Groups', true],
    [['scim'], 'POST', '/scim/v2/Bulk', true],
    [['scim:read'], 'GET', '/scim/v2/Groups', true],
    [['scim:read'], 'POST', '/scim/v2/users/.search', true],
    [['scim:read'], 'POST', '/scim/v2/.search', true],
    [['scim:read'], 'POST', '/scim/v2/Users', false],
    [['scim:read'], 'PATCH', '/scim/v2/Users/x', false],
    [['scim:read'], 'POST', '/scim/v2/Bulk', false],
    [['scim:users'], 'PUT', '/scim/v2/USERS/x', true],
    [['scim:users'], 'GET', '/scim/v2/Schemas', true],
    [['scim:users'], 'GET', '/scim/v2/Groups', false],
    [['scim:users'], 'GET', '/scim/v2/Roles', false],
    [['scim:users'], 'GET', '/scim/v2', false],
    [['scim:users'], 'POST', '/scim/v2/Groups/.search', false],
    [['scim:users:read'], 'GET', '/scim/v2/Users', true],
    [['scim:users:read'], 'DELETE', '/scim/v2/Users/x', false],
    [['scim:users', 'scim:read'], 'GET', '/scim/v2/Groups', true],
    [['scim:groups'], 'PATCH', '/scim/v2/Groups/x', true],
    [['access'], 'POST', '/access/v1/evaluation', true],
    [['access'], 'GET', '/api/v1/users', false],
    [['users:read'], 'GET', '/api/v1/users', true],
    [['users:read'], 'PATCH', '/api/v1/users/x', false],
    [['users'], 'GET', '/api/v1/users/x/access', false],
    [['resources:read'], 'GET', '/api/v1/workspaces', true],
    [['resources:read'], 'PUT', '/api/v1/workspaces/x', false],
    [['grants'], 'GET', '/api/v1/grants', true],
    [['sessions'], 'POST', '/api/v1/sessions/introspect', true],
  ])('%j: %s %s is allowed: %s', async (scopes, method, path, allowed) => {
    expect(await may(scopes, method, path, method === 'GET' || method === 'DELETE' ? undefined : {})).toBe(allowed);
  });

  it('are those of the kind, and shown', async () => {
    for (const input of [
      { kind: 'scim', scopes: ['access'] },
      { kind: 'admin', scopes: ['scim'] },
      { kind: 'app', scopes: ['everything'] },
      { kind: 'app', scopes: 'access' },
    ]) {
      const { status, body } = await scim.api('POST', '/credentials', { name: 'x', ...input });
      expect(status).toBe(400);
      expect(new Set((body.errors as Json[]).map(({ pointer }) => pointer))).toEqual(new Set(['/scopes']));
    }
    const { id } = await scim.credential({ kind: 'scim', scopes: ['scim:read'] });
    expect((await list()).find((credential) => credential.id === id)).toMatchObject({ scopes: ['scim:read'] });
  });
});
