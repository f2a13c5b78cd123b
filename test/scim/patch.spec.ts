import { CUSTOM, ENTERPRISE, expectScimError, type Json, PATCH_OP, ScimServer, USER } from './scim-client';

let scim: ScimServer;
beforeAll(async () => {
  scim = await ScimServer.start();
});
afterAll(() => scim?.stop());

const WORK = { value: 'w@x', type: 'work', primary: true };
const HOME = { value: 'h@x', type: 'home' };
const OFFICE = { type: 'work', streetAddress: '911 Universal City Plaza', locality: 'Hollywood', primary: true };
const babs = () =>
  scim.createdUser({
    nickName: 'Babs',
    emails: [WORK, HOME],
    addresses: [OFFICE, { type: 'home', locality: 'Burbank' }],
    [ENTERPRISE]: { department: 'Tours', manager: { value: 'm1' } },
  });

/** What one PATCH makes of Babs; the answer must be what a GET then says (RFC 7644 §3.5.2). */
async function patched(...operations: Json[]): Promise<Json> {
  const user = await babs();
  const answer = await scim.patch(`/Users/${user.id}`, ...operations);
  expect({ status: answer.status, text: answer.text }).toMatchObject({ status: 200 });
  expect(answer.body).toEqual(await scim.read(`/Users/${user.id}`));
  return answer.body;
}
/** A refusal: it says which operation, and nothing has changed (atomic). */
async function refused(scimType: string, ...operations: unknown[]): Promise<void> {
  const user = await babs();
  const first = { op: 'replace', path: 'title', value: 'applied?' };
  const answer = await scim.patch(`/Users/${user.id}`, first, ...operations);
  expectScimError(answer, 400, scimType);
  expect(answer.body.detail).toMatch(/^Operation 2: /);
  expect(await scim.read(`/Users/${user.id}`)).toEqual(user);
}

describe('add (RFC 7644 §3.5.2.1)', () => {
  it('without a path adds each attribute of the value, its first example', async () => {
    const body = await patched({ op: 'add', value: { emails: [{ value: 'n@x', type: 'other' }], nickName: 'B' } });
    expect(body).toMatchObject({ nickName: 'B', emails: [WORK, HOME, { value: 'n@x', type: 'other' }] });
  });

  it('makes an attribute or a sub-attribute that is not there', async () => {
    const body = await patched(
      { op: 'add', path: 'name.givenName', value: 'Barbara' },
      { op: 'add', path: 'addresses[type eq "work"].region', value: 'CA' },
      { op: 'add', path: `${ENTERPRISE}:employeeNumber`, value: '7' },
      { op: 'add', path: `${CUSTOM}:badge`, value: '9' },
    );
    expect(body).toMatchObject({
      schemas: [USER, ENTERPRISE, CUSTOM],
      name: { givenName: 'Barbara' },
      addresses: [{ ...OFFICE, region: 'CA' }, { type: 'home' }],
      [ENTERPRISE]: { department: 'Tours', employeeNumber: '7' },
      [CUSTOM]: { badge: '9' },
    });
  });

  it('of what is there changes nothing', async () => {
    const body = await patched(
      { op: 'add', path: 'emails', value: [HOME] },
      { op: 'add', path: 'nickName', value: 'Babs' },
    );
    expect(body.emails).toEqual([WORK, HOME]);
    expect((body.meta as Json).version).toBe('W/"1"');
  });

  it('of a primary value takes it from the others', async () => {
    const { emails } = await patched({ op: 'add', path: 'emails', value: [{ value: 'n@x', primary: true }] });
    expect(emails).toEqual([{ ...WORK, primary: false }, HOME, { value: 'n@x', primary: true }]);
  });
});

