import * as fc from 'fast-check';
import { BULK, CUSTOM, ENTERPRISE, GROUP, PATCH_OP, SEARCH, USER } from './scim-client';

/** JSON writes half a surrogate pair as an escape, an address cannot. */
const wellFormed = (text: string) => Buffer.from(text).toString();

const name = fc.constantFrom(
  ...[
    'userName',
    'displayName',
    'name',
    'name.givenName',
    'emails',
    'emails.value',
    'emails[type eq "work"]',
    'active',
  ],
  ...[
    'members',
    'members[value eq "x"]',
    'members.value',
    'externalId',
    'id',
    'meta',
    'meta.created',
    'schemas',
    'groups',
  ],
  ...['password', 'title', 'addresses[type eq "home"].locality', 'x509Certificates', 'description', 'type', 'primary'],
  ...[
    ENTERPRISE,
    `${ENTERPRISE}:manager`,
    `${ENTERPRISE}:manager.value`,
    `${CUSTOM}:x`,
    USER,
    GROUP,
    `${USER}:userName`,
  ],
  ...['__proto__', 'constructor', 'toString', '', '.', 'a.b.c', 'urn:', '$ref', 'NAME', 'é', '\u0000', 'x'.repeat(300)],
);
const scalar = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    false,
    '',
    'True',
    'work',
    0,
    -1,
    1e308,
    2 ** 53,
    '\u0000',
    '\ud800',
    '2020-01-01T00:00:00Z',
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.double(),
  fc.constantFrom('W/"1"', 'bulkId:a', 'bulkId:', '%00', "' or 1=1 --", '${x}', 'a'.repeat(600)),
);
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    scalar,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(name, tie('value'), { maxKeys: 4 }),
  ),
}));
const member = fc.oneof(fc.record({ value: fc.oneof(scalar, fc.constantFrom(...['$id'])), display: scalar }), value);
const emails = fc.array(
  fc.record({ value: fc.string(), type: fc.constantFrom('work', 'home'), primary: fc.boolean() }),
  {
    maxLength: 3,
  },
);
const junk = (valid: fc.Arbitrary<unknown>) =>
  fc.oneof({ weight: 4, arbitrary: valid }, { weight: 1, arbitrary: value });
