import { DataSource } from 'typeorm';
import { bearer, ENTERPRISE, expectScimError, filter, GROUP, type Json, ScimServer, USER } from './scim-client';

let scim: ScimServer;
let ava: Json & { id: string };
beforeAll(async () => {
  // What is provoked below is no news.
  scim = await ScimServer.start({ LOG_LEVEL: 'fatal' });
  ava = await scim.createdUser({ userName: 'ava@corp.example' });
});
afterAll(() => scim?.stop());

const post = (body: Json) => scim.scim('POST', '/Users', scim.user(body));
const patch = (operation: Json) => scim.patch(`/Users/${ava.id}`, { op: 'add', path: 'title', value: 'x' }, operation);
const find = (text: string) => scim.scim('GET', `/Users?${filter(text)}`);

/** What an administrator reads in Okta's tasks or Entra's logs, word for word (catalogue OK-R3): read it aloud. */
const SENTENCES: [string, number, () => ReturnType<ScimServer['scim']>, string][] = [
  [
    'a name that is taken',
    409,
    () => post({ userName: 'AVA@corp.example' }),
    'A user with the userName "AVA@corp.example" already exists (upper and lower case count as the same).',
  ],
  ['no userName', 400, () => post({ userName: null }), 'userName is required and must not be empty.'],
  ['a list', 400, () => post({ title: ['a', 'b'] }), 'title must be a single value, not a list.'],
  ['too long', 400, () => post({ userName: 'x'.repeat(513) }), 'userName must have at most 512 characters.'],
  ['no boolean', 400, () => post({ active: 'sometimes' }), 'active must be true or false.'],
  [
    'NUL',
    400,
    () => post({ title: 'a\u0000' }),
    'title has a character that cannot be stored (U+0000 or half of a surrogate pair).',
  ],
  [
    'a group at /Users',
    400,
    () => post({ schemas: [GROUP] }),
    `The "schemas" of this User must contain "${USER}"; it names "${GROUP}".`,
  ],
  ['no value', 400, () => patch({ op: 'replace', path: 'title' }), 'Operation 2: the value for title is missing.'],
  [
    'what is read-only',
    400,
    () => patch({ op: 'replace', path: 'groups', value: [] }),
    'Operation 2: groups is read-only; leave it out.',
  ],
  [
    'what is required',
    400,
    () => patch({ op: 'remove', path: 'userName' }),
    'Operation 2: userName is required and cannot be removed.',
  ],
  [
    'nothing selected',
    400,
    () => patch({ op: 'replace', path: 'emails[type ne "x"].value', value: 'y' }),
    'Operation 2: emails has no value that the path selects.',
  ],
  [
    'a path that breaks off',
    400,
    () => patch({ op: 'replace', path: 'emails[type eq "x"', value: 'y' }),
    'Operation 2: the path cannot be read at column 19: a closing bracket is expected; nothing more follows.',
  ],
  [
    'a wrong operator',
    400,
    () => find('userName is "a"'),
    'The filter cannot be read at column 10: an operator is expected (eq, ne, co, sw, ew, gt, ge, lt, le or pr); found: is "a".',
  ],
  [
    'too many brackets',
    400,
    () => find('userName eq "a")'),
    'The filter cannot be read at column 16: only "and", "or" or the end can follow here; found: ).',
  ],
  ['an unknown attribute', 400, () => find('shoe eq 1'), 'User has no attribute "shoe".'],
  ['a password', 400, () => find('password eq "x"'), '"password" cannot be used in a filter.'],
  [
    'a whole extension',
    400,
    () => find(`${ENTERPRISE} pr`),
    `"${ENTERPRISE}" is a whole extension; name an attribute of it.`,
  ],
  ['nobody', 404, () => scim.scim('GET', '/Users/u1'), 'There is no User with the id "u1". It may have been deleted.'],
  [
    'no endpoint',
    404,
    () => scim.scim('GET', '/Devices'),
    'There is no endpoint /Devices. Resources are at /Users, /Groups, /Roles, /Entitlements.',
  ],
  ['no method', 405, () => scim.scim('DELETE', '/Users'), 'DELETE is not possible here; use GET, POST.'],
  [
    'an old version',
    412,
    () => scim.scim('PUT', `/Users/${ava.id}`, scim.user(), { 'if-match': 'W/"0"' }),
    'The resource has changed meanwhile: its version is W/"1", the request expected W/"0". Read it again.',
  ],
  [
    'no JSON',
    415,
    () => scim.scim('POST', '/Users', '<user/>', { 'content-type': 'text/xml' }),
    'Send JSON: Content-Type application/scim+json or application/json.',
  ],
  [
    'a wrong token',
    401,
    () => scim.scim('GET', '/Users', undefined, bearer('wrong')),
    'The bearer token is missing, unknown, expired or revoked. Paste a current SCIM token.',
  ],
];

it.each(SENTENCES)('%s', async (_, status, ask, sentence) => {
  const answer = await ask();
  expectScimError(answer, status, answer.body.scimType as string | undefined);
  expect(answer.body.detail).toBe(sentence);
});

it('tells of no internals when something was not foreseen, but which request it was', async () => {
  // The one way to make the product fail: its database loses a table.
  await scim.server.app.get(DataSource).query('ALTER TABLE entitlements RENAME TO gone');
  try {
    const answer = await scim.scim('GET', '/Roles', undefined, { 'x-request-id': 'req-7' });
    expectScimError(answer, 500);
    expect(answer.body.detail).toBe('Something went wrong here. Quote request req-7 to the operator.');
    expect(answer.text).not.toMatch(/entitlements|relation|select|at .*\.ts/i);
  } finally {
    await scim.server.app.get(DataSource).query('ALTER TABLE gone RENAME TO entitlements');
  }
});
