import { Agent, request } from 'node:http';
import { DataSource } from 'typeorm';
import { bearer, expectScimError, type Headers, type Json, PATCH_OP, ScimServer } from './scim-client';

let scim: ScimServer;
let token: string;
beforeAll(async () => {
  scim = await ScimServer.start();
  token = scim.server.scimToken;
});
afterAll(() => scim?.stop());

const get = (headers: Headers, path = '/Users') => scim.scim('GET', path, undefined, headers);

describe('the token (RFC 6750, RFC 7644 §2)', () => {
  it.each(['Bearer <token>', 'bearer <token>', 'BEARER  <token>', '<token>'])('comes as %s', async (form) => {
    expect((await get({ authorization: form.replace('<token>', token) })).status).toBe(200);
  });

  it.each([
    '',
    'Bearer',
    'Basic',
    'Basic <token>',
    'Bearer <token> more',
    'Bearer <token>x',
    'Bearer nonsense',
    'Token <token>',
    'Bearer pv_scim_',
    `Bearer ${'x'.repeat(20_000)}`,
    'Bearer \u00e9\u00ff',
    "Bearer ' OR 1=1 --",
  ])('is refused in another form (%#): 401 in SCIM, without a word about why', async (form) => {
    const authorization = form.replace('<token>', token);
    const answer = await get({ authorization });
    expectScimError(answer, 401);
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="provost", error="invalid_token"');
    expect(answer.body.detail).toBe(
      'The bearer token is missing, unknown, expired or revoked. Paste a current SCIM token.',
    );
  });

  it('may be missing altogether, which names no error (RFC 6750 §3)', async () => {
    const answer = await scim.send('GET', '/scim/v2/Users', undefined, {});
    expectScimError(answer, 401);
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="provost"');
  });

  it('is never read from a query or a body, where logs would keep it', async () => {
    const send = (method: string, path: string, body?: unknown, headers: Headers = {}) =>
      scim.send(method, `/scim/v2${path}`, body, headers);
    expectScimError(await send('GET', `/Users?access_token=${token}`), 401);
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    expectScimError(await send('POST', '/Users', `access_token=${token}`, form), 401);
    const json = { 'content-type': 'application/scim+json' };
    expectScimError(await send('POST', '/Users', { ...scim.user(), access_token: token }, json), 401);
    // Beside the header it is an unknown parameter like any other.
    expect((await get(bearer(token), '/Users?access_token=other')).status).toBe(200);
  });

  it('is asked for before a body is read', async () => {
    const headers = { 'content-type': 'application/scim+json' };
    expectScimError(await scim.send('POST', '/scim/v2/Users', '{not json', headers), 401);
    expectScimError(await scim.send('POST', '/scim/v2/Users', Buffer.alloc(17 * 1024 * 1024), headers), 401);
    expect((await scim.send('POST', '/api/v1/tenants', '{not json', headers)).status).toBe(401);
    expect((await scim.scim('POST', '/Users', '{not json')).status).toBe(400);
  });
});

describe('kinds of credentials (contract §2)', () => {
  const kinds = ['operator', 'admin', 'auditor', 'app', 'scim'];
  /** Who may: everybody else is 403. */
  const surfaces: [string, string, string[], Json | undefined][] = [
    ['GET', '/scim/v2/Users', ['scim'], undefined],
    ['GET', '/scim/v2/Schemas', ['scim'], undefined],
    ['POST', '/scim/v2/Bulk', ['scim'], {}],
    ['GET', '/api/v1/tenants', ['operator'], undefined],
    ['POST', '/api/v1/tenants', ['operator'], {}],
    ['GET', '/api/v1/tenant', ['operator', 'admin', 'auditor'], undefined],
    ['PATCH', '/api/v1/tenant', ['operator', 'admin'], {}],
    ['GET', '/api/v1/credentials', ['operator', 'admin'], undefined],
    ['POST', '/api/v1/credentials', ['operator', 'admin'], {}],
    ['DELETE', '/api/v1/credentials/0192aaaa-0000-7000-8000-000000000000', ['operator', 'admin'], undefined],
    ['GET', '/api/v1/schemas', ['operator', 'admin', 'auditor'], undefined],
    ['POST', '/api/v1/schemas', ['operator', 'admin'], {}],
  ];
  const tokens: Record<string, string> = {};
  beforeAll(async () => {
    for (const kind of kinds) tokens[kind] = (await scim.credential({ kind })).token;
  });

  it.each(surfaces)('%s %s is for %j alone', async (method, path, allowed, body) => {
    for (const kind of kinds) {
      const headers: Headers = { ...bearer(tokens[kind]!), 'content-type': 'application/json' };
      const answer = await scim.send(method, path, body, headers);
      expect({ kind, refused: answer.status === 403 }).toEqual({ kind, refused: !allowed.includes(kind) });
      if (answer.status !== 403) continue;
      const scimPath = path.startsWith('/scim');
      if (scimPath) expectScimError(answer, 403);
      else expect(answer.headers['content-type']).toBe('application/problem+json');
      expect(answer.body.detail).toBe('This credential may not do that.');
    }
  });

  it('stand above the question whether something is there: 401 and 403 come before 404', async () => {
    expect((await scim.api('DELETE', '/credentials/none', undefined, bearer(tokens.auditor!))).status).toBe(403);
    expectScimError(await get({ authorization: 'Bearer x' }, '/Users/none'), 401);
  });

  it('cannot be raised by a tenant’s own administrator', async () => {
    const answer = await scim.api('POST', '/credentials', { kind: 'operator', name: 'x' }, bearer(tokens.admin!));
    expect(answer).toMatchObject({ status: 403, body: { status: 403 } });
  });
});