const user = fc.record(
  {
    schemas: junk(fc.constant([USER])),
    userName: junk(fc.uuid()),
    name: junk(fc.record({ givenName: fc.string(), familyName: fc.string() })),
    emails: junk(emails),
    active: junk(fc.constantFrom(true, false, 'True', 'false')),
    [ENTERPRISE]: junk(fc.record({ department: fc.string(), manager: fc.string() })),
    [CUSTOM]: junk(fc.dictionary(fc.string(), scalar)),
  },
  { requiredKeys: ['userName'] },
);
const group = fc.record(
  { schemas: fc.constant([GROUP]), displayName: junk(fc.string()), members: junk(fc.array(member, { maxLength: 3 })) },
  { requiredKeys: ['displayName'] },
);
const resource = fc.oneof(
  { weight: 4, arbitrary: user },
  { weight: 3, arbitrary: group },
  { weight: 1, arbitrary: value },
);
const operation = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record(
      {
        op: fc.constantFrom('add', 'Remove', 'replace'),
        path: name,
        value: fc.oneof(value, fc.array(member, { maxLength: 2 })),
      },
      { requiredKeys: ['op'] },
    ),
  },
  { weight: 1, arbitrary: value },
);
const patch = fc.record({
  schemas: fc.constant([PATCH_OP]),
  Operations: fc.oneof(fc.array(operation, { maxLength: 4 }), value),
});
const literal = fc.oneof(
  scalar.map((v) => JSON.stringify(v) ?? 'x'),
  fc.constantFrom('bare', "'single'", '"', '\\', '1e9', 'null'),
);
const { filter } = fc.letrec<{ filter: string; comparison: string }>((tie) => ({
  comparison: fc.oneof(
    fc
      .tuple(name, fc.constantFrom('eq', 'ne', 'co', 'sw', 'ew', 'gt', 'GE', 'lt', 'le', 'xx', ''), literal)
      .map((parts) => parts.join(' ')),
    name.map((attribute) => `${attribute} pr`),
  ),
  filter: fc.oneof(
    { maxDepth: 3 },
    tie('comparison'),
    fc.tuple(tie('filter'), fc.constantFrom('and', 'or', 'AND', ''), tie('filter')).map((parts) => parts.join(' ')),
    tie('filter').map((inner) => `not (${inner})`),
    tie('filter').map((inner) => `(${inner}`),
    fc.tuple(name, tie('comparison')).map(([attribute, inner]) => `${attribute}[${inner}]`),
    fc.tuple(tie('comparison'), literal).map(([inner, v]) => `emails[${inner}].value eq ${v}`),
  ),
}));
const search = fc.record(
  {
    schemas: fc.constant([SEARCH]),
    filter: fc.oneof(filter, scalar),
    sortBy: fc.oneof(name, scalar),
    sortOrder: scalar,
    startIndex: scalar,
    count: scalar,
    cursor: scalar,
    attributes: fc.oneof(fc.array(name, { maxLength: 3 }), value),
    excludedAttributes: name,
  },
  { requiredKeys: ['schemas'] },
);
const bulk = fc.record({
  schemas: fc.constant([BULK]),
  failOnErrors: fc.constantFrom(undefined, 1, 0, 'x'),
  Operations: fc.array(
    fc.oneof(
      fc.record(
        {
          method: fc.constantFrom('POST', 'put', 'PATCH', 'DELETE', 'GET'),
          path: fc.constantFrom(
            '/Users',
            '/Groups',
            '/Users/$id',
            '/Groups/bulkId:a',
            '/Users/bulkId:b',
            '/Roles',
            '/x',
            '',
            '/Users/%',
          ),
          bulkId: fc.constantFrom('a', 'b', '', '__proto__', 5),
          version: scalar,
          data: fc.oneof(resource, patch),
        },
        { requiredKeys: [] },
      ),
      value,
    ),
    { maxLength: 5 },
  ),
});
const someQuery = fc
  .array(
    fc.oneof(
      filter.map((text) => `filter=${encodeURIComponent(wellFormed(text))}`),
      fc
        .tuple(
          fc.constantFrom(
            'startIndex',
            'count',
            'sortBy',
            'sortOrder',
            'attributes',
            'excludedAttributes',
            'cursor',
            'x',
          ),
          fc.oneof(scalar, name),
        )
        .map(([key, v]) => `${key}=${encodeURIComponent(wellFormed(String(v)))}`),
      fc.constantFrom('filter', '=', '&&', 'count=%zz', 'filter=%ff', 'attributes[]=a', '__proto__=x', 'a[b][c]=d'),
    ),
    { maxLength: 3 },
  )
  .map((parts) => (parts.length ? `?${parts.join('&')}` : ''));
const query = fc.oneof({ weight: 3, arbitrary: fc.constant('') }, { weight: 1, arbitrary: someQuery });
const anyPath = fc.constantFrom(
  ...[
    '/Users',
    '/Users/$id',
    '/Users/$id',
    '/Groups',
    '/Groups/$group',
    '/Groups/$group',
    '/Roles',
    '/Entitlements/$id',
    '',
  ],
  ...[
    '/.search',
    '/Users/.search',
    '/Groups/.search',
    '/Bulk',
    '/Bulk',
    '/Schemas',
    '/Me',
    '/Users/%00',
    '/Users/none',
    '/x/y/z',
  ],
);
const match = fc.constantFrom(undefined, undefined, '*', 'W/"1"', 'x', ',');
const to = (method: string, paths: string[], body: fc.Arbitrary<unknown>) =>
  fc.record({ method: fc.constant(method), path: fc.constantFrom(...paths), query, body, match });
/** A request to some endpoint, mostly one that makes sense there. `$id` and `$group` stand for ones that exist. */
export const anyRequest = fc.oneof(
  { weight: 3, arbitrary: to('POST', ['/Users', '/Groups', '/Roles'], resource) },
  { weight: 3, arbitrary: to('PUT', ['/Users/$id', '/Groups/$group'], resource) },
  { weight: 6, arbitrary: to('PATCH', ['/Users/$id', '/Groups/$group'], patch) },
  { weight: 2, arbitrary: to('POST', ['/.search', '/Users/.search', '/Groups/.search'], search) },
  {
    weight: 3,
    arbitrary: to('GET', ['/Users', '/Groups', '', '/Users/$id', '/Groups/$group'], fc.constant(undefined)),
  },
  { weight: 1, arbitrary: to('POST', ['/Bulk'], bulk) },
  {
    weight: 3,
    arbitrary: fc.record({
      method: fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE'),
      path: anyPath,
      query,
      body: fc.oneof(resource, patch, search, bulk, value),
      match,
    }),
  },
);
