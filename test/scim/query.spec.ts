import {
  BULK,
  CUSTOM,
  ENTERPRISE,
  expectScimError,
  filter,
  GROUP,
  type Json,
  LIST,
  ScimServer,
  SEARCH,
  USER,
} from './scim-client';

let scim: ScimServer;
const ids: Record<string, string> = {};

beforeAll(async () => {
  scim = await ScimServer.start();
  const people: Record<string, Json> = {
    ava: {
      displayName: 'Ava Lee',
      title: 'Boss',
      emails: [{ value: 'ava@a.example', type: 'work' }],
      externalId: 'X1',
    },
    bo: { displayName: 'bo diaz', name: { familyName: 'Diaz' }, active: false, [ENTERPRISE]: { department: 'Sales' } },
    cy: { displayName: 'Cy Roe', emails: [{ value: 'cy@b.example' }, { value: 'a@a.example', primary: true }] },
  };
  for (const [name, more] of Object.entries(people))
    ids[name] = (await scim.createdUser({ userName: `${name}@query.example`, ...more })).id;
  ids.sales = (await scim.createdGroup('Sales', [ids.ava!])).id;
});
afterAll(() => scim?.stop());

const found = async (text: string, endpoint = '/Users'): Promise<string[]> => {
  const answer = await scim.scim('GET', `${endpoint}?${filter(text)}`);
  expect({ filter: text, ...answer }).toMatchObject({ filter: text, status: 200 });
  const names = new Map(Object.entries(ids).map(([name, id]) => [id, name]));
  return (answer.body.Resources as Json[]).map((resource) => names.get(resource.id as string)!).sort();
};