describe('headers', () => {
  it.each(['*/*', 'application/*', 'application/json', 'application/json;q=0.1', 'text/html', 'nonsense', ''])(
    'Accept: %s gets SCIM JSON all the same (RFC 7644 §3.8)',
    async (accept) => {
      const { status, headers } = await get({ accept });
      expect({ status, type: headers['content-type'] }).toEqual({ status: 200, type: 'application/scim+json' });
    },
  );

  it.each(['application/json', 'application/scim+json', 'APPLICATION/JSON; charset=utf-8', 'application/vnd.x+json'])(
    'Content-Type: %s is read',
    async (type) => expect((await scim.scim('POST', '/Users', scim.user(), { 'content-type': type })).status).toBe(201),
  );

  it.each(['text/plain', 'application/xml', 'multipart/form-data; boundary=x', 'application/jsonx', 'nonsense', ''])(
    'Content-Type: %s is 415, and the answer says what is taken',
    async (type) => {
      const answer = await scim.scim('POST', '/Users', scim.user(), { 'content-type': type });
      expectScimError(answer, 415);
      expect(answer.body.detail).toContain('application/scim+json');
    },
  );

  it.each([
    ['abc-1', true],
    ['a b', false],
    ['x'.repeat(65), false],
    ['{"a":1}', false],
  ])('X-Request-Id is kept in the log when it is one, else another is (%#)', async (id, kept) => {
    const user = await scim.createdUser();
    const body = { schemas: [PATCH_OP], Operations: [{ op: 'add', path: 'title', value: 'x' }] };
    await scim.scim('PATCH', `/Users/${user.id}`, body, { 'x-request-id': id });
    const [event] = await scim.server.app
      .get(DataSource)
      .query<{ id: string }[]>(
        `SELECT context #>> '{request,id}' AS id FROM events WHERE subject_id = $1 AND type = 'user.updated'`,
        [user.id],
      );
    expect(event!.id).toMatch(/^[\w.-]{1,64}$/);
    expect(event!.id === id).toBe(kept);
  });

  it('X-Tenant, X-Forwarded-For and Host of strangers change nothing', async () => {
    const strangers: Headers[] = [
      { 'x-tenant': 'other' },
      { 'x-forwarded-for': 'garbage, 1' },
      { host: 'evil.example' },
    ];
    for (const headers of strangers) {
      const { status, body } = await get({ ...bearer(token), ...headers });
      expect(status).toBe(200);
      expect(JSON.stringify(body)).not.toContain('evil');
    }
  });
});

describe('a connection', () => {
  it('stays good after a refusal that came before the body was read', async () => {
    const { hostname, port } = new URL(scim.server.apiUrl);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ask = (method: string, headers: Headers, body?: Buffer) =>
      new Promise<{ status: number; port: number }>((resolve, reject) => {
        const outgoing = request({ hostname, port, method, path: '/scim/v2/Users', headers, agent }, (incoming) => {
          const local = incoming.socket.localPort!;
          incoming.resume().on('end', () => resolve({ status: incoming.statusCode!, port: local }));
        });
        outgoing.on('error', reject).end(body);
      });
    const json = { 'content-type': 'application/json' };
    const first = await ask('POST', { ...json, ...bearer('wrong'), 'content-length': '300000' }, Buffer.alloc(300_000));
    const second = await ask('GET', bearer(token));
    agent.destroy();
    expect([first.status, second.status]).toEqual([401, 200]);
    expect(second.port).toBe(first.port);
  });
});
