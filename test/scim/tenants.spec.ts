import { DataSource } from 'typeorm';
import { bearer, expectScimError, filter, type Json, ScimServer } from './scim-client';

let scim: ScimServer;
beforeAll(async () => {
  scim = await ScimServer.start();
});
afterAll(() => scim?.stop());

const tenant = (slug: string) => ({ 'x-tenant': slug });
const make = (slug: string) => scim.api('POST', '/tenants', { slug, name: slug.toUpperCase() });

describe('tenants (contract §3)', () => {
  it('are made by the operator', async () => {
    const { status, headers, body } = await scim.api('POST', '/tenants', { slug: 'acme', name: 'Acme', region: 'eu' });
    expect({ status, type: headers['content-type'] }).toMatchObject({ status: 201 });
    expect(body).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      slug: 'acme',
      name: 'Acme',
      region: 'eu',
      scim: { enabled: true, baseUrl: scim.server.baseUrl },
    });
    expect((await scim.api('GET', '/tenant', undefined, tenant('acme'))).body).toEqual(body);
  });

  it('have a slug of their own', async () => {
    await make('twice');
    expect(await make('twice')).toMatchObject({ status: 409, body: { errors: [{ pointer: '/slug' }] } });
  });

  it.each<[string, unknown, string[]]>([
    ['nothing', {}, ['/slug', '/name']],
    ['wrong types', { slug: 5, name: [], region: {} }, ['/slug', '/name', '/region']],
    ['a slug that is none', { slug: 'Not A Slug', name: 'x' }, ['/slug']],
    ['an unknown member', { slug: 'ok', name: 'x', admin: true }, ['/admin']],
    ['a list', [], ['']],
    ['a name that cannot be stored', { slug: 'ok2', name: 'a\u0000\ud800' }, ['/name']],
  ])('refuse %s, each fault with its pointer', async (_, body, pointers) => {
    const answer = await scim.api('POST', '/tenants', JSON.stringify(body));
    expect(answer.status).toBe(400);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect([...new Set((answer.body.errors as Json[]).map((error) => error.pointer))].sort()).toEqual(pointers.sort());
    for (const { detail } of answer.body.errors as Json[]) expect(detail).toMatch(/^\S.+/);
  });

  it('are listed page by page', async () => {
    for (const slug of ['p1', 'p2', 'p3']) await make(slug);
    const all = (await scim.api('GET', '/tenants')).body as { items: Json[]; nextCursor: null };
    expect(all.nextCursor).toBeNull();
    const seen: Json[] = [];
    for (let cursor = ''; ;) {
      const { body } = await scim.api('GET', `/tenants?limit=2${cursor && `&cursor=${cursor}`}`);
      seen.push(...(body.items as Json[]));
      expect((body.items as Json[]).length).toBeLessThanOrEqual(2);
      if (body.nextCursor === null) break;
      cursor = body.nextCursor as string;
    }
    expect(seen).toEqual(all.items);
    expect(seen.map(({ slug }) => slug)).toEqual(expect.arrayContaining(['default', 'p1', 'p2', 'p3']));
    for (const query of ['limit=0', 'limit=x', 'limit=1001', 'limit=1&limit=2', 'cursor=x'])
      expect((await scim.api('GET', `/tenants?${query}`)).status).toBe(400);
  });

  it('are named by the operator with X-Tenant, else it is the default one; by nobody else', async () => {
    await make('named');
    expect((await scim.api('GET', '/tenant')).body.slug).toBe('default');
    expect((await scim.api('GET', '/tenant', undefined, tenant('named'))).body.slug).toBe('named');
    for (const slug of ['none', '', 'NAMED', "' or 1=1", 'x'.repeat(500)])
      expect((await scim.api('GET', '/tenant', undefined, tenant(slug))).status).toBe(404);
    const { token } = await scim.credential({ kind: 'admin' }, tenant('named'));
    expect((await scim.api('GET', '/tenant', undefined, bearer(token))).body.slug).toBe('named');
    expect((await scim.api('GET', '/tenant', undefined, { ...bearer(token), ...tenant('named') })).status).toBe(200);
    for (const slug of ['default', 'none'])
      expect((await scim.api('GET', '/tenant', undefined, { ...bearer(token), ...tenant(slug) })).status).toBe(403);
  });

  it('change their name, and say what cannot be changed', async () => {
    await make('renamed');
    const change = (body: unknown) => scim.api('PATCH', '/tenant', body, tenant('renamed'));
    expect(await change({ name: 'New' })).toMatchObject({ status: 200, body: { name: 'New', slug: 'renamed' } });
    for (const body of [
      { slug: 'x' },
      { name: '' },
      { name: null, x: 1 },
      { scim: true },
      { scim: {} },
      { scim: { enabled: 'no' } },
    ])
      expect(await change(body)).toMatchObject({ status: 400, body: { errors: [{ pointer: expect.any(String) }] } });
    expect(await change({})).toMatchObject({ status: 200, body: { name: 'New' } });
  });
});

