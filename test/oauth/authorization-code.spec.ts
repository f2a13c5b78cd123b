import { Client as Database } from 'pg';
import { FailedAuthentications } from '../../apps/api/src/tenancy/failed-authentications';
import { bearer, type Json, ScimServer } from '../scim/scim-client';
import { until } from '../support/until';
import { Browser, basic, type Client, locationOf, OAuthWorld, OKTA_CALLBACK, pkce } from './oauth-client';

let world: OAuthWorld;
/** A second process on the same database, under the same public address. */
let second: ScimServer;
let database: Database;
let okta: Client;
beforeAll(async () => {
  world = await OAuthWorld.start();
  const { databaseUrl, apiUrl } = world.scim.server;
  second = await ScimServer.start({ DATABASE_URL: databaseUrl, PUBLIC_URL: apiUrl, ROLE: 'api' });
  database = new Database({ connectionString: databaseUrl });
  await database.connect();
  okta = await world.okta();
});
afterAll(async () => {
  await database?.end();
  await second?.stop();
  await world?.stop();
});

const INVALID_GRANT = { status: 400, body: { error: 'invalid_grant' } };

it('connects Okta as its "OAuth 2" mode does: authorize, consent, code, token, SCIM, refresh', async () => {
  const callback = await world.approve(okta, { scope: 'scim offline_access' });
  expect(`${callback.origin}${callback.pathname}`).toBe(OKTA_CALLBACK);
  expect(Object.fromEntries(callback.searchParams)).toEqual({
    ...{ code: expect.stringMatching(/^pv_code_[\w-]{65}$/), state: 's t&te', iss: world.scim.server.apiUrl },
  });
  const { status, body } = await world.redeem(okta, callback);
  expect({ status, body }).toEqual({
    status: 200,
    body: {
      ...{ access_token: expect.any(String), refresh_token: expect.any(String) },
      ...{ token_type: 'Bearer', expires_in: 3600, scope: 'scim' },
    },
  });
  const first = body.access_token as string;
  expect((await world.scim.scim('POST', '/Users', world.scim.user(), bearer(first))).status).toBe(201);
  expect((await world.scim.api('GET', '/tenant', undefined, bearer(first))).status).toBe(403);
  const renewed = await world.refresh(okta, body.refresh_token);
  expect(renewed.status).toBe(200);
  expect(renewed.body.refresh_token).not.toBe(body.refresh_token);
  expect(await world.status(renewed.body.access_token as string)).toBe(200);
  const { items } = (await world.scim.api('GET', '/audit/events?type=credential.authorized')).body;
  expect((items as Json[]).at(-1)).toMatchObject({ actor: { type: 'admin' }, subject: { id: okta.id } });
});

describe('GET /oauth/authorize', () => {
  const almost = [
    ...[`${OKTA_CALLBACK}/`, `${OKTA_CALLBACK}?x=1`, `${OKTA_CALLBACK}#x`, `${OKTA_CALLBACK}%2f`],
    OKTA_CALLBACK.replace('https:', 'http:'),
    OKTA_CALLBACK.replace('https://', 'https://evil@'),
    OKTA_CALLBACK.replace('https://', 'https://evil.example@'),
    OKTA_CALLBACK.replace('okta.com/', 'okta.com@evil.example/'),
    OKTA_CALLBACK.replace('okta.com', 'okta.com.evil.example'),
    OKTA_CALLBACK.replace('okta.com/', 'okta.com:443/'),
    OKTA_CALLBACK.replace('okta.com/', 'okta.com./'),
    OKTA_CALLBACK.replace('system-admin', 'SYSTEM-ADMIN'),
    OKTA_CALLBACK.replace('/admin/', '/admin/x/../'),
    OKTA_CALLBACK.replace('/callback', '/%63allback'),
    ` ${OKTA_CALLBACK}`,
    'javascript:alert(1)',
    'data:text/html,x',
    '//system-admin.okta.com/',
    'https://evil.example/',
    '',
  ];
  it.each(almost)('never sends anybody to an address that is only almost registered: %s', async (redirect_uri) => {
    const answer = await world.begin(okta, { redirect_uri });
    expect(answer).toMatchObject({ status: 400, headers: { 'content-type': 'text/html; charset=utf-8' } });
    expect(answer.headers.location).toBeUndefined();
    expect(answer.headers['content-security-policy']).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
  });

  it('shows a page for a client that there is not', async () => {
    const gone = await world.okta();
    await world.scim.api('DELETE', `/credentials/${gone.id}`);
    for (const clientId of [gone.clientId, 'pvc_x', '', '<script>alert(1)</script>']) {
      const answer = await world.begin({ ...gone, clientId });
      expect(answer.status).toBe(400);
      expect(answer.text).not.toContain('<script>');
      expect(answer.text).toMatch(/client_id|client ID/);
    }
  });

  it.each<[string, Record<string, string>, string]>([
    ['another response type', { response_type: 'token' }, 'unsupported_response_type'],
    ['an unknown scope', { scope: 'scim everything' }, 'invalid_scope'],
    ['a scope of OpenID', { scope: 'openid' }, 'invalid_scope'],
    ['PKCE in the clear', { code_challenge: 'x'.repeat(43), code_challenge_method: 'plain' }, 'invalid_request'],
    ['PKCE without a method', { code_challenge: 'x'.repeat(43) }, 'invalid_request'],
    ['a challenge that is none', { code_challenge: 'short', code_challenge_method: 'S256' }, 'invalid_request'],
    ['silence', { prompt: 'none' }, 'login_required'],
    ['a request object', { request: 'e30.e30.' }, 'request_not_supported'],
  ])('answers the client when it asks for %s', async (_what, more, error) => {
    const { status, headers } = await world.begin(okta, more);
    expect(status).toBe(303);
    // What was asked for decides where the answer stands: in the fragment for what is none of ours.
    const { origin, search, hash } = new URL(String(headers.location));
    expect(origin).toBe(new URL(OKTA_CALLBACK).origin);
    expect(Object.fromEntries(new URLSearchParams(search || hash.slice(1)))).toMatchObject({
      error,
      state: 's t&te',
      iss: world.scim.server.apiUrl,
    });
  });

  it('is not for clients that only call for themselves', async () => {
    expect((await world.begin(await world.client())).status).toBe(400);
  });
});

