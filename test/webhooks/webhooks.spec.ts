import { NOBODY, TIME } from '../resources/resources-server';
import type { Json } from '../scim/scim-client';
import { WebhooksServer } from './webhooks-server';

let server: WebhooksServer;
beforeAll(async () => {
  server = await WebhooksServer.start({ ROLE: 'api', WEBHOOK_ALLOW_PRIVATE: '0' });
});
afterAll(() => server?.stop());

const URL_TEXT = 'https://app.example.com/hooks';
const pointers = async (body: object, method = 'POST', path = '/webhooks') => {
  const answer = await server.app.send(method, path, body, server.app.as('admin'));
  expect(answer).toMatchObject({ status: 400, headers: { 'content-type': 'application/problem+json' } });
  return (answer.body.errors as Json[]).map(({ pointer, detail }) => `${pointer as string} ${detail as string}`);
};

describe('webhooks (contract §7)', () => {
  it('are made, read, changed and removed; each change is an event', async () => {
    const events = ['user.*', 'access.role_changed'];
    const made = await server.hook(URL_TEXT, [...events, 'user.*'], { description: 'The app' });
    const { secret, ...hook } = made;
    expect(secret).toMatch(/^whsec_[\w+/]{43}=$/);
    expect(hook).toEqual({
      id: expect.any(String),
      url: URL_TEXT,
      events,
      description: 'The app',
      enabled: true,
      disabledReason: null,
      failures: 0,
      pausedUntil: null,
      previousSecretUntil: null,
      createdAt: TIME,
      updatedAt: TIME,
      createdBy: { type: 'admin', id: expect.any(String), name: 'spec' },
    });
    expect(await server.must(200, 'GET', `/webhooks/${made.id}`)).toEqual(hook);
    expect((await server.must(200, 'GET', '/webhooks')).items).toContainEqual(hook);
    const changed = await server.must(200, 'PATCH', `/webhooks/${made.id}`, { enabled: false, description: null });
    expect(changed).toMatchObject({ ...hook, enabled: false, description: null, updatedAt: TIME });
    await server.must(204, 'DELETE', `/webhooks/${made.id}`);
    for (const [method, path] of [
      ...[
        ['GET', ''],
        ['PATCH', ''],
        ['DELETE', ''],
        ['POST', '/rotate-secret'],
        ['GET', '/deliveries'],
      ],
      ['POST', `/deliveries/${NOBODY}/replay`],
    ])
      await server.must(404, method!, `/webhooks/${made.id}${path}`, method === 'GET' ? undefined : {});
    const log = (await server.app.events('webhook.')).filter(({ subject_id }) => subject_id === made.id);
    expect(log.map(({ type }) => type)).toEqual(['webhook.created', 'webhook.updated', 'webhook.deleted']);
    expect(JSON.stringify(log)).not.toContain(secret);
  });

  it('come in pages', async () => {
    const made = [await server.hook(URL_TEXT), await server.hook(URL_TEXT), await server.hook(URL_TEXT)];
    const ids = async (query: string) => {
      const page = await server.must(200, 'GET', `/webhooks${query}`);
      return { ids: (page.items as Json[]).map(({ id }) => id as string), next: page.nextCursor as string };
    };
    const first = await ids('?limit=2');
    expect(first.ids).toHaveLength(2);
    const rest = await ids(`?cursor=${first.next}`);
    expect([...first.ids, ...rest.ids]).toEqual(expect.arrayContaining(made.map(({ id }) => id)));
    expect(rest.next).toBeNull();
  });

  it('are for operators and administrators; an auditor reads; nobody else', async () => {
    const { id } = await server.hook(URL_TEXT);
    const as = async (kind: 'app' | 'auditor', method: string, path: string) =>
      (await server.app.send(method, path, method === 'GET' ? undefined : {}, server.app.as(kind))).status;
    for (const path of ['/webhooks', `/webhooks/${id}`, `/webhooks/${id}/deliveries`]) {
      expect(await as('auditor', 'GET', path)).toBe(200);
      expect(await as('app', 'GET', path)).toBe(403);
    }
    for (const [method, path] of [
      ...[
        ['POST', ''],
        ['PATCH', `/${id}`],
        ['DELETE', `/${id}`],
        ['POST', `/${id}/rotate-secret`],
      ],
      ['POST', `/${id}/deliveries/${NOBODY}/replay`],
    ])
      expect(await as('auditor', method!, `/webhooks${path}`)).toBe(403);
  });

  it('belong to their tenant', async () => {
    const { id } = await server.hook(URL_TEXT);
    await server.app.scim.api('POST', '/tenants', { slug: 'other', name: 'Other' });
    const other = { 'x-tenant': 'other' };
    expect((await server.app.scim.api('GET', `/webhooks/${id}`, undefined, other)).status).toBe(404);
    expect((await server.app.scim.api('DELETE', `/webhooks/${id}`, undefined, other)).status).toBe(404);
    expect((await server.app.scim.api('GET', '/webhooks', undefined, other)).body.items).toEqual([]);
  });

  it('say what is wrong with a body', async () => {
    expect(await pointers({})).toEqual(
      expect.arrayContaining([expect.stringContaining('/url '), expect.stringContaining('/events ')]),
    );
    expect(await pointers({ url: URL_TEXT, events: [] })).toEqual([
      '/events must name at least one event type, or * for all',
    ]);
    expect(await pointers({ url: URL_TEXT, events: ['user.*', 'User'] })).toEqual([
      '/events must hold event types such as user.created, user.* or *',
    ]);
    expect(await pointers({ url: URL_TEXT, events: ['*'], secret: 'x' })).toEqual([
      '/secret property secret should not exist',
    ]);
    const { id } = await server.hook(URL_TEXT);
    expect(await pointers({ overlap: 'a while' }, 'POST', `/webhooks/${id}/rotate-secret`)).toEqual([
      expect.stringContaining('/overlap must be a duration'),
    ]);
    expect(await pointers({ overlap: 'P31D' }, 'POST', `/webhooks/${id}/rotate-secret`)).toHaveLength(1);
    expect(
      (await server.app.send('GET', `/webhooks/${id}/deliveries?status=lost`, undefined, server.app.as('admin')))
        .status,
    ).toBe(400);
  });

  it.each([
    ['not a URL', 'must be an https URL'],
    ['ftp://app.example.com/', 'must be an https URL'],
    ['http://app.example.com/', 'must be an https URL'],
    ['https://user:pass@app.example.com/', 'must not contain a user name or password; messages are signed'],
    ['https://app.example.com/#here', 'must not have a fragment'],
    ...['127.0.0.1', '2130706433', '10.1.2.3', '169.254.169.254', '[::1]', '[fd00:ec2::254]', '[::ffff:10.0.0.1]'].map(
      (host) => [
        `https://${host}/hook`,
        'must not be an address of a private network; set WEBHOOK_ALLOW_PRIVATE=1 to allow it',
      ],
    ),
  ])('refuse the address %s', async (url, detail) => {
    expect(await pointers({ url, events: ['*'] })).toEqual([`/url ${detail}`]);
    const { id } = await server.hook(URL_TEXT);
    expect(await pointers({ url }, 'PATCH', `/webhooks/${id}`)).toEqual([`/url ${detail}`]);
    await server.must(204, 'DELETE', `/webhooks/${id}`);
  });

  it('keep their secrets encrypted', async () => {
    const { id, secret } = await server.hook(URL_TEXT);
    const rotated = await server.must(200, 'POST', `/webhooks/${id}/rotate-secret`, {});
    expect(rotated).toMatchObject({ id, previousSecretUntil: TIME });
    expect(rotated.secret).not.toBe(secret);
    const { rows } = await server.app.database.query<Json>('SELECT * FROM webhooks WHERE id = $1', [id]);
    for (const column of ['secret', 'previous_secret'])
      for (const shown of [secret, rotated.secret as string])
        expect((rows[0]![column] as Buffer).includes(Buffer.from(shown.slice(6)))).toBe(false);
    expect(JSON.stringify(await server.must(200, 'GET', `/webhooks/${id}`))).not.toContain('whsec_');
  });

  it('are a hundred at most', async () => {
    const { items } = (await server.must(200, 'GET', '/webhooks?limit=1000')) as { items: Json[] };
    await Promise.all(Array.from({ length: 100 - items.length }, () => server.hook(URL_TEXT)));
    await server.must(409, 'POST', '/webhooks', { url: URL_TEXT, events: ['*'] });
  });
});
