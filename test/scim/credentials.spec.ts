import { LastUse } from '../../apps/api/src/tenancy/last-use';
import { bearer, expectScimError, type Headers, type Json, ScimServer } from './scim-client';

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