describe('the consent', () => {
  let browser: Browser;
  let page: string;
  beforeEach(async () => {
    browser = new Browser();
    page = locationOf(await world.begin(okta, {}, browser));
  });
  const decide = (decision: string, token: string) => world.post(page, { decision, token }, browser);

  it('says who asks, what for and for which tenant, on a page that runs and frames nothing', async () => {
    const hostile = await world.okta({ name: '<img src=x onerror=alert(1)>"&' });
    const at = locationOf(await world.begin(hostile, {}, browser));
    const { status, headers, text } = await world.get(at, browser);
    expect(status).toBe(200);
    expect(text).toContain('&lt;img src=x onerror=alert(1)&gt;&quot;&amp;');
    for (const word of ['Default', '<code>default</code>', 'people and groups', 'https://system-admin.okta.com'])
      expect(text).toContain(word);
    expect(text).not.toMatch(/<script|<img|http-equiv|<[^>]* on\w+=/i);
    expect(text).toMatch(/<html lang="en">.*<label for="token">.*<input id="token"/s);
    expect(headers).toMatchObject({
      'content-security-policy': expect.stringMatching(
        /^default-src 'none'; style-src 'sha256-[^']+'; form-action 'self' https:\/\/system-admin\.okta\.com; base-uri 'none'; frame-ancestors 'none'$/,
      ),
      ...{ 'x-frame-options': 'DENY', 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' },
    });
  });

  it('gives what was asked for and no more than the client may', async () => {
    const limited = await world.okta({ scopes: ['scim:users'] });
    const { status, headers } = await world.begin(limited, { scope: 'scim' });
    expect([status, String(headers.location)]).toEqual([303, expect.stringContaining('error=invalid_scope')]);
    for (const [scope, given] of [
      ['', 'scim:users'],
      ['scim:users:read', 'scim:users:read'],
    ] as const) {
      const { body } = await world.redeem(limited, await world.approve(limited, { scope }));
      expect(body.scope).toBe(given);
      expect(await world.status(body.access_token as string)).toBe(200);
      const groups = await world.scim.scim('GET', '/Groups?count=0', undefined, bearer(body.access_token as string));
      expect(groups.status).toBe(403);
    }
  });

  it('can be denied, without a token', async () => {
    const denied = await decide('deny', '');
    const back = await world.get(locationOf(denied), browser);
    expect(Object.fromEntries(new URL(locationOf(back)).searchParams)).toMatchObject({
      ...{ error: 'access_denied', state: 's t&te', iss: world.scim.server.apiUrl },
    });
  });

  it('takes the token of an administrator of this tenant or of an operator, and of nobody else', async () => {
    await world.scim.api('POST', '/tenants', { slug: 'initech', name: 'Initech' });
    const { token: foreign } = await world.scim.credential({ kind: 'admin' }, { 'x-tenant': 'initech' });
    const others = await Promise.all(
      ['auditor', 'app', 'scim'].map(async (kind) => (await world.scim.credential({ kind })).token),
    );
    const { token: elsewhere } = await world.scim.credential({ kind: 'admin', allowedIps: ['203.0.113.0/24'] });
    for (const token of ['', 'no-token', foreign, elsewhere, okta.clientSecret, ...others]) {
      page = locationOf(await world.begin(okta, {}, browser));
      const refused = await decide('approve', token);
      expect(refused.status).toBe(403);
      expect(refused.text).toMatch(/role="alert">That is no admin token of Default/);
      if (token) expect(refused.text).not.toContain(token);
      expect(refused.headers.location).toBeUndefined();
    }
    expect((await decide('approve', world.scim.server.operatorToken)).status).toBe(303);
  });

  it('ends after five tokens that may not approve it, and tells the tenant of those who try many', async () => {
    for (let i = 0; i < 5; i++) expect((await decide('approve', `guess-${i}`)).status).toBe(403);
    expect((await decide('approve', world.adminToken)).status).toBe(400);
    const from = { 'x-forwarded-for': '198.51.100.9' };
    // An address that guesses anywhere is told to wait here as well.
    const guess = (i: number) => world.scim.api('GET', '/tenant', undefined, { ...bearer(`guess-${i}`), ...from });
    await Promise.all(Array.from({ length: 101 }, (_, i) => guess(i)));
    page = locationOf(await world.begin(okta, {}, browser));
    const wrong = await world.post(page, { decision: 'approve', token: 'another' }, browser, from);
    expect(wrong).toMatchObject({ status: 429, headers: { 'retry-after': expect.stringMatching(/^\d+$/) } });
    // Whoever has the right one is let in all the same, from there too.
    const right = { decision: 'approve', token: world.adminToken };
    expect((await world.post(page, right, browser, from)).status).toBe(303);
    await world.scim.server.app.get(FailedAuthentications).flush();
    const { items } = (await world.scim.api('GET', '/audit/events?type=auth.failed&limit=1000')).body;
    expect(JSON.stringify(items)).toContain('198.51.100.9');
    expect(JSON.stringify(items)).not.toContain('another');
  });

  it('belongs to the browser that it was begun in, once', async () => {
    const stranger = new Browser();
    for (const answer of [
      await world.get(page, stranger),
      await world.post(page, { decision: 'approve', token: world.adminToken }, stranger),
      await world.post(page, { decision: 'deny' }, stranger),
      await world.get('/oauth/consent/nobody', browser),
    ])
      expect(answer).toMatchObject({ status: 400, headers: { 'content-type': 'text/html; charset=utf-8' } });
    const decided = await decide('approve', world.adminToken);
    expect((await world.get(locationOf(decided), stranger)).status).toBe(400);
    expect((await world.get(locationOf(decided), browser)).headers.location).toMatch(/[?&]code=/);
    expect((await world.get(locationOf(decided), browser)).status).toBe(400);
    expect((await decide('approve', world.adminToken)).status).toBe(400);
  });

  it('expires', async () => {
    await database.query(
      `UPDATE oauth_records SET payload = jsonb_set(payload::jsonb, '{exp}', '1') WHERE model = 'Interaction'`,
    );
    expect((await world.get(page, browser)).status).toBe(400);
    expect((await decide('approve', world.adminToken)).status).toBe(400);
  });

  it('keeps nothing of the token that was typed', async () => {
    await decide('approve', world.adminToken);
    const { rows } = await database.query<{ all: string }>(
      `SELECT string_agg(r::text, '') AS all FROM oauth_records r`,
    );
    expect(rows[0]!.all).not.toContain(world.adminToken.slice(-30));
  });
});

