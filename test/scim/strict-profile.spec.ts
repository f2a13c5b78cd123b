import {
  bearer,
  ENTERPRISE,
  expectScimError,
  filter,
  type Headers,
  type Json,
  PATCH_OP,
  ScimServer,
  USER,
} from './scim-client';

let scim: ScimServer;
/** Both profiles stand before the same directory (catalogue §6). */
const profiles: Record<'lenient' | 'strict', Headers> = { lenient: {}, strict: {} };
beforeAll(async () => {
  scim = await ScimServer.start();
  for (const clientProfile of ['lenient', 'strict'] as const)
    profiles[clientProfile] = bearer((await scim.credential({ kind: 'scim', clientProfile })).token);
});
afterAll(() => scim?.stop());

const patch = (profile: keyof typeof profiles, path: string, operation: Json) =>
  scim.scim('PATCH', path, { schemas: [PATCH_OP], Operations: [operation] }, profiles[profile]);

/** Each switch of the catalogue's table: what the lenient profile makes of it, and how the strict one refuses. */
const PATCHES: [string, (id: string) => Json, string, Json][] = [
  [
    'K1 read-only members of a path-less value',
    () => ({ op: 'replace', value: { id: 'x', title: 'T' } }),
    'mutability',
    { title: 'T' },
  ],
  [
    'K3 an element that nobody selects',
    () => ({ op: 'replace', path: 'phoneNumbers[type eq "mobile"].value', value: '5' }),
    'noTarget',
    { phoneNumbers: [{ type: 'mobile', value: '5' }] },
  ],
  [
    'K4 a boolean in quotes',
    () => ({ op: 'replace', path: 'active', value: 'False' }),
    'invalidValue',
    { active: false },
  ],
  [
    'K5 a manager without an object',
    (id) => ({ op: 'add', path: `${ENTERPRISE}:manager`, value: id }),
    'invalidValue',
    { [ENTERPRISE]: { manager: { value: expect.any(String) } } },
  ],
  ['K6 an attribute that nobody defined', () => ({ op: 'add', path: 'shoeSize', value: 43 }), 'invalidPath', {}],
];

describe.each(PATCHES)('%s', (_, operation, scimType, expected) => {
  it('is taken leniently', async () => {
    const user = await scim.createdUser();
    expect(await patch('lenient', `/Users/${user.id}`, operation(user.id))).toMatchObject({
      status: 200,
      body: expected,
    });
  });

  it('is refused strictly, and nothing changes', async () => {
    const user = await scim.createdUser();
    expectScimError(await patch('strict', `/Users/${user.id}`, operation(user.id)), 400, scimType);
    expect(await scim.read(`/Users/${user.id}`)).toEqual(user);
  });
});

describe('K1', () => {
  it('lets even a strict client repeat the id of the address', async () => {
    const user = await scim.createdUser();
    const operation = { op: 'replace', value: { id: user.id, title: 'T' } };
    expect(await patch('strict', `/Users/${user.id}`, operation)).toMatchObject({ status: 200, body: { title: 'T' } });
  });
});

describe('K2 remove members with a value', () => {
  it('takes out those listed, or is refused', async () => {
    const [ava, bo] = [await scim.createdUser(), await scim.createdUser()];
    const group = await scim.createdGroup('K2', [ava.id, bo.id]);
    const operation = { op: 'remove', path: 'members', value: [{ value: ava.id }] };
    expectScimError(await patch('strict', `/Groups/${group.id}`, operation), 400, 'invalidValue');
    expect((await scim.read(`/Groups/${group.id}`)).members).toHaveLength(2);
    expect((await patch('lenient', `/Groups/${group.id}`, operation)).status).toBe(204);
    expect((await scim.read(`/Groups/${group.id}`)).members).toMatchObject([{ value: bo.id }]);
  });
});

describe('K6 on POST', () => {
  it.each<[string, Json]>([
    ['an attribute', { shoeSize: 43 }],
    ['a sub-attribute', { name: { nick: 'x' } }],
    ['a block', { 'urn:example:x:1.0:User': { a: 1 } }],
    ['a schema', { schemas: [USER, 'urn:example:x:1.0:User'] }],
  ])('%s that nobody defined is left out, or refused', async (_, more) => {
    expect((await scim.scim('POST', '/Users', scim.user(more), profiles.lenient)).status).toBe(201);
    expectScimError(await scim.scim('POST', '/Users', scim.user(more), profiles.strict), 400, 'invalidSyntax');
  });
});

describe('K7 replace of a complex value', () => {
  it('merges, or replaces the whole', async () => {
    const operation = { op: 'replace', path: 'name', value: { givenName: 'B' } };
    for (const [profile, expected] of [
      ['lenient', { givenName: 'B', familyName: 'Lee' }],
      ['strict', { givenName: 'B' }],
    ] as const) {
      const user = await scim.createdUser({ name: { givenName: 'A', familyName: 'Lee' } });
      expect((await patch(profile, `/Users/${user.id}`, operation)).body.name).toEqual(expected);
    }
  });
});

