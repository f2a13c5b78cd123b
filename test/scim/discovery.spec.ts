import { bearer, ENTERPRISE, ERROR, expectScimError, GROUP, type Json, LIST, ScimServer, USER } from './scim-client';

let scim: ScimServer;
beforeAll(async () => {
  scim = await ScimServer.start();
});
afterAll(() => scim?.stop());

const CHARACTERISTICS = [
  ...['name', 'type', 'multiValued', 'description', 'required', 'caseExact', 'mutability', 'returned', 'uniqueness'],
];
const DISCOVERY = ['/ServiceProviderConfig', '/ResourceTypes', '/Schemas'];

/** An attribute definition and all those below it. */
const definitions = (attribute: Json): Json[] => [
  attribute,
  ...((attribute.subAttributes as Json[] | undefined) ?? []).flatMap(definitions),
];
const resources = (body: Json): Json[] => body.Resources as Json[];
const byId = (list: Json[], id: string): Json => list.find((item) => item.id === id)!;

describe('/Schemas (RFC 7643 §7, RFC 7644 §4)', () => {
  it('lists each schema of a resource type and those of discovery itself (RFC 7643 §8.7)', async () => {
    const { status, headers, body } = await scim.scim('GET', '/Schemas');
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('application/scim+json');
    const list = resources(body);
    expect(body).toMatchObject({
      schemas: [LIST],
      totalResults: list.length,
      startIndex: 1,
      itemsPerPage: list.length,
    });
    expect(list.map((schema) => schema.name)).toEqual(
      expect.arrayContaining(['User', 'Group', 'EnterpriseUser', 'ServiceProviderConfig', 'ResourceType', 'Schema']),
    );
    for (const { body: type } of await Promise.all(
      ['User', 'Group', 'Role', 'Entitlement'].map((id) => scim.scim('GET', `/ResourceTypes/${id}`)),
    )) {
      const extensions = ((type.schemaExtensions as Json[] | undefined) ?? []).map((extension) => extension.schema);
      for (const urn of [type.schema, ...extensions]) expect(byId(list, urn as string)).toBeDefined();
    }
  });

  it('gives each definition all its characteristics, and none of our own', async () => {
    for (const schema of resources(await scim.read('/Schemas'))) {
      expect(schema).toMatchObject({
        schemas: ['urn:ietf:params:scim:schemas:core:2.0:Schema'],
        description: expect.stringMatching(/\S/),
        meta: { resourceType: 'Schema', location: `${scim.server.baseUrl}/Schemas/${schema.id as string}` },
      });
      for (const attribute of (schema.attributes as Json[]).flatMap(definitions)) {
        expect(Object.keys(attribute)).toEqual(expect.arrayContaining(CHARACTERISTICS));
        expect(Object.values(attribute)).not.toContain(null);
        const optional = ['canonicalValues', 'referenceTypes', 'subAttributes'];
        expect([...CHARACTERISTICS, ...optional]).toEqual(expect.arrayContaining(Object.keys(attribute)));
        expect(attribute.type === 'complex').toBe(attribute.subAttributes !== undefined);
        expect(attribute.type === 'reference').toBe(attribute.referenceTypes !== undefined);
        if (attribute.mutability === 'writeOnly') expect(attribute.returned).toBe('never');
      }
    }
  });

  it('does not list the common attributes (RFC 7643 §3.1), and nothing that a client cannot send is required', async () => {
    const list = resources(await scim.read('/Schemas'));
    for (const urn of [USER, GROUP, ENTERPRISE, 'urn:okta:scim:schemas:core:1.0:Role']) {
      const attributes = byId(list, urn).attributes as Json[];
      const names = attributes.map((attribute) => attribute.name);
      expect(names.filter((name) => ['id', 'externalId', 'meta', 'schemas'].includes(name as string))).toEqual([]);
      for (const attribute of attributes.flatMap(definitions))
        expect(attribute.required && attribute.mutability === 'readOnly').toBe(false);
    }
  });

  it('gives each by its URN, in any case and encoded, as it lists it', async () => {
    const list = resources(await scim.read('/Schemas'));
    for (const schema of list) {
      const id = schema.id as string;
      for (const urn of [id, id.toUpperCase(), encodeURIComponent(id)])
        expect(await scim.read(`/Schemas/${urn}`)).toEqual(schema);
    }
    expectScimError(await scim.scim('GET', '/Schemas/urn:example:none'), 404);
  });
});