describe('codes', () => {
  it('are redeemed once: who comes again ends what was given for it', async () => {
    const callback = await world.approve(okta);
    const { body } = await world.redeem(okta, callback);
    expect(await world.status(body.access_token as string)).toBe(200);
    expect(await world.redeem(okta, callback)).toMatchObject(INVALID_GRANT);
    expect(await world.status(body.access_token as string)).toBe(401);
    expect(await world.refresh(okta, body.refresh_token)).toMatchObject(INVALID_GRANT);
    const told = () => world.scim.api('GET', `/audit/events?type=credential.authorization_ended&actor=${okta.id}`);
    await until('the tenant is told', async () => ((await told()).body.items as Json[]).length > 0);
    expect((await told()).text).toContain('used_twice');
  });

  it('are for the client, the address and the moment that they were asked for', async () => {
    const other = await world.okta();
    const callback = await world.approve(okta);
    expect(await world.redeem(other, callback)).toMatchObject(INVALID_GRANT);
    expect(await world.redeem(okta, callback, { redirect_uri: `${OKTA_CALLBACK}/` })).toMatchObject(INVALID_GRANT);
    const late = `UPDATE oauth_records SET payload = jsonb_set(payload::jsonb, '{exp}', '1') WHERE model = 'AuthorizationCode'`;
    await database.query(late);
    expect(await world.redeem(okta, callback)).toMatchObject(INVALID_GRANT);
    const made = new URL(OKTA_CALLBACK);
    made.searchParams.set('code', `pv_code_${'A'.repeat(65)}`);
    expect(await world.redeem(okta, made)).toMatchObject(INVALID_GRANT);
  });

  it('hold to PKCE when it was used, and not when it was not', async () => {
    const { verifier, challenge } = pkce();
    const wrong = pkce().verifier;
    for (const more of [{}, { code_verifier: wrong }] as Record<string, string>[])
      expect(await world.redeem(okta, await world.approve(okta, challenge), more)).toMatchObject(INVALID_GRANT);
    const right = await world.redeem(okta, await world.approve(okta, challenge), { code_verifier: verifier });
    expect(right.status).toBe(200);
    // A challenge that was stripped on the way is noticed.
    const stripped = await world.redeem(okta, await world.approve(okta), { code_verifier: verifier });
    expect(stripped).toMatchObject(INVALID_GRANT);
  });

  it('are redeemed by one of many who try at once, through any process; and then by nobody', async () => {
    const callback = await world.approve(okta);
    const fields = new URLSearchParams({
      ...{ grant_type: 'authorization_code', redirect_uri: OKTA_CALLBACK },
      code: callback.searchParams.get('code')!,
    }).toString();
    const headers = {
      ...basic(okta.clientId, okta.clientSecret),
      'content-type': 'application/x-www-form-urlencoded',
    };
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, i) => (i % 2 ? world.scim : second).send('POST', '/oauth/token', fields, headers)),
    );
    const given = answers.filter(({ status }) => status === 200);
    expect(given.length).toBeLessThanOrEqual(1);
    for (const answer of answers) if (answer.status !== 200) expect(answer).toMatchObject(INVALID_GRANT);
    for (const { body } of given) expect(await world.status(body.access_token as string)).toBe(401);
  });
});