describe('the SCIM switch', () => {
  it('makes /scim/v2 answer 403 at once for that tenant alone, and on again', async () => {
    await make('switched');
    const { token } = await scim.credential({ kind: 'scim' }, tenant('switched'));
    const ask = (method: string, path: string, body?: unknown) => scim.scim(method, path, body, bearer(token));
    const set = (enabled: boolean) => scim.api('PATCH', '/tenant', { scim: { enabled } }, tenant('switched'));
    const { body: user } = await ask('POST', '/Users', scim.user());
    for (let i = 0; i < 3; i++) {
      expect((await set(false)).body.scim).toMatchObject({ enabled: false });
      for (const [method, path, body] of [
        ['GET', '/Users', undefined],
        ['GET', `/Users/${user.id as string}`, undefined],
        ['GET', '/Schemas', undefined],
        ['POST', '/Users', scim.user()],
        ['POST', '/Bulk', {}],
      ] as const) {
        const answer = await ask(method, path, body);
        expectScimError(answer, 403);
        expect(answer.body.detail).toMatch(/switched off/);
      }
      expect((await scim.scim('GET', '/Users')).status).toBe(200);
      await set(true);
      expect((await ask('GET', `/Users/${user.id as string}`)).status).toBe(200);
    }
  });

  it('is a 403 as well on an instance that has not heard of it yet', async () => {
    await make('unheard');
    const { token } = await scim.credential({ kind: 'scim' }, tenant('unheard'));
    const ask = (method: string, path: string, body?: unknown) => scim.scim(method, path, body, bearer(token));
    for (const [method, path, body] of [
      ['GET', '/Users', undefined],
      ['POST', '/Users', scim.user()],
    ] as const) {
      expect((await ask('GET', '/Users')).status).toBe(200);
      const set = (enabled: boolean) =>
        scim.server.app.get(DataSource).query(`UPDATE tenants SET scim_enabled = $1 WHERE slug = 'unheard'`, [enabled]);
      await set(false);
      const answer = await ask(method, path, body);
      expectScimError(answer, 403);
      expect(answer.body.detail).toMatch(/switched off/);
      await set(true);
    }
  });
});

describe('two tenants', () => {
  it('see nothing of each other, and may have the same names', async () => {
    await make('left');
    const left = bearer((await scim.credential({ kind: 'scim' }, tenant('left'))).token);
    const body = scim.user({ userName: 'same@corp.example' });
    const [here, there] = [await scim.scim('POST', '/Users', body), await scim.scim('POST', '/Users', body, left)];
    expect([here.status, there.status]).toEqual([201, 201]);
    const path = `/Users/${here.body.id as string}`;
    for (const method of ['GET', 'DELETE']) expectScimError(await scim.scim(method, path, undefined, left), 404);
    expectScimError(await scim.scim('PUT', path, scim.user(), left), 404);
    const list = await scim.scim('GET', `/Users?${filter('userName eq "SAME@corp.example"')}`, undefined, left);
    expect((list.body.Resources as Json[]).map(({ id }) => id)).toEqual([there.body.id]);
  });
});
