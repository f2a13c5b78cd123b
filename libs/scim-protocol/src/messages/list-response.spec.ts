import { listResponse } from './list-response';

it('has its members in the order of the RFC, Resources last and always there (R15)', () => {
  expect(JSON.stringify(listResponse({ totalResults: 0, startIndex: 1, itemsPerPage: 0, Resources: [] }))).toBe(
    '{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":0,"startIndex":1,"itemsPerPage":0,"Resources":[]}',
  );
});

it('has cursors instead of a start index (P2)', () => {
  const page = { itemsPerPage: 1, Resources: [{ id: 'u' }], nextCursor: 'YkU3', previousCursor: 'ze7L' };
  expect(Object.keys(listResponse(page))).toEqual([
    'schemas',
    'itemsPerPage',
    'nextCursor',
    'previousCursor',
    'Resources',
  ]);
});
