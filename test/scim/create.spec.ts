import { ENTERPRISE, expectScimError, GROUP, type Json, ScimServer, USER } from './scim-client';

let scim: ScimServer;
beforeAll(async () => {
  scim = await ScimServer.start();
});
afterAll(() => scim?.stop());

/** RFC 7643 §8.2, its example data as our own. */
const FULL_USER: Json = {
  schemas: [USER, ENTERPRISE],
  externalId: '701984',
  userName: 'bjensen@example.com',
  name: {
    formatted: 'Ms. Barbara J Jensen, III',
    familyName: 'Jensen',
    givenName: 'Barbara',
    middleName: 'Jane',
    honorificPrefix: 'Ms.',
    honorificSuffix: 'III',
  },
  displayName: 'Babs Jensen',
  nickName: 'Babs',
  profileUrl: 'https://login.example.com/bjensen',
  emails: [
    { value: 'bjensen@example.com', type: 'work', primary: true },
    { value: 'babs@jensen.org', type: 'home' },
  ],
  addresses: [
    {
      streetAddress: '100 Universal City Plaza',
      locality: 'Hollywood',
      region: 'CA',
      postalCode: '91608',
      country: 'US',
      formatted: '100 Universal City Plaza\nHollywood, CA 91608 USA',
      type: 'work',
      primary: true,
    },
  ],
  phoneNumbers: [{ value: 'tel:+1-555-555-5555', type: 'work' }],
  ims: [{ value: 'someaimhandle', type: 'aim' }],
  photos: [{ value: 'https://photos.example.com/profilephoto/72930000000Ccne/F', type: 'photo' }],
  userType: 'Employee',
  title: 'Tour Guide',
  preferredLanguage: 'en-US',
  locale: 'en-US',
  timezone: 'America/Los_Angeles',
  active: true,
  roles: [{ value: 'guide', display: 'Guide', primary: true }],
  entitlements: [{ value: 'park-pass', type: 'pass' }],
  x509Certificates: [{ value: 'MIIDQzCCAqygAwIBAgICEAAwDQYJKoZIhvcNAQEFBQAwTjELMAkGA1UEBhMCVVMx' }],
  [ENTERPRISE]: {
    employeeNumber: '701984',
    costCenter: '4130',
    organization: 'Universal Studios',
    division: 'Theme Park',
    department: 'Tour Operations',
    manager: { value: '26118915-6090-4610-87e4-49d8ca9f808d', $ref: '../Users/26118915-6090-4610-87e4-49d8ca9f808d' },
  },
};

