import { Client as Database } from 'pg';
import { oauthToken } from '../../apps/okta-sim/src/oauth-token';
import { bearer, expectScimError, type Json } from '../scim/scim-client';
import { basic, OAuthWorld, OKTA_CALLBACK } from './oauth-client';

let world: OAuthWorld;
let database: Database;
beforeAll(async () => {
  world = await OAuthWorld.start();
  database = new Database({ connectionString: world.scim.server.databaseUrl });
  await database.connect();
});
afterAll(async () => {
  await database?.end();
  await world?.stop();
});

const own = { grant_type: 'client_credentials' };

describe('OAuth clients (contract §3)', () => {
  it('are credentials whose secret is shown once', async () => {
    const made = await world.okta();
    expect(made).toEqual({
      ...{ id: expect.any(String), kind: 'oauth', name: 'Okta', baseUrl: world.scim.server.baseUrl },
      clientId: expect.stringMatching(/^pvc_[\w-]{43}$/),
      clientSecret: expect.stringMatching(/^pvc_secret_[\w-]{43}$/),
      authorizeUrl: `${world.scim.server.apiUrl}/oauth/authorize`,
      tokenUrl: `${world.scim.server.apiUrl}/oauth/token`,
    });
    const { text, body } = await world.scim.api('GET', '/credentials?limit=1000');
    expect(text).not.toContain(made.clientSecret);
    expect((body.items as Json[]).find(({ id }) => id === made.id)).toMatchObject({
      ...{ kind: 'oauth', clientId: made.clientId },
      ...{ redirectUris: [OKTA_CALLBACK], grantTypes: ['authorization_code', 'refresh_token'] },
    });
    expect(await world.client({ kind: 'oauth_client' })).toMatchObject({ kind: 'oauth' });
    // Neither of the two opens anything by itself.
    for (const value of [made.clientId, made.clientSecret]) expect(await world.status(value)).toBe(401);
  });

  it.each<[string, Json, string]>([
    ['relative', { redirectUris: ['/callback'] }, '/redirectUris'],
    ['of another scheme', { redirectUris: ['javascript:alert(1)'] }, '/redirectUris'],
    ['with a user', { redirectUris: ['https://okta.com@evil.example/'] }, '/redirectUris'],
    ['with a fragment', { redirectUris: ['https://okta.example/cb#'] }, '/redirectUris'],
    ['not as browsers write it', { redirectUris: ['https://okta.example/a/../cb'] }, '/redirectUris'],
    ['with a wildcard that is no host', { redirectUris: ['https://*.okta.example:x/cb'] }, '/redirectUris'],
    ['no list', { redirectUris: 'https://okta.example/cb' }, '/redirectUris'],
    ['missing', { grantTypes: ['authorization_code'] }, '/redirectUris'],
    ['of no use', { redirectUris: [OKTA_CALLBACK], grantTypes: ['client_credentials'] }, '/grantTypes'],
    ['of another kind', { kind: 'scim', redirectUris: [OKTA_CALLBACK] }, '/redirectUris'],
    ['with an unknown grant type', { grantTypes: ['password'] }, '/grantTypes'],
    ['that cannot be refreshed', { grantTypes: ['client_credentials', 'refresh_token'] }, '/grantTypes'],
  ])('are refused with redirect URIs that are %s', async (_what, input, pointer) => {
    const answer = await world.scim.api('POST', '/credentials', { kind: 'oauth', name: 'x', ...input });
    expect(answer.status).toBe(400);
    for (const fault of answer.body.errors as Json[]) expect(fault).toMatchObject({ pointer });
  });
});