describe('remove (RFC 7644 §3.5.2.2)', () => {
  it.each([
    ['a single attribute', 'nickName', { nickName: undefined }],
    ['all values', 'emails', { emails: undefined }],
    ['the values that a filter selects', 'emails[type eq "work" and value ew "x"]', { emails: [HOME] }],
    ['the last value, and the attribute with it', 'emails[value co "x"]', { emails: undefined }],
    ['what is not selected', 'emails[not (type eq "work")]', { emails: [WORK] }],
    ['nobody, when nothing matches', 'emails[type eq "none"]', { emails: [WORK, HOME] }],
    ['a sub-attribute of some values', 'addresses[type eq "work"].locality', { addresses: [{ type: 'work' }, {}] }],
    ['an attribute of an extension', `${ENTERPRISE}:manager`, { [ENTERPRISE]: { department: 'Tours' } }],
    ['an extension, from schemas too', ENTERPRISE, { [ENTERPRISE]: undefined, schemas: [USER] }],
    ['what was never there', 'name.familyName', { name: undefined }],
    ['in any case', 'EMAILS[TYPE EQ "WORK"]', { emails: [HOME] }],
    ['under its full name', `${USER}:emails[type eq "work"]`, { emails: [HOME] }],
  ])('takes out %s', async (_, path, expected) => {
    const body = await patched({ op: 'remove', path });
    for (const [name, value] of Object.entries(expected))
      if (value === undefined) expect(body).not.toHaveProperty([name]);
      else expect(body).toMatchObject({ [name]: value });
  });

  it.each([
    ['noTarget', { op: 'remove' }],
    ['mutability', { op: 'remove', path: 'userName' }],
    ['mutability', { op: 'remove', path: 'id' }],
    ['mutability', { op: 'remove', path: 'meta.created' }],
    ['mutability', { op: 'remove', path: 'groups' }],
  ])('is refused: %s', (scimType, operation) => refused(scimType, operation));

  it('of active reactivates nobody', async () => {
    const user = await scim.createdUser({ active: false });
    for (const operation of [
      { op: 'remove', path: 'active' },
      { op: 'replace', path: 'active', value: null },
      { op: 'replace', value: { active: '' } },
    ])
      expect((await scim.patch(`/Users/${user.id}`, operation)).body.active).toBe(false);
  });
});

describe('replace (RFC 7644 §3.5.2.3)', () => {
  it.each<[string, Json, Json]>([
    ['all values of an attribute', { path: 'emails', value: [{ value: '1' }] }, { emails: [{ value: '1' }] }],
    [
      'the value that a filter selects',
      { path: 'addresses[type eq "work"]', value: { type: 'work', locality: 'X' } },
      {
        addresses: [
          { type: 'work', locality: 'X' },
          { type: 'home', locality: 'Burbank' },
        ],
      },
    ],
    [
      'a sub-attribute of it',
      { path: 'addresses[type eq "work"].streetAddress', value: '1010 Broadway Ave' },
      {
        addresses: [
          { ...OFFICE, streetAddress: '1010 Broadway Ave' },
          { type: 'home', locality: 'Burbank' },
        ],
      },
    ],
    ['a sub-attribute of all', { path: 'emails.type', value: 'x' }, { emails: [{ type: 'x' }, { type: 'x' }] }],
    ['what is not there, as add does', { path: 'title', value: 'T' }, { title: 'T' }],
    ['several attributes without a path', { value: { nickName: 'B', title: 'T' } }, { nickName: 'B', title: 'T' }],
    [
      'the primary value',
      { path: 'emails[type eq "home"].primary', value: true },
      { emails: [{ primary: false }, { primary: true }] },
    ],
  ])('sets %s', async (_, operation, expected) => {
    expect(await patched({ op: 'replace', ...operation })).toMatchObject(expected);
  });

  it('keeps what a complex value does not name', async () => {
    const user = await scim.createdUser({ name: { givenName: 'A', familyName: 'Lee' } });
    const { body } = await scim.patch(`/Users/${user.id}`, { op: 'replace', path: 'name', value: { givenName: 'B' } });
    expect(body.name).toEqual({ givenName: 'B', familyName: 'Lee' });
  });

  it.each<[string, unknown]>([
    ['noTarget', { op: 'replace', path: 'emails[type eq "x" or type eq "y"].value', value: 'q' }],
    ['invalidValue', { op: 'replace', path: 'title' }],
    ['invalidValue', { op: 'replace', path: 'title', value: { a: 1 } }],
    ['invalidValue', { op: 'replace', path: 'active', value: 'maybe' }],
    ['invalidValue', { op: 'replace', value: 'x' }],
    ['invalidValue', { op: 'replace', path: 'userName', value: '' }],
    ['invalidPath', { op: 'replace', path: 'emails[type eq "work"', value: 'x' }],
    ['invalidPath', { op: 'replace', path: 'name..x', value: 'x' }],
    ['invalidPath', { op: 'replace', path: '', value: 'x' }],
    ['invalidPath', { op: 'replace', path: 5, value: 'x' }],
    ['invalidPath', { op: 'replace', path: 'name[givenName eq "x"]', value: {} }],
    ['invalidFilter', { op: 'replace', path: 'emails[nope eq "x"].value', value: 'x' }],
    ['mutability', { op: 'replace', path: 'id', value: 'x' }],
    ['mutability', { op: 'replace', path: `${ENTERPRISE}:manager.displayName`, value: 'x' }],
    ['invalidSyntax', { op: 'move', path: 'title' }],
    ['invalidSyntax', { path: 'title', value: 'x' }],
    ['invalidSyntax', null],
  ])('is refused: %s %j', (scimType, operation) => refused(scimType, operation));

  it('refuses the userName of somebody else, and then nothing has changed', async () => {
    const [ava, bo] = [await scim.createdUser(), await scim.createdUser()];
    const operations = [
      { op: 'replace', path: 'title', value: 'x' },
      { op: 'replace', path: 'userName', value: String(bo.userName).toUpperCase() },
    ];
    expectScimError(await scim.patch(`/Users/${ava.id}`, ...operations), 409, 'uniqueness');
    expect(await scim.read(`/Users/${ava.id}`)).toEqual(ava);
  });
});