describe('POST /Users (RFC 7644 §3.3)', () => {
  it('answers 201 with the whole resource and where it is', async () => {
    const { status, headers, body } = await scim.scim('POST', '/Users', { ...FULL_USER, password: 't1meMa$heen' });
    expect(status).toBe(201);
    const { id, meta, ...rest } = body as { id: string; meta: Json };
    expect(rest).toEqual({ ...FULL_USER, groups: [] });
    expect(id).not.toMatch(/bulkId/);
    const location = `${scim.server.baseUrl}/Users/${id}`;
    expect(meta).toEqual({
      resourceType: 'User',
      created: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      lastModified: meta.created,
      location,
      version: 'W/"1"',
    });
    expect(headers).toMatchObject({ location, 'content-location': location, etag: 'W/"1"' });
    expect(await scim.read(`/Users/${id}`)).toEqual(body);
  });

  it('does not need schemas, and takes names in any case (RFC 7643 §2.1)', async () => {
    const body = { USERNAME: 'case@corp.example', Name: { GIVENNAME: 'C' }, Emails: [{ VALUE: 'c@x', Primary: true }] };
    expect(await scim.created('/Users', body)).toMatchObject({
      schemas: [USER],
      userName: 'case@corp.example',
      name: { givenName: 'C' },
      emails: [{ value: 'c@x', primary: true }],
    });
  });

  it.each([
    ['nothing', {}],
    ['null', { userName: null }],
    ['an empty text', { userName: '' }],
    ['white space', { userName: '  ' }],
    ['an object', { userName: {} }],
    ['a boolean', { userName: true }],
    ['two', { userName: ['a', 'b'] }],
    ['control characters', { userName: 'a\tb' }],
    ['half a surrogate pair', { userName: 'a\ud800' }],
    ['513 characters', { userName: 'x'.repeat(513) }],
  ])('refuses %s as userName', async (_, body) => {
    expectScimError(await scim.scim('POST', '/Users', { schemas: [USER], ...body }), 400, 'invalidValue');
  });

  it('refuses a userName that is taken, in any case, also in other alphabets', async () => {
    for (const [first, second] of [
      ['Ava.Taken@corp.example', 'ava.taken@CORP.example'],
      ['ЁЖИК@corp.example', 'ёжик@corp.example'],
    ]) {
      await scim.createdUser({ userName: first });
      const answer = await scim.scim('POST', '/Users', scim.user({ userName: second }));
      expectScimError(answer, 409, 'uniqueness');
      expect(answer.body.detail).toContain(second);
    }
  });

  it('ignores what only the server assigns (RFC 7643 §2.2, R31)', async () => {
    const given = { id: 'mine', meta: { created: '2000-01-01T00:00:00Z', version: 'x' }, groups: [{ value: 'g' }] };
    const body = await scim.createdUser(given);
    expect(body.id).not.toBe('mine');
    expect(body.meta).toMatchObject({ version: 'W/"1"' });
    expect(body.groups).toEqual([]);
  });

  it('keeps one primary value a list, and leaves out what is unassigned (RFC 7643 §2.4, §2.5)', async () => {
    const body = await scim.createdUser({
      emails: [
        { value: 'a', primary: true },
        { value: 'b', primary: true },
      ],
      title: null,
      nickName: '',
      phoneNumbers: [],
      name: {},
      [ENTERPRISE]: { department: null },
    });
    expect(body.emails).toEqual([
      { value: 'a', primary: true },
      { value: 'b', primary: false },
    ]);
    for (const name of ['title', 'nickName', 'phoneNumbers', 'name', ENTERPRISE])
      expect(body).not.toHaveProperty([name]);
    expect(body.schemas).toEqual([USER]);
  });

  it('refuses a body that is about another resource', async () => {
    expectScimError(await scim.scim('POST', '/Users', scim.user({ schemas: [GROUP] })), 400, 'invalidSyntax');
  });

  it('projects its answer (RFC 7644 §3.9) and still says where the resource is', async () => {
    const { status, body, headers } = await scim.scim('POST', '/Users?attributes=userName', scim.user({ title: 'T' }));
    expect(status).toBe(201);
    expect(Object.keys(body).sort()).toEqual(['id', 'schemas', 'userName']);
    expect(headers.location).toBe(`${scim.server.baseUrl}/Users/${body.id as string}`);
    const without = await scim.scim('POST', '/Users?excludedAttributes=meta,title,id', scim.user({ title: 'T' }));
    expect(Object.keys(without.body).sort()).toEqual(['active', 'groups', 'id', 'schemas', 'userName']);
  });

  it('creates nothing when the question is wrong', async () => {
    const body = scim.user();
    expectScimError(await scim.scim('POST', '/Users?attributes=a&excludedAttributes=b', body), 400, 'invalidValue');
    expect((await scim.scim('POST', '/Users', body)).status).toBe(201);
  });
});

