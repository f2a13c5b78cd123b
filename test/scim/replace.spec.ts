import { ENTERPRISE, expectScimError, GROUP, type Json, ScimServer, USER } from './scim-client';

let scim: ScimServer;
beforeAll(async () => {
  scim = await ScimServer.start();
});
afterAll(() => scim?.stop());

const put = (user: Json & { id: string }, body: Json, headers = {}) =>
  scim.scim('PUT', `/Users/${user.id}`, body, headers);

describe('PUT (RFC 7644 §3.5.1)', () => {
  it('replaces what the client may write and says so', async () => {
    const user = await scim.createdUser({ title: 'T', name: { givenName: 'A' }, [ENTERPRISE]: { department: 'D' } });
    const { status, body, headers } = await put(user, { schemas: [USER], userName: user.userName, nickName: 'N' });
    expect(status).toBe(200);
    expect(headers.etag).toBe('W/"2"');
    expect(headers['content-location']).toBe((user.meta as Json).location);
    for (const name of ['title', 'name', ENTERPRISE]) expect(body).not.toHaveProperty([name]);
    expect(body).toMatchObject({ schemas: [USER], id: user.id, userName: user.userName, nickName: 'N' });
    expect((body.meta as Json).created).toBe((user.meta as Json).created);
    expect(await scim.read(`/Users/${user.id}`)).toEqual(body);
  });

  it('takes its own GET back and changes nothing, not even the version', async () => {
    const user = await scim.createdUser({ title: 'T', emails: [{ value: 'a' }], [ENTERPRISE]: { department: 'D' } });
    const { status, body } = await put(user, await scim.read(`/Users/${user.id}`));
    expect({ status, body }).toEqual({ status: 200, body: user });
  });

  it('never changes the id, and never creates', async () => {
    const user = await scim.createdUser();
    const answer = await put(user, { schemas: [USER], id: 'another', userName: user.userName });
    expect(answer.body.id).toBe(user.id);
    const nobody = { ...user, id: '0192aaaa-0000-7000-8000-000000000000' };
    expectScimError(await put(nobody, scim.user()), 404);
    expectScimError(await put({ ...user, id: 'no-uuid' }, scim.user()), 404);
  });

  it('refuses the userName of somebody else, but takes one’s own in other letters', async () => {
    const [ava, bo] = [
      await scim.createdUser({ userName: 'put-ava@x' }),
      await scim.createdUser({ userName: 'put-bo@x' }),
    ];
    expectScimError(await put(ava, { schemas: [USER], userName: 'PUT-BO@x' }), 409, 'uniqueness');
    expect(await put(bo, { schemas: [USER], userName: 'Put-Bo@X' })).toMatchObject({ body: { userName: 'Put-Bo@X' } });
    expect((await scim.read(`/Users/${ava.id}`)).userName).toBe('put-ava@x');
  });

  it('needs what is required', async () => {
    const user = await scim.createdUser();
    expectScimError(await put(user, { schemas: [USER] }), 400, 'invalidValue');
    const group = await scim.createdGroup('needs');
    expectScimError(await scim.scim('PUT', `/Groups/${group.id}`, { schemas: [GROUP] }), 400, 'invalidValue');
  });

  it('leaves a user as active as it is when the body does not say (K9)', async () => {
    const user = await scim.createdUser({ active: false });
    expect((await put(user, { schemas: [USER], userName: user.userName, title: 'T' })).body.active).toBe(false);
    expect((await put(user, { schemas: [USER], userName: user.userName, active: true })).body.active).toBe(true);
  });

  it('replaces the members of a group, and clears them when they are left out', async () => {
    const [ava, bo] = [await scim.createdUser(), await scim.createdUser()];
    const group = await scim.createdGroup('puts', [ava.id]);
    const path = `/Groups/${group.id}`;
    const answer = await scim.scim('PUT', path, { schemas: [GROUP], displayName: 'puts', members: [{ value: bo.id }] });
    expect((answer.body.members as Json[]).map((m) => m.value)).toEqual([bo.id]);
    expect((await scim.read(`/Users/${ava.id}`)).groups).toEqual([]);
    const cleared = await scim.scim('PUT', path, { schemas: [GROUP], displayName: 'puts' });
    expect(cleared.body.members).toEqual([]);
  });

  it('projects its answer, and applies nothing when the question is wrong', async () => {
    const user = await scim.createdUser();
    const body = { schemas: [USER], userName: user.userName, title: 'new' };
    const path = `/Users/${user.id}`;
    expectScimError(await scim.scim('PUT', `${path}?attributes=a&excludedAttributes=b`, body), 400, 'invalidValue');
    expect(await scim.read(path)).not.toHaveProperty('title');
    expect((await scim.scim('PUT', `${path}?attributes=title`, body)).body).toEqual({
      schemas: [USER],
      id: user.id,
      title: 'new',
    });
  });
});

describe('DELETE (RFC 7644 §3.6)', () => {
  it('answers 204 without a body, and then nobody is there', async () => {
    const user = await scim.createdUser({ userName: 'gone@x' });
    const group = await scim.createdGroup('keeps', [user.id]);
    const path = `/Users/${user.id}`;
    expect(await scim.scim('DELETE', path)).toMatchObject({ status: 204, text: '' });
    for (const [method, body] of [
      ['GET', undefined],
      ['PUT', scim.user()],
      ['PATCH', { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: [{ op: 'add', value: {} }] }],
      ['DELETE', undefined],
    ] as const)
      expectScimError(await scim.scim(method, path, body), 404);
    expect(await scim.read('/Users?filter=userName%20eq%20%22gone@x%22')).toMatchObject({
      totalResults: 0,
      Resources: [],
    });
    expect((await scim.read(`/Groups/${group.id}`)).members).toEqual([]);
    // The name is free again, for somebody else.
    expect((await scim.createdUser({ userName: 'GONE@x' })).id).not.toBe(user.id);
  });

  it('of a group leaves its members where they are', async () => {
    const user = await scim.createdUser();
    const group = await scim.createdGroup('goes', [user.id]);
    expect((await scim.scim('DELETE', `/Groups/${group.id}`)).status).toBe(204);
    expectScimError(await scim.scim('GET', `/Groups/${group.id}`), 404);
    expect(await scim.read(`/Users/${user.id}`)).toMatchObject({ id: user.id, groups: [] });
  });

  it('takes whatever type or body a client sends along (OD-2019)', async () => {
    for (const headers of [{ 'content-type': 'application/json' }, { 'content-type': 'text/plain' }]) {
      const user = await scim.createdUser();
      expect((await scim.scim('DELETE', `/Users/${user.id}`, undefined, headers)).status).toBe(204);
    }
    const user = await scim.createdUser();
    expect((await scim.scim('DELETE', `/Users/${user.id}`, {})).status).toBe(204);
  });
});
