import { bearer, type Json } from '../scim/scim-client';
import { TIME } from '../resources/resources-server';
import { ConfigServer, sample } from './config-server';

let server: ConfigServer;
beforeAll(async () => {
  server = await ConfigServer.start();
});
afterAll(() => server.stop());

const ADMIN = { type: 'admin', id: expect.any(String) as string, name: 'spec' };
const users = { 'taskade-users': { taskade_role: 'user' } };

describe('the sample documents', () => {
  it.each([
    ['provisioning_rules', 'provisioning_rules'],
    ['sync_config', 'sync_config'],
    ['deprovisioning_rules', 'deprovisioning_rules'],
    ['group_mappings', 'group_mappings'],
    ['group_hierarchy', 'group_hierarchy'],
    ['custom_mappings', 'attribute_mappings'],
  ])('%s is taken byte for byte', async (file, name) => {
    const { [name]: bare = JSON.parse(sample(file)) as unknown } = JSON.parse(sample(file)) as Json;
    expect(await server.put(name, sample(file))).toEqual({
      name,
      version: 1,
      document: bare,
      updatedAt: TIME,
      updatedBy: ADMIN,
      warnings: expect.any(Array) as unknown,
    });
    expect(await server.put(name, bare)).toMatchObject({ version: 1 });
    const { status, body, headers } = await server.send('GET', `/${name}`);
    expect({ status, etag: headers.etag, body }).toEqual({
      status: 200,
      etag: '"1"',
      body: { name, version: 1, document: bare, updatedAt: TIME, updatedBy: ADMIN },
    });
  });
});

it('lists every document that there can be, with its schema and examples that fit', async () => {
  const { body } = await server.send('GET', '');
  const items = body.items as (Json & { name: string })[];
  expect(items.map(({ name }) => name)).toEqual(expect.arrayContaining(['group_mappings', 'access_rules', 'rollout']));
  expect(items.find(({ name }) => name === 'access_rules')).toEqual({
    name: 'access_rules',
    about: expect.stringMatching(/\.$/) as string,
    version: 0,
    updatedAt: null,
    updatedBy: null,
  });
  for (const { name } of items) {
    const schema = (await server.send('GET', `/${name}/schema`)).body;
    expect(schema).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      title: expect.any(String) as string,
      description: expect.any(String) as string,
    });
    const examples = schema.examples as unknown[];
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) await server.put(name, example);
  }
});

it('says in a sentence what is not there', async () => {
  const details: string[] = [];
  for (const [method, path, body] of [
    ['GET', '/nothing'],
    ['PUT', '/constructor', {}],
    ['GET', '/__proto__/schema'],
    ['GET', '/nothing/versions'],
    ['POST', '/nothing/rollback', { version: 1 }],
  ] as const) {
    const answer = await server.send(method, path, body);
    expect(answer).toMatchObject({ status: 404, headers: { 'content-type': 'application/problem+json' } });
    details.push(answer.body.detail as string);
  }
  expect(new Set(details)).toEqual(
    new Set([expect.stringMatching(/^There is no policy document of this name\. .*group_mappings/)]),
  );
  const fresh = { 'x-tenant': await tenant() };
  const operator = { ...bearer(server.scim.server.operatorToken), ...fresh };
  const none = await server.send('GET', '/group_mappings', undefined, operator);
  expect(none.status).toBe(404);
  expect(none.body.detail).toBe(
    'No group_mappings was put yet. PUT one; its form is at /api/v1/config/group_mappings/schema.',
  );
  expect((await server.send('GET', '/group_mappings/versions', undefined, operator)).body).toEqual({
    items: [],
    nextCursor: null,
  });
});

let tenants = 0;
async function tenant(): Promise<string> {
  const slug = `t${++tenants}`;
  const { status } = await server.scim.api('POST', '/tenants', { slug, name: slug });
  expect(status).toBe(201);
  return slug;
}

