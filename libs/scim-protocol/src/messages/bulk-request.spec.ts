import fc from 'fast-check';
import { ScimError } from '../errors';
import type { Json, JsonObject } from '../schema/types';
import { checkBulkPayload, parseBulkRequest } from './bulk-request';
import { BULK_REQUEST_URN } from './urns';

const limits = { maxOperations: 3, maxPayloadSize: 100 };
const bulk = (Operations: Json, more: JsonObject = {}) =>
  parseBulkRequest({ schemas: [BULK_REQUEST_URN], Operations, ...more }, limits);
const one = (operation: Json) => bulk([operation]).operations[0];
const post = { method: 'POST', path: '/Users', bulkId: 'q1', data: { userName: 'a' } };

it('reads operations of every method (R65)', () => {
  expect(
    bulk(
      [
        post,
        {
          method: 'patch',
          path: 'https://id.corp.example/scim/v2/Groups/g%201',
          version: 'W/"3"',
          DATA: { Operations: [] },
        },
        { Method: 'Delete', path: 'Users/bulkId:q1', data: { ignored: true } },
      ],
      { failOnErrors: 1 },
    ),
  ).toEqual({
    failOnErrors: 1,
    operations: [
      { method: 'POST', endpoint: '/Users', bulkId: 'q1', data: { userName: 'a' } },
      { method: 'PATCH', endpoint: '/Groups', id: 'g 1', version: 'W/"3"', data: { Operations: [] } },
      { method: 'DELETE', endpoint: '/Users', id: 'bulkId:q1' },
    ],
  });
});

it.each<[string, Json]>([
  ['must be a JSON object', 7],
  ['"method"', { ...post, method: 'GET' }],
  ['"method"', { path: '/Users' }],
  ['"bulkId"', { ...post, bulkId: null }],
  ['"bulkId"', { ...post, bulkId: 7 }],
  ['"path"', { ...post, path: '' }],
  ['like "/Users"', { ...post, path: '/Users/7' }],
  ['like "/Users/{id}"', { ...post, method: 'PUT' }],
  ['like "/Users/{id}"', { ...post, method: 'DELETE', path: '/Users/a/b' }],
  ['like "/Users/{id}"', { ...post, method: 'DELETE', path: '//' }],
  ['well encoded', { ...post, method: 'DELETE', path: '/Users/%zz' }],
  ['"data"', { ...post, data: null }],
  ['"data"', { ...post, data: [] }],
  ['"version"', { ...post, version: 3 }],
  ['characters', { ...post, path: `/${'x'.repeat(3_000)}` }],
])('keeps a fault with its operation: %s (R68)', (about, operation) => {
  const { operations } = bulk([operation, { ...post, bulkId: 'q2' }]);
  expect(operations[0]?.error).toBeInstanceOf(ScimError);
  expect(operations[0]?.error?.detail).toContain(about);
  expect(operations[1]?.error).toBeUndefined();
});

it('says of a faulty operation what could be read', () => {
  expect(one({ ...post, data: 'x', version: 'v' })).toMatchObject({ method: 'POST', bulkId: 'q1', version: 'v' });
  expect(one({ method: {}, bulkId: [] })).toEqual({ error: expect.any(ScimError) as ScimError });
});

it('takes a bulkId once', () => {
  const { operations } = bulk([post, post]);
  expect(operations[0]?.error).toBeUndefined();
  expect(operations[1]?.error?.detail).toContain('earlier operation');
});

it('refuses the whole message only when it is none', () => {
  const syntax = expect.objectContaining({ status: 400, scimType: 'invalidSyntax' }) as Error;
  for (const wrong of [null, [], {}, { schemas: ['urn:x'], Operations: [post] }] as Json[]) {
    expect(() => parseBulkRequest(wrong)).toThrow(syntax);
  }
  for (const wrong of [[], {}, 'x', null] as Json[]) expect(() => bulk(wrong)).toThrow(syntax);
  for (const failOnErrors of [0, -1, 1.5, 'x', {}] as Json[]) {
    expect(() => bulk([post], { failOnErrors })).toThrow(expect.objectContaining({ scimType: 'invalidValue' }));
  }
});

it('names the limit that is passed (R69)', () => {
  const tooLarge = (limit: string) =>
    expect.objectContaining({ status: 413, detail: expect.stringContaining(limit) as string }) as Error;
  expect(() => bulk([post, post, post, post])).toThrow(tooLarge('at most 3 operations (maxOperations)'));
  expect(() => checkBulkPayload(101, limits)).toThrow(tooLarge('at most 100 bytes (maxPayloadSize)'));
  expect(() => checkBulkPayload(100, limits)).not.toThrow();
});

it('fails on any JSON with SCIM errors alone', () => {
  fc.assert(
    fc.property(
      fc.array(fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>, { minLength: 1, maxLength: 3 }),
      (operations) => {
        expect(bulk(operations).operations).toHaveLength(operations.length);
      },
    ),
  );
});