describe('/ResourceTypes (RFC 7643 §6)', () => {
  it('lists what can be provisioned, and gives each as it lists it', async () => {
    const list = resources(await scim.read('/ResourceTypes'));
    expect(list.map(({ id, name, endpoint }) => ({ id, name, endpoint }))).toEqual([
      { id: 'User', name: 'User', endpoint: '/Users' },
      { id: 'Group', name: 'Group', endpoint: '/Groups' },
      { id: 'Role', name: 'Role', endpoint: '/Roles' },
      { id: 'Entitlement', name: 'Entitlement', endpoint: '/Entitlements' },
    ]);
    expect(byId(list, 'User').schemaExtensions).toContainEqual({ schema: ENTERPRISE, required: false });
    for (const type of list) {
      expect(type.meta).toEqual({
        resourceType: 'ResourceType',
        location: `${scim.server.baseUrl}/ResourceTypes/${type.id as string}`,
      });
      expect(await scim.read(`/ResourceTypes/${type.id as string}`)).toEqual(type);
      expect((await scim.scim('GET', type.endpoint as string)).status).toBe(200);
    }
    expectScimError(await scim.scim('GET', '/ResourceTypes/Device'), 404);
  });
});

describe('/ServiceProviderConfig (RFC 7643 §5)', () => {
  it('is one object that fits its own schema', async () => {
    const config = await scim.read('/ServiceProviderConfig');
    const urn = (config.schemas as string[])[0]!;
    const schema = await scim.read(`/Schemas/${urn}`);
    const defined = (schema.attributes as Json[]).map((attribute) => attribute.name as string);
    expect([...defined, 'schemas', 'meta']).toEqual(expect.arrayContaining(Object.keys(config)));
    for (const attribute of schema.attributes as Json[]) {
      const value = config[attribute.name as string];
      if (attribute.required) expect(value).toBeDefined();
      const subs = (attribute.subAttributes as Json[] | undefined) ?? [];
      for (const element of value === undefined ? [] : [value].flat())
        for (const name of Object.keys(element as Json)) expect(subs.map((sub) => sub.name)).toContain(name);
    }
    expect(config.meta).toEqual({
      resourceType: 'ServiceProviderConfig',
      location: `${scim.server.baseUrl}/ServiceProviderConfig`,
    });
  });

  it('needs no token, whatever token is sent; the others do (RFC 7643 §5)', async () => {
    for (const headers of [{ authorization: '' }, bearer('nonsense'), bearer(scim.server.scimToken)])
      expect((await scim.scim('GET', '/ServiceProviderConfig', undefined, headers)).status).toBe(200);
    for (const path of ['/Schemas', '/ResourceTypes', '/ResourceTypes/User'])
      expectScimError(await scim.scim('GET', path, undefined, { authorization: '' }), 401);
  });

  it('promises what holds: the limits of Bulk and of a page', async () => {
    const config = await scim.read('/ServiceProviderConfig');
    const { maxOperations } = config.bulk as { maxOperations: number };
    const operations = Array.from({ length: maxOperations + 1 }, () => ({ method: 'DELETE', path: '/Users/x' }));
    const body = { schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'], Operations: operations };
    const refused = await scim.scim('POST', '/Bulk', body);
    expectScimError(refused, 413);
    expect(refused.body.detail).toContain(String(maxOperations));
    const { maxResults } = config.filter as { maxResults: number };
    const tooMany = await scim.scim('GET', `/Users?cursor=&count=${maxResults + 1}`);
    expectScimError(tooMany, 400, 'invalidCount');
  });
});

describe.each(DISCOVERY)('%s', (path) => {
  it('takes GET and HEAD alone (RFC 7644 §4)', async () => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'])
      for (const body of [undefined, {}]) {
        const answer = await scim.scim(method, path, body);
        expectScimError(answer, 405);
        expect(answer.headers.allow).toBe('GET');
      }
    const head = await scim.scim('HEAD', path);
    expect(head).toMatchObject({ status: 200, text: '' });
  });

  it('refuses a filter and ignores every other parameter (RFC 7644 §4)', async () => {
    expectScimError(await scim.scim('GET', `${path}?filter=id%20eq%20%22x%22`), 403);
    const plain = await scim.scim('GET', path);
    const asked = await scim.scim('GET', `${path}?startIndex=2&count=1&sortBy=id&attributes=id&x=y`);
    expect(asked).toMatchObject({ status: 200, body: plain.body });
  });

  it('may be written in any case and end in a slash', async () => {
    const plain = await scim.read(path);
    expect(await scim.read(path.toLowerCase())).toEqual(plain);
    expect(await scim.read(`${path}/`)).toEqual(plain);
  });
});

describe('/Me (RFC 7644 §3.11)', () => {
  it.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])('%s is not implemented: the caller is no user', async (method) => {
    const body = method === 'GET' || method === 'DELETE' ? undefined : { schemas: [USER] };
    const answer = await scim.scim(method, '/Me', body);
    expectScimError(answer, 501);
    expect(answer.body.schemas).toEqual([ERROR]);
  });
});