describe('a document that does not fit', () => {
  it('is refused with every fault and its pointer into what was sent, and nothing changes', async () => {
    const { version } = await server.put('group_mappings', users);
    const wrong = { 'a/b': { taskade_role: 3, colour: 'red' }, c: [], d: {} };
    const bare = await server.send('PUT', '/group_mappings', wrong);
    const faults = server.faultsOf(bare, 422);
    expect(faults).toEqual([
      expect.stringMatching(/^\/a~1b\/colour: is not a key of a group mapping; known are .*taskade_role/),
      '/a~1b/taskade_role: must be a text, not a number',
      '/c: must be an object, not a list',
      expect.stringMatching(/^\/d: gives nothing/),
    ]);
    expect(bare.body.detail).toMatch(/^This is no group_mappings that can be put; nothing was changed\. \/a~1b/);
    const wrapped = await server.send('PUT', '/group_mappings', { group_mappings: wrong });
    expect(server.faultsOf(wrapped, 422)).toEqual(faults.map((fault) => `/group_mappings${fault}`));
    expect((await server.send('GET', '/group_mappings')).body).toMatchObject({ version, document: users });
  });

  it.each<[string, string, number, string[]]>([
    ['nothing', '', 422, [': must be an object, not nothing']],
    ['a list', '[]', 422, [': must be an object, not a list']],
    ['a wrapped null', '{"group_mappings": null}', 422, ['/group_mappings: must be an object, not null']],
    ['a prototype', '{"__proto__": {"taskade_role": "admin"}}', 422, ['/__proto__: is not allowed as a key']],
    ['NUL', '{"a\\u0000": {}}', 422, ['/a\u0000: must not contain NUL or half a surrogate pair']],
    ['half a pair', '{"a": {"role": "\\ud800"}}', 422, ['/a/role: must not contain NUL or half a surrogate pair']],
    ['half a document', '{', 400, []],
    ['a deep document', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, 400, []],
    [
      'a key that no index can hold',
      JSON.stringify({ ['k'.repeat(3_000)]: { taskade_role: 'user' } }),
      422,
      [`/${'k'.repeat(500)}: has more than 500 characters, which is too long for a key`],
    ],
  ])('is refused when it is %s', async (_, body, status, faults) => {
    const answer = await server.send('PUT', '/group_mappings', body, JSON_TYPE);
    expect(server.faultsOf(answer, status)).toEqual(faults);
  });

  it('may have a hundred thousand entries, and is judged while others are served', async () => {
    const many = (entry: object) =>
      JSON.stringify(Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`group ${i}`, entry])));
    const refused = await server.send('PUT', '/group_mappings', many({ colour: 'red' }), JSON_TYPE);
    expect(server.faultsOf(refused, 422)).toHaveLength(101);
    const taken = server.send('PUT', '/group_mappings', many({ taskade_role: 'user' }), JSON_TYPE);
    let done = false;
    const whenTaken = taken.finally(() => (done = true));
    const waits: number[] = [];
    while (!done) {
      const began = performance.now();
      await server.send('GET', '/sync_config');
      waits.push(performance.now() - began);
    }
    expect((await whenTaken).status).toBe(200);
    // Seconds would be felt; what one turn of the event loop takes here is some tenths on a busy machine.
    expect(Math.max(...waits)).toBeLessThan(20_000);
    const counted = await server.resources.database.query(`SELECT count(*)::int AS n FROM group_bindings`);
    expect(counted.rows).toEqual([{ n: 100_000 }]);
    await server.put('group_mappings', users);
    expect(Object.keys(await server.bindings())).toEqual(['taskade-users']);
  });
});

const JSON_TYPE = { 'content-type': 'application/json' };

describe('who may', () => {
  it('read: operators, administrators and auditors; put: operators and administrators', async () => {
    const { scim, resources } = server;
    const kinds = {
      operator: bearer(scim.server.operatorToken),
      admin: resources.as('admin'),
      auditor: resources.as('auditor'),
      app: resources.as('app'),
      scim: bearer(scim.server.scimToken),
      nobody: bearer('x'),
    };
    const statuses: Record<string, number[]> = {};
    for (const [kind, headers] of Object.entries(kinds)) {
      const of = async (method: string, path: string, body?: unknown) =>
        (await server.send(method, path, body, headers)).status;
      statuses[kind] = [
        await of('GET', ''),
        await of('GET', '/group_mappings'),
        await of('GET', '/group_mappings/versions/1'),
        await of('GET', '/group_mappings/schema'),
        await of('PUT', '/group_mappings', users),
        await of('POST', '/group_mappings/rollback', { version: 1 }),
      ];
    }
    const all = (status: number) => Array.from({ length: 6 }, () => status);
    expect(statuses).toEqual({
      operator: all(200),
      admin: all(200),
      auditor: [200, 200, 200, 200, 403, 403],
      app: all(403),
      scim: all(403),
      nobody: all(401),
    });
  });

  it('sees the documents of no other tenant', async () => {
    const operator = { ...bearer(server.scim.server.operatorToken), 'x-tenant': await tenant() };
    await server.put('rollout', { phases: [{ name: 'pilot', groups: ['Pilots'] }], active: 'pilot' });
    expect((await server.send('GET', '/rollout', undefined, operator)).status).toBe(404);
    expect((await server.send('GET', '/rollout/versions/1', undefined, operator)).status).toBe(404);
    expect((await server.send('POST', '/rollout/rollback', { version: 1 }, operator)).status).toBe(404);
    const theirs = await server.put('group_mappings', { theirs: { taskade_role: 'guest' } }, operator);
    expect(theirs).toMatchObject({ version: 1, updatedBy: { type: 'operator' } });
    expect((await server.send('GET', '/group_mappings')).body.document).not.toHaveProperty('theirs');
    const listed = (await server.send('GET', '', undefined, operator)).body.items as Json[];
    expect(listed.filter(({ version }) => version !== 0).map(({ name }) => name)).toEqual(['group_mappings']);
  });
});