describe('refresh tokens', () => {
  let tokens: Json;
  beforeEach(async () => {
    tokens = (await world.redeem(okta, await world.approve(okta))).body;
  });

  it('rotate, and one that was used before ends them all', async () => {
    const renewed = (await world.refresh(okta, tokens.refresh_token)).body;
    const again = (await world.refresh(okta, renewed.refresh_token)).body;
    expect(await world.status(again.access_token as string)).toBe(200);
    expect(await world.refresh(okta, tokens.refresh_token)).toMatchObject(INVALID_GRANT);
    for (const { access_token } of [tokens, renewed, again])
      expect(await world.status(access_token as string)).toBe(401);
    expect(await world.refresh(okta, again.refresh_token)).toMatchObject(INVALID_GRANT);
  });

  it('are for their client, expire, and give no more than was approved', async () => {
    expect(await world.refresh(await world.okta(), tokens.refresh_token)).toMatchObject(INVALID_GRANT);
    expect((await world.refresh(okta, tokens.refresh_token, { scope: 'scim admin' })).body.error).toBe('invalid_scope');
    expect(await world.refresh(okta, tokens.access_token)).toMatchObject(INVALID_GRANT);
    expect(await world.status(tokens.refresh_token as string)).toBe(401);
    await database.query(
      `UPDATE oauth_records SET payload = jsonb_set(payload::jsonb, '{exp}', '1') WHERE model = 'RefreshToken'`,
    );
    expect(await world.refresh(okta, tokens.refresh_token)).toMatchObject(INVALID_GRANT);
  });

  it('are revoked with their access tokens, through any process', async () => {
    const token = tokens.access_token as string;
    const through = (server: ScimServer) => server.scim('GET', '/Users?count=0', undefined, bearer(token));
    expect((await through(second)).status).toBe(200);
    const fields = { token: tokens.refresh_token as string };
    expect((await world.form('/oauth/revoke', fields, basic(okta.clientId, okta.clientSecret))).status).toBe(200);
    expect([(await through(second)).status, (await through(world.scim)).status]).toEqual([401, 401]);
    expect(await world.refresh(okta, tokens.refresh_token)).toMatchObject(INVALID_GRANT);
  });

  it('die with the client', async () => {
    const client = await world.okta();
    const { body } = await world.redeem(client, await world.approve(client));
    await world.scim.api('DELETE', `/credentials/${client.id}`);
    expect(await world.status(body.access_token as string)).toBe(401);
    expect((await world.refresh(client, body.refresh_token)).body.error).toBe('invalid_client');
  });
});