describe('POST /Groups', () => {
  it('needs a displayName (RFC 7643 §4.2)', async () => {
    for (const body of [{}, { displayName: null }, { displayName: ' ' }, { displayName: {} }])
      expectScimError(await scim.scim('POST', '/Groups', { schemas: [GROUP], ...body }), 400, 'invalidValue');
  });

  it('names its members as they are, whatever was sent about them', async () => {
    const ava = await scim.createdUser({ displayName: 'Ava Lee' });
    const inner = await scim.createdGroup('Inner');
    const members = [
      { value: ava.id, display: 'somebody else', type: 'Group', $ref: 'https://elsewhere.example/x' },
      { value: inner.id },
    ];
    const body = await scim.created('/Groups', { schemas: [GROUP], displayName: 'Outer', members });
    expect(body.members).toEqual([
      { value: ava.id, $ref: `${scim.server.baseUrl}/Users/${ava.id}`, display: 'Ava Lee', type: 'User' },
      { value: inner.id, $ref: `${scim.server.baseUrl}/Groups/${inner.id}`, display: 'Inner', type: 'Group' },
    ]);
    expect(await scim.read(`/Groups/${body.id}`)).toEqual(body);
  });

  it('may share its name with another group: names are the clients’ affair', async () => {
    const [a, b] = [await scim.createdGroup('Twins'), await scim.createdGroup('Twins')];
    expect(a.id).not.toBe(b.id);
  });
});

describe.each([
  ['Roles', 'Role'],
  ['Entitlements', 'Entitlement'],
])('/%s (Okta Identity Governance, catalogue §1.9)', (endpoint, type) => {
  const schemas = [`urn:okta:scim:schemas:core:1.0:${type}`];

  it('lives as a user does', async () => {
    const made = await scim.created(`/${endpoint}`, { schemas, displayName: 'Admin', description: 'all', type: 'T' });
    const path = `/${endpoint}/${made.id}`;
    expect(made).toMatchObject({ schemas, displayName: 'Admin', description: 'all', type: 'T' });
    expect(made.meta).toMatchObject({ resourceType: type, location: `${scim.server.baseUrl}${path}` });
    expect(await scim.read(path)).toEqual(made);
    expect(await scim.read(`/${endpoint}?filter=displayName%20eq%20%22ADMIN%22`)).toMatchObject({ totalResults: 1 });
    const put = await scim.scim('PUT', path, { schemas, displayName: 'Boss' });
    expect(put.body).not.toHaveProperty('description');
    const patched = await scim.patch(path, { op: 'replace', value: { description: 'some' } });
    expect(patched).toMatchObject({ status: 200, body: { displayName: 'Boss', description: 'some' } });
    expectScimError(await scim.patch(path, { op: 'remove', path: 'displayName' }), 400, 'mutability');
    expect((await scim.scim('DELETE', path)).status).toBe(204);
    expectScimError(await scim.scim('GET', path), 404);
  });

  it('is not to be found under the other endpoint, and needs a name', async () => {
    const made = await scim.created(`/${endpoint}`, { schemas, displayName: 'Mine' });
    const other = endpoint === 'Roles' ? 'Entitlements' : 'Roles';
    expectScimError(await scim.scim('GET', `/${other}/${made.id}`), 404);
    expectScimError(await scim.scim('DELETE', `/${other}/${made.id}`), 404);
    expectScimError(await scim.scim('POST', `/${endpoint}`, { schemas }), 400, 'invalidValue');
  });

  it('is sorted, paged and projected', async () => {
    for (const displayName of ['b', 'a', 'C'])
      await scim.created(`/${endpoint}`, { schemas, displayName, type: 'sorted' });
    const query = `filter=type%20eq%20%22sorted%22&sortBy=displayName&attributes=displayName`;
    const list = await scim.read(`/${endpoint}?${query}&count=2`);
    expect(list).toMatchObject({ totalResults: 3, itemsPerPage: 2 });
    expect((list.Resources as Json[]).map((r) => r.displayName)).toEqual(['a', 'b']);
    const rest = await scim.read(`/${endpoint}?${query}&startIndex=3`);
    expect((rest.Resources as Json[]).map((r) => r.displayName)).toEqual(['C']);
  });
});
