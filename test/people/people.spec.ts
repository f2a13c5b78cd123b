import { bearer, CUSTOM, ENTERPRISE, type Json } from '../scim/scim-client';
import { People } from './people-fixture';

let people: People;
beforeAll(async () => {
  people = await People.start();
});
afterAll(() => people?.stop());

const named = (text: string) => `?query=${encodeURIComponent(text)}`;

describe('people as the app sees them (contract §6)', () => {
  it('are shown with the profile of the standard table', async () => {
    const boss = await people.scim.createdUser({ displayName: 'Grace Hopper' });
    const ava = await people.scim.createdUser({
      userName: 'ava@corp.example',
      externalId: '00u1',
      name: { givenName: 'Ava', familyName: 'Lee' },
      title: 'Fitter',
      [ENTERPRISE]: { department: 'Sales', employeeNumber: '7', manager: { value: boss.id } },
    });
    expect(await people.get(ava.id)).toEqual({
      id: ava.id,
      userName: 'ava@corp.example',
      externalId: '00u1',
      active: true,
      status: 'active',
      profile: {
        email: 'ava@corp.example',
        firstName: 'Ava',
        lastName: 'Lee',
        jobTitle: 'Fitter',
        department: 'Sales',
        manager: { id: boss.id, name: 'Grace Hopper' },
        employeeId: '7',
      },
      createdAt: (ava.meta as Json).created,
      updatedAt: (ava.meta as Json).lastModified,
    });
    await people.replace(ava.id, 'active', false);
    expect(await people.get(ava.id)).toMatchObject({ active: false, status: 'inactive' });
  });

  it('are found by a part of userName, displayName, name or e-mail, in any case, by nothing else', async () => {
    const made = await people.scim.createdUser({
      userName: 'Zo%@find.example',
      displayName: 'Ägnes Ärmel',
      name: { formatted: 'Frau Dr. Ärmel', givenName: 'Ägnes', familyName: 'Über-Ärmel', honorificSuffix: 'Honoris' },
      emails: [{ value: 'Agnes@Mail.Find.example', type: 'work' }],
      [ENTERPRISE]: { department: 'Findables' },
    });
    for (const part of ['zo%@', 'Z', 'ÄRMEL', 'ä', 'mail.FIND', 'gnes@m', 'FRAU DR', 'über-', 'Üb'])
      expect((await people.list(named(part))).items.map(({ id }) => id)).toContain(made.id);
    for (const part of ['findables', 'zo_', 'z%f', 'example\nagnes', 'agnes\\', 'honoris'])
      expect((await people.list(named(part))).items).toEqual([]);
    await people.replace(made.id, 'name.familyName', 'Moll');
    expect((await people.list(named('über-'))).items).toEqual([]);
    expect((await people.list(named('moll'))).items.map(({ id }) => id)).toEqual([made.id]);
  });

  it('come page by page, each once, in the order of their arrival', async () => {
    for (let i = 0; i < 5; i++) await people.scim.createdUser({ displayName: `Walker ${i}` });
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page = await people.list(`${named('walker')}&limit=2${cursor && `&cursor=${cursor}`}`);
      seen.push(...page.items.map((person) => person.id));
      cursor = page.nextCursor;
    }
    const all = (await people.list(`${named('walker')}&limit=1000`)).items;
    expect(seen).toEqual(all.map(({ id }) => id));
    expect(seen).toHaveLength(5);
    expect((await people.list('?limit=3')).items).toHaveLength(3);
  });

  it.each([`?query=${'x'.repeat(301)}`, '?query=a%00', '?query=a&query=b', '?limit=0', '?cursor=x'])(
    'refuse %s',
    async (query) => expect((await people.scim.api('GET', `/users${query}`)).status).toBe(400),
  );

  it('are nobody where there is nobody', async () => {
    for (const id of ['x', '00000000-0000-7000-8000-000000000000'])
      for (const [method, body] of [['GET'], ['PATCH', { profile: {} }]] as const)
        expect(await people.scim.api(method, `/users/${id}`, body)).toMatchObject({ status: 404 });
    const { id } = await people.scim.createdUser();
    expect(await people.scim.api('GET', `/users/${id}`, undefined, { 'x-tenant': 'none' })).toMatchObject({
      status: 404,
    });
    await people.scim.api('POST', '/tenants', { slug: 'other', name: 'Other' });
    expect(await people.scim.api('GET', `/users/${id}`, undefined, { 'x-tenant': 'other' })).toMatchObject({
      status: 404,
    });
  });

  it('are read by the app and the auditor, changed by the app, and not for SCIM clients', async () => {
    const { id } = await people.scim.createdUser({ title: 'Fitter' });
    const [app, auditor, scim] = await Promise.all(
      ['app', 'auditor', 'scim'].map(async (kind) => bearer((await people.scim.credential({ kind })).token)),
    );
    const status = async (headers: Record<string, string>, method: string, body?: Json) =>
      (await people.scim.api(method, `/users/${id}`, body, headers)).status;
    const change = { profile: { jobTitle: 'Lead' } };
    expect([await status(app!, 'GET'), await status(auditor!, 'GET'), await status(scim!, 'GET')]).toEqual([
      200, 200, 403,
    ]);
    expect([await status(app!, 'PATCH', change), await status(auditor!, 'PATCH', change)]).toEqual([200, 403]);
  });
});