describe('the message (RFC 7644 §3.5.2)', () => {
  const title = { op: 'replace', path: 'title', value: 'x' };
  it.each([
    {},
    [],
    'text',
    { Operations: [title] },
    { schemas: [PATCH_OP] },
    { schemas: [PATCH_OP], Operations: [] },
    { schemas: [PATCH_OP], Operations: {} },
    { schemas: [USER], Operations: [title] },
  ])('must be one: %j', async (body) => {
    const user = await scim.createdUser();
    expectScimError(await scim.scim('PATCH', `/Users/${user.id}`, JSON.stringify(body)), 400, 'invalidSyntax');
  });

  it('counts its names in any case', async () => {
    const user = await scim.createdUser();
    const body = { SCHEMAS: [PATCH_OP.toUpperCase()], operations: [{ OP: 'Replace', Path: 'TITLE', Value: 'x' }] };
    expect((await scim.scim('PATCH', `/Users/${user.id}`, body)).body.title).toBe('x');
  });
});

describe('PATCH of a group', () => {
  it('answers 204, or the group where attributes are asked for', async () => {
    const user = await scim.createdUser();
    const group = await scim.createdGroup('patched');
    const path = `/Groups/${group.id}`;
    const add = { op: 'add', path: 'members', value: [{ value: user.id }] };
    expect(await scim.patch(path, add)).toMatchObject({ status: 204, text: '' });
    const asked = await scim.patch(`${path}?attributes=members`, add);
    expect(asked).toMatchObject({ status: 200, body: { id: group.id, members: [{ value: user.id }] } });
    expect(Object.keys(asked.body).sort()).toEqual(['id', 'members', 'schemas']);
    const without = await scim.patch(`${path}?excludedAttributes=members`, add);
    expect(without).toMatchObject({ status: 200, body: { displayName: 'patched' } });
    expect(without.body).not.toHaveProperty('members');
  });

  it('refuses what would leave it without a name, or change a member', async () => {
    const user = await scim.createdUser();
    const group = await scim.createdGroup('named', [user.id]);
    for (const [scimType, operation] of [
      ['mutability', { op: 'remove', path: 'displayName' }],
      ['invalidValue', { op: 'replace', value: { displayName: null } }],
      ['mutability', { op: 'replace', path: `members[value eq "${user.id}"].display`, value: 'x' }],
      ['mutability', { op: 'replace', path: 'members.value', value: 'x' }],
      ['invalidValue', { op: 'add', path: 'members', value: [{ display: 'x' }] }],
    ] as const)
      expectScimError(await scim.patch(`/Groups/${group.id}`, operation), 400, scimType);
    expect(await scim.read(`/Groups/${group.id}`)).toEqual(group);
  });

  it.each(['type eq "User"', 'display sw "zo"', 'not (value eq "x")', '$ref co "/Users/"'])(
    'removes the members that a filter selects: %s',
    async (selected) => {
      const [user, inner] = [await scim.createdUser({ displayName: 'Zoe' }), await scim.createdGroup('Inner')];
      const group = await scim.createdGroup('filtered', [user.id, inner.id]);
      const { body } = await scim.patch(`/Groups/${group.id}?attributes=members`, {
        op: 'remove',
        path: `members[${selected}]`,
      });
      const left = ((body.members as Json[] | undefined) ?? []).map((member) => member.value);
      expect(left).toEqual(selected.startsWith('not') ? [] : [inner.id]);
    },
  );
});
