import type { Json, JsonObject } from '../schema/types';
import { MAX_PAGE_SIZE } from './limits';
import { parseQuery, parseSearchRequest } from './search-request';
import { SEARCH_REQUEST_URN } from './urns';

const body = (members: { [name: string]: Json }): Json => ({ schemas: [SEARCH_REQUEST_URN], ...members });
const refused = (run: () => unknown, scimType: string) =>
  expect(run).toThrow(expect.objectContaining({ status: 400, scimType }));

describe('a query', () => {
  it('has defaults, and ignores what it does not know (R22)', () => {
    const defaults = { sortOrder: 'ascending', startIndex: 1 };
    expect(parseQuery({})).toEqual(defaults);
    expect(parseQuery({ foo: 'bar', aadOptscim062020: '', count: '', attributes: ' ', sortBy: '' })).toEqual(defaults);
    expect(parseQuery({ foo: { nested: ['x'] }, __proto__: 'x' })).toEqual(defaults);
  });

  it('is read in any case of the names', () => {
    expect(
      parseQuery({
        FILTER: 'userName eq "a"',
        startindex: '101',
        Count: '50',
        sortby: 'userName',
        SORTORDER: 'Descending',
        excludedattributes: 'members',
      }),
    ).toEqual({
      filter: 'userName eq "a"',
      startIndex: 101,
      count: 50,
      sortBy: 'userName',
      sortOrder: 'descending',
      excludedAttributes: 'members',
    });
  });

  it('bends numbers that are out of range (R16–R19)', () => {
    expect(parseQuery({ startIndex: '-5' }).startIndex).toBe(1);
    expect(parseQuery({ startIndex: '0' }).startIndex).toBe(1);
    expect(parseQuery({ startIndex: '9'.repeat(40) }).startIndex).toBe(2 ** 31 - 1);
    expect(parseQuery({ count: '-3' }).count).toBe(0);
    expect(parseQuery({ count: '0' }).count).toBe(0);
    expect(parseQuery({ count: '100000' }).count).toBe(MAX_PAGE_SIZE);
  });

  it('refuses what is no number or no order', () => {
    for (const count of ['x', '1.5', '1e3', '0x10', 'NaN', '1 2']) refused(() => parseQuery({ count }), 'invalidValue');
    refused(() => parseQuery({ startIndex: 'first' }), 'invalidValue');
    refused(() => parseQuery({ sortOrder: 'up' }), 'invalidValue');
    refused(() => parseQuery({ count: { a: '1' } }), 'invalidValue');
    refused(() => parseQuery({ filter: ' ' }), 'invalidFilter');
  });

  it('is stricter about count with a cursor (P1, P5)', () => {
    expect(parseQuery({ cursor: '', count: '10' })).toMatchObject({ cursor: '', count: 10 });
    refused(() => parseQuery({ cursor: 'VZUT', count: '-1' }), 'invalidCount');
    refused(() => parseQuery({ cursor: '', count: String(MAX_PAGE_SIZE + 1) }), 'invalidCount');
    expect(parseQuery({ cursor: 'VZUT' })).not.toHaveProperty('count');
  });

  it('adds up repeated lists and refuses other repetitions', () => {
    expect(parseQuery({ attributes: ['userName', 'emails'], ATTRIBUTES: 'id' }).attributes).toBe('userName,emails,id');
    refused(() => parseQuery({ filter: ['a pr', 'b pr'] }), 'invalidValue');
    refused(() => parseQuery({ count: '1', COUNT: '2' }), 'invalidValue');
  });
});

describe('a search request', () => {
  it('says the same in a body (R23, P7)', () => {
    expect(
      parseSearchRequest(
        body({
          attributes: ['displayName', 'userName'],
          Filter: 'displayName sw "a"',
          startIndex: 1,
          COUNT: 10,
          sortOrder: null,
        }),
      ),
    ).toEqual({
      attributes: 'displayName,userName',
      filter: 'displayName sw "a"',
      sortOrder: 'ascending',
      startIndex: 1,
      count: 10,
    });
    expect(parseSearchRequest(body({ cursor: '', count: '10', attributes: 'id,userName' }))).toMatchObject({
      cursor: '',
      count: 10,
      attributes: 'id,userName',
    });
  });

  it('must be one', () => {
    for (const wrong of [null, [], 'x', {}, { schemas: ['urn:x'] }, { schemas: {} }] as Json[]) {
      refused(() => parseSearchRequest(wrong), 'invalidSyntax');
    }
    for (const wrong of [
      { count: 1.5 },
      { count: true },
      { filter: 7 },
      { attributes: [1] },
      { attributes: {} },
    ] as JsonObject[]) {
      refused(() => parseSearchRequest(body(wrong)), 'invalidValue');
    }
  });
});