describe('K8, K9 PUT', () => {
  it('of one’s own GET passes under both profiles', async () => {
    for (const headers of Object.values(profiles)) {
      const user = await scim.createdUser({ title: 'T', [ENTERPRISE]: { department: 'D' } });
      const body = await scim.read(`/Users/${user.id}`);
      expect(await scim.scim('PUT', `/Users/${user.id}`, body, headers)).toMatchObject({
        status: 200,
        body: { title: 'T' },
      });
      const cleared = await scim.scim(
        'PUT',
        `/Users/${user.id}`,
        { schemas: [USER], userName: user.userName },
        headers,
      );
      expect(cleared.body).not.toHaveProperty('title');
    }
  });
});

describe('K10 ETags', () => {
  it('are sent and honoured, or neither', async () => {
    const user = await scim.createdUser();
    const path = `/Users/${user.id}`;
    expect((await scim.scim('GET', path, undefined, profiles.strict)).headers).not.toHaveProperty('etag');
    expect((await scim.scim('GET', path, undefined, profiles.lenient)).headers.etag).toBe('W/"1"');
    const stale: Headers = { 'if-match': 'W/"9"' };
    const body = { schemas: [PATCH_OP], Operations: [{ op: 'add', path: 'title', value: 'x' }] };
    expectScimError(await scim.scim('PATCH', path, body, { ...profiles.lenient, ...stale }), 412);
    expect((await scim.scim('PATCH', path, body, { ...profiles.strict, ...stale })).status).toBe(200);
  });
});

describe('K11 PATCH of a group', () => {
  it('answers 204 under both profiles unless attributes are asked for', async () => {
    const group = await scim.createdGroup('K11');
    const operation = { op: 'replace', path: 'displayName', value: 'K11 too' };
    for (const profile of ['lenient', 'strict'] as const) {
      expect((await patch(profile, `/Groups/${group.id}`, operation)).status).toBe(204);
      expect((await patch(profile, `/Groups/${group.id}?attributes=displayName`, operation)).status).toBe(200);
    }
  });
});

describe('K12 filters outside the grammar', () => {
  it.each([
    ['/Users', 'emails[type eq "work"].value eq "x"'],
    ['/Users', 'userName eq ava'],
    ['/Users', `${ENTERPRISE}:manager eq "x"`],
    ['/Groups', 'members eq "x"'],
  ])('are read, or refused: %s %s', async (endpoint, text) => {
    const path = `${endpoint}?${filter(text)}`;
    expect((await scim.scim('GET', path, undefined, profiles.lenient)).status).toBe(200);
    expectScimError(await scim.scim('GET', path, undefined, profiles.strict), 400, 'invalidFilter');
  });
});

describe('K13, K14', () => {
  it('no match is an empty list and DELETE deletes, under both profiles', async () => {
    for (const headers of Object.values(profiles)) {
      const none = await scim.scim('GET', `/Users?${filter('userName eq "nobody"')}`, undefined, headers);
      expect(none).toMatchObject({ status: 200, body: { totalResults: 0, Resources: [] } });
      const user = await scim.createdUser();
      expect((await scim.scim('DELETE', `/Users/${user.id}`, undefined, headers)).status).toBe(204);
    }
  });
});

describe('K15 a member that nobody has', () => {
  it.each(['nobody', '0192aaaa-0000-7000-8000-000000000000'])(
    'is left out, or refused with the others: %s',
    async (stranger) => {
      const user = await scim.createdUser();
      const members = [{ value: user.id }, { value: stranger }];
      for (const [name, send] of [
        [
          'PATCH',
          (id: string, headers: Headers) =>
            scim.scim(
              'PATCH',
              `/Groups/${id}`,
              { schemas: [PATCH_OP], Operations: [{ op: 'add', path: 'members', value: members }] },
              headers,
            ),
        ],
        [
          'PUT',
          (id: string, headers: Headers) => scim.scim('PUT', `/Groups/${id}`, { displayName: 'K15', members }, headers),
        ],
      ] as const) {
        const group = await scim.createdGroup('K15');
        expectScimError(await send(group.id, profiles.strict), 400, 'invalidValue');
        expect([name, await scim.read(`/Groups/${group.id}`)]).toEqual([name, group]);
        expect([200, 204]).toContain((await send(group.id, profiles.lenient)).status);
        expect((await scim.read(`/Groups/${group.id}`)).members).toMatchObject([{ value: user.id }]);
      }
      const body = { displayName: 'K15 new', members };
      expectScimError(await scim.scim('POST', '/Groups', body, profiles.strict), 400, 'invalidValue');
      expect(await scim.read(`/Groups?${filter('displayName eq "K15 new"')}`)).toMatchObject({ totalResults: 0 });
    },
  );
});