describe('filters (RFC 7644 §3.4.2.2)', () => {
  it.each<[string, string[]]>([
    ['userName eq "AVA@query.example"', ['ava']],
    ['USERNAME EQ "ava@query.example"', ['ava']],
    [`${USER}:userName sw "b"`, ['bo']],
    ['displayName co "o"', ['bo', 'cy']],
    ['displayName ew "LEE"', ['ava']],
    ['title pr', ['ava']],
    ['not (title pr)', ['bo', 'cy']],
    ['title ne "Boss"', ['bo', 'cy']],
    ['active eq false', ['bo']],
    ['externalId eq "X1"', ['ava']],
    ['externalId eq "x1"', []],
    ['emails co "a.example"', ['ava', 'cy']],
    ['emails.value eq "cy@b.example"', ['cy']],
    ['emails[type eq "work" and value co "a.example"]', ['ava']],
    ['emails[type eq "work"].value eq "ava@a.example"', ['ava']],
    ['emails pr', ['ava', 'cy']],
    ['name.familyName eq "diaz"', ['bo']],
    [`${ENTERPRISE}:department eq "sales"`, ['bo']],
    [`schemas eq "${ENTERPRISE}"`, ['bo']],
    [`${CUSTOM}:badge pr`, []],
    ['groups.display eq "Sales"', ['ava']],
    ['meta.resourceType eq "User"', ['ava', 'bo', 'cy']],
    ['meta.resourceType eq User', ['ava', 'bo', 'cy']],
    ['meta.created lt "2001-01-01T00:00:00+02:00"', []],
    ['meta.lastModified ge "2011-05-13T04:42:34Z"', ['ava', 'bo', 'cy']],
    ['title pr or userName sw "b" and active eq true', ['ava']],
    ['(title pr or userName sw "b") and active eq false', ['bo']],
    ['userName eq "it\\"s \\\\ \\u0041"', []],
    ['title eq null', ['bo', 'cy']],
  ])('%s', async (text, expected) => expect(await found(text)).toEqual(expected));

  it.each<[string, string[]]>([
    ['members.value eq "<ava>"', ['sales']],
    ['members eq "<ava>" and displayName eq "SALES"', ['sales']],
    ['members[value eq "<bo>"]', []],
  ])('of groups: %s', async (text, expected) =>
    expect(
      await found(
        text.replace(/<(\w+)>/, (_, name: string) => ids[name]!),
        '/Groups',
      ),
    ).toEqual(expected),
  );

  it.each([
    'userName',
    'userName eq',
    'userName xx "a"',
    'userName eq "a',
    'userName eq "a" and',
    '(userName eq "a"',
    'userName eq "a")',
    "userName eq 'a'",
    'not userName pr',
    'emails[type eq "work"',
    'emails[emails[type eq "x"]]',
    'active gt true',
    'active co "t"',
    'active eq 1',
    'meta.created gt "yesterday"',
    'password eq "x"',
    'password pr',
    'nope eq "x"',
    'name eq "x"',
    `${ENTERPRISE} pr`,
    `${ENTERPRISE}:nope eq "x"`,
    'constructor pr',
    '__proto__ pr',
    'emails[__proto__ eq "x"]',
    ' ',
    '\u0000',
    'userName eq "\\u0000"',
    `userName eq "${'x'.repeat(16_384)}"`,
    `${'('.repeat(500)}userName pr${')'.repeat(500)}`,
    Array.from({ length: 500 }, (_, i) => `title eq "${i}"`).join(' or '),
  ])('that cannot be answered are refused, both ways (%#)', async (text) => {
    expectScimError(await scim.scim('GET', `/Users?${filter(text)}`), 400, 'invalidFilter');
    expectScimError(
      await scim.scim('POST', '/Users/.search', { schemas: [SEARCH], filter: text }),
      400,
      'invalidFilter',
    );
  });

  it('of ten thousand clauses cost nothing', async () => {
    const text = Array.from({ length: 10_000 }, (_, i) => `userName eq "u${i}"`).join(' or ');
    const started = performance.now();
    expectScimError(
      await scim.scim('POST', '/Users/.search', { schemas: [SEARCH], filter: text }),
      400,
      'invalidFilter',
    );
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});

describe('the list (RFC 7644 §3.4.2)', () => {
  it('is a ListResponse that counts what matches and what it holds', async () => {
    const { headers, body } = await scim.scim('GET', '/Users?count=2');
    expect(headers['content-type']).toBe('application/scim+json');
    expect(body).toMatchObject({ schemas: [LIST], totalResults: 3, startIndex: 1, itemsPerPage: 2 });
    expect(body.Resources).toHaveLength(2);
  });

  it('holds each resource as its own GET does', async () => {
    for (const endpoint of ['/Users', '/Groups'])
      for (const resource of (await scim.read(endpoint)).Resources as Json[])
        expect(resource).toEqual(await scim.read(`${endpoint}/${resource.id as string}`));
  });

  it('without a match is 200, none, and a list all the same', async () => {
    expect(await scim.scim('GET', `/Users?${filter('userName eq "nobody"')}`)).toMatchObject({
      status: 200,
      body: { schemas: [LIST], totalResults: 0, startIndex: 1, itemsPerPage: 0, Resources: [] },
    });
  });

  it.each<[string, Json]>([
    ['startIndex=0', { startIndex: 1, itemsPerPage: 3 }],
    ['startIndex=-7', { startIndex: 1, itemsPerPage: 3 }],
    ['startIndex=3', { startIndex: 3, itemsPerPage: 1 }],
    ['startIndex=4', { startIndex: 4, itemsPerPage: 0 }],
    ['startIndex=99999999999999999999999', { totalResults: 3, itemsPerPage: 0 }],
    ['count=0', { totalResults: 3, itemsPerPage: 0, Resources: [] }],
    ['count=-2147483649', { totalResults: 3, itemsPerPage: 0 }],
    ['count=2147483648', { totalResults: 3, itemsPerPage: 3 }],
    ['count=', { itemsPerPage: 3 }],
    ['COUNT=1&STARTINDEX=2', { startIndex: 2, itemsPerPage: 1 }],
    ['foo=bar&aadOptscim062020', { itemsPerPage: 3 }],
  ])('pages by index: %s', async (query, expected) => {
    expect(await scim.scim('GET', `/Users?${query}`)).toMatchObject({
      status: 200,
      body: { totalResults: 3, ...expected },
    });
  });

  it.each([
    'startIndex=1e308',
    'startIndex=1.5',
    'count=abc',
    'count=NaN',
    'count=1&count=2',
    'sortOrder=up',
    'sortBy=nope',
    'sortBy=password',
  ])('refuses %s', async (query) => expectScimError(await scim.scim('GET', `/Users?${query}`), 400, 'invalidValue'));

  it('pages by cursor to the end, and only forwards in the same list (RFC 9865)', async () => {
    const seen: unknown[] = [];
    for (let next: string | undefined = ''; next !== undefined;) {
      const { body } = await scim.scim('GET', `/Users?count=2&cursor=${next}`);
      expect(body).toMatchObject({ totalResults: 3 });
      expect(body).not.toHaveProperty('startIndex');
      seen.push(...(body.Resources as Json[]).map((resource) => resource.id));
      next = body.nextCursor as string | undefined;
      if (next === undefined) break;
      expect(next).toMatch(/^[A-Za-z0-9._~-]+$/);
      expectScimError(await scim.scim('GET', `/Users?count=2&sortBy=title&cursor=${next}`), 400, 'invalidCursor');
      expectScimError(await scim.scim('GET', `/Groups?count=2&cursor=${next}`), 400, 'invalidCursor');
      expectScimError(await scim.scim('GET', `/Users?count=1&cursor=${next}`), 400, 'invalidCount');
    }
    expect(seen).toEqual([ids.ava, ids.bo, ids.cy]);
    expectScimError(await scim.scim('GET', '/Users?cursor=forged'), 400, 'invalidCursor');
  });

  it.each<[string, string[]]>([
    ['sortBy=userName', ['ava', 'bo', 'cy']],
    ['sortBy=userName&sortOrder=descending', ['cy', 'bo', 'ava']],
    ['sortBy=displayName', ['ava', 'bo', 'cy']],
    // By the primary value, else the first; who has none comes last, and first the other way (R20).
    ['sortBy=emails', ['cy', 'ava', 'bo']],
    ['sortBy=emails.value&sortOrder=Descending', ['bo', 'ava', 'cy']],
    ['sortBy=name.familyName', ['bo', 'ava', 'cy']],
    [`sortBy=${ENTERPRISE}:department`, ['bo', 'ava', 'cy']],
    ['sortBy=meta.created&sortOrder=descending', ['cy', 'bo', 'ava']],
    ['sortBy=title', ['ava', 'bo', 'cy']],
    ['sortOrder=descending', ['ava', 'bo', 'cy']],
  ])('sorts: %s', async (query, expected) => {
    const { Resources } = await scim.read(`/Users?${query}&attributes=userName`);
    expect((Resources as Json[]).map((resource) => String(resource.userName).split('@')[0])).toEqual(expected);
  });
});

describe('attributes (RFC 7644 §3.9)', () => {
  it.each<[string, string[]]>([
    ['attributes=userName', ['id', 'schemas', 'userName']],
    ['attributes=USERNAME,title', ['id', 'schemas', 'title', 'userName']],
    ['attributes=userName&attributes=title', ['id', 'schemas', 'title', 'userName']],
    [`attributes=${USER}:title`, ['id', 'schemas', 'title']],
    ['attributes=groups', ['groups', 'id', 'schemas']],
    ['attributes=meta', ['id', 'meta', 'schemas']],
    ['attributes=password', ['id', 'schemas']],
    ['attributes=nope', ['id', 'schemas']],
    [
      'excludedAttributes=id,schemas,meta,groups,emails,active',
      ['displayName', 'externalId', 'id', 'schemas', 'title', 'userName'],
    ],
  ])('%s', async (query, expected) => {
    expect(Object.keys(await scim.read(`/Users/${ids.ava}?${query}`)).sort()).toEqual(expected);
    const list = await scim.read(`/Users?${query}&${filter('title eq "Boss"')}`);
    expect(Object.keys((list.Resources as Json[])[0]!).sort()).toEqual(expected);
  });

  it('may be sub-attributes, wherever a resource comes back', async () => {
    const expected = [{ value: 'ava@a.example' }];
    expect((await scim.read(`/Users/${ids.ava}?attributes=emails.value`)).emails).toEqual(expected);
    const search = { schemas: [SEARCH], attributes: ['emails.value'], filter: 'title pr' };
    const { body } = await scim.scim('POST', '/Users/.search', search);
    expect((body.Resources as Json[])[0]!.emails).toEqual(expected);
    expect((await scim.read(`/Users/${ids.ava}?excludedAttributes=emails.type`)).emails).toEqual(expected);
  });

  it('are not both included and excluded', async () => {
    for (const path of ['/Users', `/Users/${ids.ava}`])
      expectScimError(await scim.scim('GET', `${path}?attributes=a&excludedAttributes=b`), 400, 'invalidValue');
  });
});

describe('POST /.search (RFC 7644 §3.4.3)', () => {
  const search = (path: string, body: Json) => scim.scim('POST', path, { schemas: [SEARCH], ...body });

  it('answers as GET does', async () => {
    const { status, headers, body } = await search('/Users/.search', {
      sortBy: 'userName',
      sortOrder: 'descending',
      count: 2,
    });
    expect({ status, type: headers['content-type'] }).toEqual({ status: 200, type: 'application/scim+json' });
    expect(body).toEqual(await scim.read('/Users?sortBy=userName&sortOrder=descending&count=2'));
  });

  it('at the root asks all resource types, as a GET of the base URL does', async () => {
    const everybody = await search('/.search', {});
    expect(everybody.body).toMatchObject({ schemas: [LIST], totalResults: 4, itemsPerPage: 4, startIndex: 1 });
    for (const path of ['', '/']) expect(await scim.read(path)).toEqual(everybody.body);
    const named = { filter: 'displayName sw "sa" or userName sw "ava"', attributes: ['displayName'] };
    const { body } = await search('/.search', named);
    expect((body.Resources as Json[]).map((resource) => resource.displayName)).toEqual(['Ava Lee', 'Sales']);
    const groups = await scim.read(`?${filter('meta.resourceType eq "Group"')}`);
    expect((groups.Resources as Json[]).map((resource) => resource.schemas)).toEqual([[GROUP]]);
  });

  it('pages through all resource types', async () => {
    const pages = await Promise.all([1, 3, 5].map((startIndex) => search('/.search', { startIndex, count: 2 })));
    expect(pages.map(({ body }) => body.itemsPerPage)).toEqual([2, 2, 0]);
    expect(pages.map(({ body }) => body.totalResults)).toEqual([4, 4, 4]);
    const seen = pages.flatMap(({ body }) => (body.Resources as Json[]).map((resource) => resource.id));
    expect(seen).toEqual([ids.ava, ids.bo, ids.cy, ids.sales]);
    expectScimError(await search('/.search', { cursor: '' }), 400, 'invalidCursor');
  });

  it.each<[string, Json, string]>([
    ['no SearchRequest', { schemas: [BULK] }, 'invalidSyntax'],
    ['a count that is none', { count: 'many' }, 'invalidValue'],
    ['a filter that is no text', { filter: 5 }, 'invalidValue'],
    ['attributes that are no names', { attributes: [5] }, 'invalidValue'],
    ['both lists', { attributes: ['a'], excludedAttributes: ['b'] }, 'invalidValue'],
  ])('refuses %s', async (_, body, scimType) => {
    for (const path of ['/.search', '/Users/.search']) expectScimError(await search(path, body), 400, scimType);
  });

  it('is no resource: other methods are 405', async () => {
    for (const path of ['/.search', '/Users/.search', '/Groups/.search'])
      for (const method of ['GET', 'PUT', 'PATCH', 'DELETE']) {
        const answer = await scim.scim(method, path, method === 'GET' ? undefined : {});
        expectScimError(answer, 405);
        expect(answer.headers.allow).toBe('POST');
      }
  });
});
