import { created, gone, group, list, patched, Reply, scimError, user } from './checks';
import { ERROR, LIST_RESPONSE } from './payloads';

const SCIM = { 'content-type': 'application/scim+json' };
const reply = (status: number, body?: unknown, headers: Reply['headers'] = SCIM): Reply => ({
  status,
  headers,
  body,
  text: body === undefined ? '' : JSON.stringify(body),
});
const ava = { id: 'u1', userName: 'ava@corp.example', active: true };

describe('what Okta needs of a user', () => {
  const check = created(user({ userName: ava.userName, active: true }));

  it('is met by the resource and its location', () => {
    expect(check(reply(201, ava, { ...SCIM, location: 'http://h/Users/u1' }))).toEqual([]);
  });

  it.each<[string, Reply, RegExp]>([
    ['another status', reply(200, ava), /status should be 201/],
    ['an empty 201 (OK-C4)', reply(201), /body is empty/],
    ['no Location', reply(201, ava), /Location/],
    [
      'an HTML page',
      { ...reply(201, undefined, { 'content-type': 'text/html' }), text: '<html>' },
      /not a JSON object/,
    ],
    ['plain JSON', reply(201, ava, { 'content-type': 'application/json', location: 'x' }), /Content-Type/],
    ['no id', reply(201, { ...ava, id: undefined }), /id should be a text/],
    ['active as text', reply(201, { ...ava, active: 'true' }), /active should be true or false/],
    ['another userName', reply(201, { ...ava, userName: 'AVA' }), /userName should be "ava@corp.example", is "AVA"/],
    ['the password', reply(201, { ...ava, password: 'x' }), /password is returned/],
  ])('is not met by %s', (_, given, fault) => expect(check(given).join()).toMatch(fault));

  it('accepts a charset parameter', () => {
    expect(user()(reply(200, ava, { 'content-type': 'application/scim+json; charset=utf-8' }))).toEqual([]);
  });
});

describe('what Okta needs of a list', () => {
  const asked = { startIndex: 1, count: 2 };
  const good = { schemas: [LIST_RESPONSE], totalResults: 5, startIndex: 1, itemsPerPage: 1, Resources: [ava] };

  it('is met by integers that agree', () => expect(list(asked)(reply(200, good))).toEqual([]));

  it.each([
    ['text instead of integers', { totalResults: '5' }, /totalResults should be an integer/],
    ['an itemsPerPage that did not come (OK-I2)', { itemsPerPage: 2 }, /itemsPerPage should be the 1 returned/],
    ['another startIndex', { startIndex: 0 }, /startIndex should be 1/],
    ['more than asked for', { Resources: [ava, ava, ava], itemsPerPage: 3 }, /3 resources came where 2/],
    ['a total below what came', { totalResults: 0 }, /less than what came/],
    ['no Resources', { Resources: undefined }, /Resources should be an array/],
    ['another schema', { schemas: [] }, /schemas/],
  ])('is not met by %s', (_, change, fault) =>
    expect(list(asked)(reply(200, { ...good, ...change })).join()).toMatch(fault),
  );
});

describe('what Okta needs of a group', () => {
  const sales = { id: 'g1', displayName: 'Sales', members: [{ value: 'a' }, { value: 'b' }] };
  const check = group({ id: 'g1', members: new Set(['a', 'b']) });

  it('is met by exactly these members', () => expect(check(reply(200, sales))).toEqual([]));

  it.each([
    ['a member who is missing', [{ value: 'a' }], /1 of 2 members are missing/],
    ['a member too many', [{ value: 'a' }, { value: 'b' }, { value: 'c' }], /1 members are there that should not/],
    ['a member twice', [{ value: 'a' }, { value: 'b' }, { value: 'b' }], /listed twice/],
    ['no members at all (OK-I5)', null, /members should be an array/],
  ])('is not met by %s', (_, members, fault) => expect(check(reply(200, { ...sales, members })).join()).toMatch(fault));
});

describe('what Okta needs of other answers', () => {
  it('takes 204 for a PATCH and a DELETE, without a body', () => {
    expect(patched(user())(reply(204))).toEqual([]);
    expect(gone(reply(204))).toEqual([]);
    expect(gone(reply(204, {})).join()).toMatch(/no body/);
    expect(patched(user())(reply(500, { detail: 'out of luck' })).join()).toMatch(
      /200 or 204; the server says: out of luck/,
    );
  });

  it('wants errors as SCIM, with words (OK-M5, OK-C3)', () => {
    const error = { schemas: [ERROR], status: '409', scimType: 'uniqueness', detail: 'taken' };
    const check = scimError(409, 'uniqueness');
    expect(check(reply(409, error))).toEqual([]);
    expect(check(reply(409, { ...error, status: 409 })).join()).toMatch(/"409", is 409/);
    expect(check(reply(409, { ...error, scimType: undefined })).join()).toMatch(/uniqueness/);
    expect(check(reply(409, { ...error, detail: '' })).join()).toMatch(/detail/);
    expect(check(reply(409, { ...error, schemas: [] })).join()).toMatch(/schemas/);
    expect(check(reply(409, undefined, { 'content-type': 'text/html' })).join()).toMatch(/Content-Type/);
  });
});