describe('the manager', () => {
  it('is found by id, externalId, userName, then e-mail, for a list with one question', async () => {
    const ext = 'mgr-ext';
    const [first, second] = [
      await people.scim.createdUser({ externalId: ext, name: { givenName: 'Ann', familyName: 'One' } }),
      await people.scim.createdUser({ userName: ext, emails: [{ value: 'Boss@Mail.example' }] }),
    ];
    const cases: [unknown, unknown][] = [
      [first.id, { id: first.id, name: 'Ann One' }],
      [ext, { id: first.id, name: 'Ann One' }],
      [String(first.userName).toUpperCase(), { id: first.id, name: 'Ann One' }],
      ['boss@mail.EXAMPLE', { id: second.id, name: ext }],
      ['nobody at all', 'nobody at all'],
    ];
    for (const [value] of cases)
      await people.scim.createdUser({ displayName: 'Managed one', [ENTERPRISE]: { manager: { value } } });
    const { items } = await people.list(named('managed one'));
    expect(items.map(({ profile }) => profile.manager)).toEqual(cases.map(([, manager]) => manager));
  });
});

describe('attribute_mappings', () => {
  const custom_mappings = {
    'okta:custom:employeeType': 'taskade:employmentType',
    'okta:custom:officeLocation': 'taskade:location',
    phoneNumbers: 'taskade:phone',
  };
  const document = {
    custom_mappings,
    transformations: { employmentType: { contractor: 'external' } },
    conditions: [{ when: 'groups.display eq "Night shift"', set: { shift: 'night' } }],
    multi_valued: { phone: 'all' },
  };

  it('are tried without being put', async () => {
    const before = await people.database.query('SELECT count(*) FROM events');
    const resource = {
      title: 'Fitter',
      [CUSTOM]: { employeeType: 'Contractor' },
      [ENTERPRISE]: { manager: { value: 'x' } },
    };
    const answer = await people.scim.api('POST', '/config/attribute_mappings/test', { resource, document });
    expect(answer).toMatchObject({
      status: 200,
      body: {
        profile: { jobTitle: 'Fitter', manager: 'x', employmentType: 'external' },
        faults: [{ pointer: '/manager', detail: expect.stringContaining('names nobody') }],
      },
    });
    expect((await people.scim.api('POST', '/config/attribute_mappings/test', { resource })).body.profile).toEqual({
      jobTitle: 'Fitter',
      manager: 'x',
    });
    expect((await people.database.query('SELECT count(*) FROM events')).rows).toEqual(before.rows);
  });

  it('are refused with the pointer of each fault when tried', async () => {
    const wrong = { custom_mappings: { 'a b': 'x' }, conditions: [{ when: 'title is "x"', set: {} }] };
    const answer = await people.scim.api('POST', '/config/attribute_mappings/test', { resource: {}, document: wrong });
    expect(answer).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/document/custom_mappings/a b' }, { pointer: '/document/conditions/0/when' }] },
    });
    for (const body of [{}, { resource: [] }, { resource: {}, document: 5 }, { resource: {}, more: 1 }])
      expect((await people.scim.api('POST', '/config/attribute_mappings/test', body)).status).toBe(400);
  });

  it('are in force from the put on, groups included', async () => {
    const ava = await people.scim.createdUser({
      phoneNumbers: [
        { value: '+1', type: 'work' },
        { value: '+2', type: 'home' },
      ],
      [CUSTOM]: { employeeType: 'Contractor', officeLocation: 'Oslo' },
    });
    expect(Object.keys(await people.profile(ava.id))).toEqual(['email']);
    await people.put('attribute_mappings', document);
    expect(await people.profile(ava.id)).toMatchObject({
      employmentType: 'external',
      location: 'Oslo',
      phone: ['+1', '+2'],
    });
    const inner = await people.scim.createdGroup('Inner', [ava.id]);
    await people.scim.createdGroup('Night shift', [inner.id]);
    expect(await people.profile(ava.id)).toMatchObject({ shift: 'night' });
    await people.put('attribute_mappings', {});
    expect(Object.keys(await people.profile(ava.id))).toEqual(['email']);
  });

  it('take what the rule of user creation says of attributes', async () => {
    const emails = [{ value: 'ava.work@corp.example', primary: true }];
    const ava = await people.scim.createdUser({ emails, nickName: 'Av' });
    await people.put('provisioning_rules', {
      user_creation: { attributes: { email: 'user.email', nick: 'user.nickName' } },
    });
    expect(await people.profile(ava.id)).toEqual({ email: 'ava.work@corp.example', nick: 'Av' });
    const body = { resource: { userName: 'bo@corp.example', nickName: 'Bo' }, document: {} };
    const { status, body: tried } = await people.scim.api('POST', '/config/attribute_mappings/test', body);
    expect({ status, tried }).toEqual({
      status: 200,
      tried: { profile: { email: 'bo@corp.example', nick: 'Bo' }, faults: [] },
    });
    await people.put('provisioning_rules', {});
    expect(await people.profile(ava.id)).toEqual({ email: ava.userName });
  });
});