describe('POST /oauth/token, client_credentials (RFC 6749 §4.4)', () => {
  it('gives a token for SCIM and for nothing else, to either way of saying the secret', async () => {
    const client = await world.client();
    const { clientId: client_id, clientSecret: client_secret } = client;
    const answers = [
      await world.token(client, own),
      await world.form('/oauth/token', { ...own, client_id, client_secret }),
      await world.form('/OAuth/token/', { ...own, client_id, client_secret, scope: 'scim' }),
      await world.token(client, { ...own, scope: 'offline_access' }),
    ];
    for (const { status, headers, body } of answers) {
      expect(status).toBe(200);
      expect(headers['content-type']).toMatch(/^application\/json/);
      expect(headers['cache-control']).toBe('no-store');
      const token = expect.stringMatching(/^pv_access_[\w-]{65}$/) as string;
      expect(body).toEqual({ access_token: token, token_type: 'Bearer', expires_in: 3600, scope: 'scim' });
    }
    const token = answers[0]!.body.access_token as string;
    expect((await world.scim.scim('POST', '/Users', world.scim.user(), bearer(token))).status).toBe(201);
    // Okta's "Header" mode.
    expect((await world.scim.scim('GET', '/Users?count=0', undefined, { authorization: token })).status).toBe(200);
    for (const path of ['/tenant', '/credentials', '/users', '/audit/events'])
      expect((await world.scim.api('GET', path, undefined, bearer(token))).status).toBe(403);
  });

  it('is told in the log as the client, and noted as its last use', async () => {
    const client = await world.client({ name: 'Entra' });
    const made = await world.scim.scim('POST', '/Users', world.scim.user(), bearer(await world.ownToken(client)));
    const { body } = await world.scim.api('GET', `/audit/events?userId=${String(made.body.id)}`);
    expect(body.items).toMatchObject([{ actor: { type: 'scim', id: client.id, name: 'Entra' } }]);
  });

  it.each<[string, Record<string, string>, Json, number]>([
    ['an unknown grant', { grant_type: 'password' }, { error: 'unsupported_grant_type' }, 400],
    ['no grant', {}, { error: 'invalid_request' }, 400],
    [
      'a grant that the client has not',
      { grant_type: 'refresh_token', refresh_token: 'x' },
      { error: 'invalid_request' },
      400,
    ],
    ['an unknown scope', { ...own, scope: 'scim admin' }, { error: 'invalid_scope', scope: 'admin' }, 400],
    ['a scope of OpenID', { ...own, scope: 'openid' }, { error: 'invalid_scope' }, 400],
  ])('refuses %s in JSON', async (_what, fields, body, status) => {
    const answer = await world.token(await world.client(), fields);
    expect(answer).toMatchObject({ status, body: { ...body, error_description: expect.any(String) } });
  });

  it('refuses whoever does not have the secret, without a word about which part was wrong', async () => {
    const client = await world.client();
    const other = await world.client();
    const strangers = [
      basic(client.clientId, other.clientSecret),
      basic(client.clientId, 'x'),
      basic('pvc_nobody', client.clientSecret),
      basic(client.clientId.slice(0, -1), client.clientSecret),
      basic(other.clientId, client.clientSecret),
    ];
    const answers = await Promise.all(strangers.map((header) => world.form('/oauth/token', own, header)));
    for (const { status, body, headers } of answers) {
      expect({ status, body }).toEqual({ status: 401, body: answers[0]!.body });
      expect(body.error).toBe('invalid_client');
      expect(headers['www-authenticate']).toMatch(/^Basic realm=/);
    }
    expect(await world.form('/oauth/token', own)).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
    const twice = { ...own, client_id: client.clientId, client_secret: client.clientSecret };
    expect((await world.token(client, twice)).body.error).toBe('invalid_request');
  });

  it('refuses bodies that are no form, that are too long, or say a thing twice', async () => {
    const client = await world.client();
    const header = basic(client.clientId, client.clientSecret);
    const type = { 'content-type': 'application/json' };
    expect((await world.scim.send('POST', '/oauth/token', JSON.stringify(own), { ...header, ...type })).status).toBe(
      415,
    );
    expect((await world.form('/oauth/token', `grant_type=${'x'.repeat(100_000)}`, header)).status).toBe(413);
    const twice = 'grant_type=client_credentials&grant_type=client_credentials';
    expect(await world.form('/oauth/token', twice, header)).toMatchObject({ status: 400 });
    // And forms are taken nowhere else.
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    expectScimError(await world.scim.scim('POST', '/Users', 'userName=x', form), 415);
    expect((await world.scim.api('POST', '/credentials', 'kind=oauth', form)).status).toBe(415);
  });

  it('gives what is asked for, and no more than the client may', async () => {
    const reading = await world.client({ scopes: ['scim:users:read', 'scim:groups'] });
    const all = await world.token(reading, own);
    expect(all.body.scope).toBe('scim:users:read scim:groups');
    const token = bearer(all.body.access_token as string);
    expect((await world.scim.scim('GET', '/Users?count=0', undefined, token)).status).toBe(200);
    expectScimError(await world.scim.scim('POST', '/Users', world.scim.user(), token), 403);
    expect((await world.scim.scim('GET', '/Groups?count=0', undefined, token)).status).toBe(200);
    const less = await world.token(reading, { ...own, scope: 'scim:groups:read' });
    expect(less.body.scope).toBe('scim:groups:read');
    const limited = bearer(less.body.access_token as string);
    expectScimError(await world.scim.scim('GET', '/Users?count=0', undefined, limited), 403);
    for (const scope of ['scim', 'scim:read', 'scim:users'])
      expect((await world.token(reading, { ...own, scope })).body).toMatchObject({ error: 'invalid_scope', scope });
  });

  it('takes a new secret when it was rotated, and the old one until the overlap ends', async () => {
    const client = await world.client();
    const token = await world.ownToken(client);
    const rotate = async (body: Json) => (await world.scim.api('POST', `/credentials/${client.id}/rotate`, body)).body;
    const rotated = await rotate({ overlap: 'PT1H' });
    expect(rotated).toMatchObject({ clientId: client.clientId, tokenUrl: `${world.scim.server.apiUrl}/oauth/token` });
    const second = { ...client, clientSecret: rotated.clientSecret as string };
    for (const either of [client, second]) expect((await world.token(either, own)).status).toBe(200);
    const third = { ...client, clientSecret: (await rotate({})).clientSecret as string };
    for (const old of [client, second]) expect((await world.token(old, own)).body.error).toBe('invalid_client');
    expect((await world.token(third, own)).status).toBe(200);
    // A token is no secret that was replaced: it ends by itself, or with the client.
    expect(await world.status(token)).toBe(200);
  });

  it('counts against the rate limit of the client', async () => {
    const client = await world.client({ rateLimit: { requests: 2, window: 'PT1H' } });
    const [one, two, three] = [
      await world.token(client, own),
      await world.token(client, own),
      await world.token(client, own),
    ];
    expect([one.status, two.status, three.status]).toEqual([200, 200, 429]);
    expect(three.headers['retry-after']).toMatch(/^\d+$/);
    expect(three.body).toMatchObject({ error: 'temporarily_unavailable' });
    expectScimError(
      await world.scim.scim('GET', '/Users?count=0', undefined, bearer(one.body.access_token as string)),
      429,
    );
  });

  it('narrows the tokens that it gave with the client', async () => {
    const client = await world.client();
    const token = bearer(await world.ownToken(client));
    await world.scim.api('PATCH', `/credentials/${client.id}`, { scopes: ['scim:users:read'] });
    expect((await world.scim.scim('GET', '/Users?count=0', undefined, token)).status).toBe(200);
    expectScimError(await world.scim.scim('POST', '/Users', world.scim.user(), token), 403);
  });

  it('holds to the addresses of the client', async () => {
    const client = await world.client({ allowedIps: ['203.0.113.0/24'] });
    const refused = await world.token(client, own);
    expect(refused).toMatchObject({ status: 403, body: { error: 'access_denied' } });
    expect(refused.body.error_description).toMatch(/may not be used from (127\.0\.0\.1|::1)/);
    const from = { 'x-forwarded-for': '203.0.113.7' };
    const token = (await world.token(client, own, from)).body.access_token as string;
    expect(await world.status(token)).toBe(403);
    expect((await world.scim.scim('GET', '/Users?count=0', undefined, { ...bearer(token), ...from })).status).toBe(200);
  });
});

