import { differences } from './facts';
import { encodedPath } from './wire-client';

describe('facts of a body', () => {
  const body = { totalResults: 2, schemas: ['a', 'b'], Resources: [{ id: '1', active: true }, { id: '2' }], empty: [] };

  it.each([
    [{ totalResults: 2, schemas: ['b'] }],
    [{ totalResults: 'int', Resources: 'array', empty: [] }],
    [{ Resources: [{ id: '2' }, { active: true }] }],
    [{ schemas: ['<non-empty>'] }],
    [{ keys: ['schemas', 'empty', 'Resources', 'totalResults'] }],
  ])('hold: %j', (facts) => expect(differences(facts, body)).toEqual([]));

  it.each([
    [{ totalResults: '2' }, 'body.totalResults should be "2", is 2'],
    [{ totalResults: 'int ≤2', absent: 1 }, 'body.absent should be 1, is absent'],
    [{ Resources: [] }, 'body.Resources should be empty, is [{"id":"1","active":true},{"id":"2"}]'],
    [{ Resources: [{ id: '1', active: false }] }, 'body.Resources[0].active should be false, is true'],
    [{ empty: ['x'] }, 'body.empty should have "x", is empty'],
    [{ keys: ['schemas'] }, 'body should have exactly schemas, has Resources,empty,schemas,totalResults'],
    [{ schemas: { a: 1 } }, 'body.schemas should be an object, is ["a","b"]'],
  ])('do not hold: %j', (facts, sentence) => expect(differences(facts, body)).toEqual([sentence]));
});

describe('a raw query', () => {
  it.each([
    ['/Users?filter=title ne "Boss"', '/Users?filter=title%20ne%20%22Boss%22'],
    ['/Users?filter=userName+eq+%22a%40b%22&count=1', '/Users?filter=userName+eq+%22a%40b%22&count=1'],
    [
      '/Groups?filter=id eq "1"&excludedAttributes=members',
      '/Groups?filter=id%20eq%20%221%22&excludedAttributes=members',
    ],
    ['/Users?cursor=&count=10', '/Users?cursor=&count=10'],
    ['/Users/1', '/Users/1'],
  ])('%s becomes %s', (raw, encoded) => expect(encodedPath(raw)).toBe(encoded));
});
