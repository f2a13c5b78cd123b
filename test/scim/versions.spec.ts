import { expectScimError, GROUP, type Json, PATCH_OP, ScimServer, USER } from './scim-client';

let scim: ScimServer;
beforeAll(async () => {
  scim = await ScimServer.start();
});
afterAll(() => scim?.stop());

const retitle = (title: string) => ({
  schemas: [PATCH_OP],
  Operations: [{ op: 'replace', path: 'title', value: title }],
});

describe('versions (RFC 7644 §3.14)', () => {
  it('are weak tags, alike in the header and in meta, and count changes', async () => {
    const user = await scim.createdUser();
    const path = `/Users/${user.id}`;
    for (const version of ['W/"2"', 'W/"3"']) {
      const { headers, body } = await scim.scim('PATCH', path, retitle(version));
      expect(headers.etag).toBe(version);
      expect((body.meta as Json).version).toBe(version);
    }
    const { headers, body } = await scim.scim('GET', path);
    expect({ etag: headers.etag, version: (body.meta as Json).version }).toEqual({ etag: 'W/"3"', version: 'W/"3"' });
    expect(Date.parse((body.meta as Json).lastModified as string)).toBeGreaterThan(
      Date.parse((body.meta as Json).created as string),
    );
  });

  it('stay where nothing changes, and so does lastModified (R44)', async () => {
    const user = await scim.createdUser({ title: 'same' });
    const { body } = await scim.scim('PATCH', `/Users/${user.id}`, retitle('same'));
    expect(body.meta).toEqual(user.meta);
  });

  it.each(['W/"1"', '"1"', '*', 'W/"7", W/"1"', ' W/"1" ', ''])(
    'that If-Match names let a change pass: %j',
    async (tag) => {
      const user = await scim.createdUser();
      const { status } = await scim.scim('PATCH', `/Users/${user.id}`, retitle('x'), { 'if-match': tag });
      expect(status).toBe(200);
    },
  );

  it.each(['W/"2"', 'W/"0"', '"', 'nonsense', 'W/1', ','])('that If-Match does not name stop it: %j', async (tag) => {
    const user = await scim.createdUser();
    const group = await scim.createdGroup('tagged');
    const headers = { 'if-match': tag };
    const path = `/Users/${user.id}`;
    expectScimError(await scim.scim('PATCH', path, retitle('x'), headers), 412);
    expectScimError(await scim.scim('PUT', path, { schemas: [USER], userName: user.userName }, headers), 412);
    expectScimError(await scim.scim('DELETE', path, undefined, headers), 412);
    const members = { op: 'add', path: 'members', value: [{ value: user.id }] };
    for (const Operations of [[members], [{ op: 'replace', path: 'displayName', value: 'x' }]])
      expectScimError(
        await scim.scim('PATCH', `/Groups/${group.id}`, { schemas: [PATCH_OP], Operations }, headers),
        412,
      );
    expectScimError(
      await scim.scim('PUT', `/Groups/${group.id}`, { schemas: [GROUP], displayName: 'x' }, headers),
      412,
    );
    expect(await scim.read(path)).toEqual(user);
    expect(await scim.read(`/Groups/${group.id}`)).toEqual(group);
  });

  it('let a client ask only for what is new', async () => {
    const user = await scim.createdUser();
    const path = `/Users/${user.id}`;
    for (const tag of ['W/"1"', '"1"', '*', 'W/"5", W/"1"']) {
      const answer = await scim.scim('GET', path, undefined, { 'if-none-match': tag });
      expect({ ...answer, headers: answer.headers.etag }).toEqual({
        status: 304,
        headers: 'W/"1"',
        text: '',
        body: {},
      });
    }
    for (const tag of ['W/"2"', 'nonsense'])
      expect((await scim.scim('GET', path, undefined, { 'if-none-match': tag })).status).toBe(200);
  });

  it('are counted for a group by what happens to its members too', async () => {
    const user = await scim.createdUser();
    const group = await scim.createdGroup('counted');
    await scim.patch(`/Groups/${group.id}`, { op: 'add', path: 'members', value: [{ value: user.id }] });
    const { headers } = await scim.scim('GET', `/Groups/${group.id}`);
    expect(headers.etag).toBe('W/"2"');
    await scim.scim('DELETE', `/Users/${user.id}`);
    expect((await scim.scim('GET', `/Groups/${group.id}`)).headers.etag).toBe('W/"3"');
  });
});