describe('access tokens', () => {
  it('die with their client, from the next request on', async () => {
    const client = await world.client();
    const token = await world.ownToken(client);
    expect(await world.status(token)).toBe(200);
    expect((await world.scim.api('DELETE', `/credentials/${client.id}`)).status).toBe(204);
    expect(await world.status(token)).toBe(401);
    expectScimError(await world.scim.scim('POST', '/Users', world.scim.user(), bearer(token)), 401);
    expect((await world.token(client, own)).body.error).toBe('invalid_client');
  });

  it('are revoked one by one, by their client alone (RFC 7009)', async () => {
    const [client, other] = [await world.client(), await world.client()];
    const [token, second] = [await world.ownToken(client), await world.ownToken(client)];
    const revoke = (by: typeof client, what: string) =>
      world.form('/oauth/revoke', { token: what }, basic(by.clientId, by.clientSecret));
    await revoke(other, token);
    expect(await world.status(token)).toBe(200);
    expect((await revoke(client, token)).status).toBe(200);
    expect([await world.status(token), await world.status(second)]).toEqual([401, 200]);
    // One that nobody knows is no mistake.
    expect((await revoke(client, 'nobody')).status).toBe(200);
    expect((await world.form('/oauth/revoke', { token: second })).status).toBe(400);
  });

  it('expire, and with the client when that is sooner', async () => {
    const token = await world.ownToken(await world.client());
    await database.query(`UPDATE oauth_records SET expires_at = now() WHERE model = 'ClientCredentials'`);
    expect(await world.status(token)).toBe(401);
    const brief = await world.client({ expiresAt: new Date(Date.now() + 60_000).toISOString() });
    const its = await world.ownToken(brief);
    await database.query(`UPDATE credentials SET expires_at = now() WHERE id = $1`, [brief.id]);
    expect(await world.status(its)).toBe(401);
    expect((await world.token(brief, own)).body.error).toBe('invalid_client');
  });

  it('belong to their tenant, and stop with its SCIM', async () => {
    await world.scim.api('POST', '/tenants', { slug: 'globex', name: 'Globex' });
    const client = await world.client({}, { 'x-tenant': 'globex' });
    const token = await world.ownToken(client);
    const { id } = await world.scim.createdUser();
    expect((await world.scim.scim('GET', `/Users/${id}`, undefined, bearer(token))).status).toBe(404);
    // With the tenant of another in it, it is nobody's.
    const forged = `pv_access_${(await world.ownToken(await world.client())).slice(10, 32)}${token.slice(32)}`;
    expect(await world.status(forged)).toBe(401);
    const off = { scim: { enabled: false } };
    await world.scim.api('PATCH', '/tenant', off, { 'x-tenant': 'globex' });
    expect(await world.status(token)).toBe(403);
  });

  it('are stored as hashes, and forgotten by a job', async () => {
    const token = await world.ownToken(await world.client());
    const { rows } = await database.query<{ all: string }>(
      `SELECT string_agg(r::text, ' ') AS all FROM oauth_records r`,
    );
    expect(rows[0]!.all).not.toContain(token.slice(-30));
    await database.query(`UPDATE oauth_records SET expires_at = now() - interval '2 days'`);
    const report = await world.scim.api('POST', '/jobs/oauth-cleanup/run');
    expect(report.body.result).toEqual({ forgotten: expect.any(Number) });
    expect((report.body.result as { forgotten: number }).forgotten).toBeGreaterThan(0);
    expect(await world.status(token)).toBe(401);
  });
});

it('describes itself (RFC 8414)', async () => {
  const { apiUrl } = world.scim.server;
  expect((await world.scim.send('GET', '/.well-known/oauth-authorization-server', undefined, {})).body).toEqual({
    issuer: apiUrl,
    authorization_endpoint: `${apiUrl}/oauth/authorize`,
    token_endpoint: `${apiUrl}/oauth/token`,
    revocation_endpoint: `${apiUrl}/oauth/revoke`,
    grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials'],
    response_types_supported: ['code'],
    response_modes_supported: ['form_post', 'fragment', 'query'],
    scopes_supported: [
      ...['scim', 'scim:read', 'scim:users', 'scim:users:read', 'scim:groups', 'scim:groups:read'],
      'offline_access',
    ],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
  });
});

it('lets okta-sim in, which finds its way by that', async () => {
  const { clientId, clientSecret } = await world.client();
  const url = new URL(world.scim.server.baseUrl);
  expect(await world.status(await oauthToken(`${clientId}:${clientSecret}`, url))).toBe(200);
  await expect(oauthToken(`${clientId}:x`, url)).rejects.toThrow(/gives no token: client authentication failed/);
});
