import { Client } from 'pg';
import { startServer, type TestServer } from '../support/server';
import type { Json } from '../wire/wire-client';
import { type BulkResult, ENTERPRISE, GROUP, ScimClient, USER } from './scim-client';

const CUSTOMER = 'bulk';

/** RFC 7644 §3.7, catalogue R65 to R70. */
describe('a bulk request', () => {
  let server: TestServer;
  let client: ScimClient;
  let tenant = 0;
  beforeAll(async () => (server = await startServer({ LOG_LEVEL: 'silent' })));
  afterAll(() => server.stop());
  beforeEach(async () => (client = await ScimClient.ofNewTenant(server, `${CUSTOMER}-${++tenant}`)));

  const user = (bulkId: string, more: Json = {}): Json => ({
    method: 'POST',
    path: '/Users',
    bulkId,
    data: { schemas: [USER], userName: `${bulkId}@corp.example`, ...more },
  });
  const group = (bulkId: string, ...members: string[]): Json => ({
    method: 'POST',
    path: '/Groups',
    bulkId,
    data: { schemas: [GROUP], displayName: bulkId, members: members.map((value) => ({ value: `bulkId:${value}` })) },
  });
  const manager = (bulkId: string): Json => ({ [ENTERPRISE]: { manager: { value: `bulkId:${bulkId}` } } });
  const patch = (path: string, ...Operations: Json[]): Json => ({
    method: 'PATCH',
    path,
    data: { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations },
  });
  const add = (...ids: string[]): Json => ({ op: 'add', path: 'members', value: ids.map((value) => ({ value })) });
  const idOf = (result: BulkResult | undefined) => result!.location!.split('/').at(-1)!;
  const statuses = (results: readonly BulkResult[]) => results.map(({ status }) => status);
  const managerOf = async (id: string) =>
    ((await client.must('GET', `/Users/${id}`))[ENTERPRISE] as { manager: { value: string } } | undefined)?.manager
      .value;
  const count = async (type: '/Users' | '/Groups') => (await client.list(type, { count: 0 })).totalResults;

  describe('refers to what it creates', () => {
    const chain = [
      group('company', 'sales'),
      group('sales', 'bo', 'ava'),
      user('bo', manager('ava')),
      user('ava', manager('max')),
      user('max'),
    ];
    it.each([
      ['before', chain],
      ['after', [...chain].reverse()],
      ['around', [chain[2]!, chain[0]!, chain[4]!, chain[1]!, chain[3]!]],
    ])('%s it stands', async (_, operations) => {
      const results = await client.bulk(operations);
      expect(statuses(results)).toEqual(Array(5).fill('201'));
      expect(results.map(({ bulkId }) => bulkId)).toEqual(operations.map(({ bulkId }) => bulkId));
      const id = (bulkId: string) => idOf(results.find((result) => result.bulkId === bulkId));
      expect(await client.members(id('sales'))).toEqual([id('ava'), id('bo')].sort());
      expect(await client.members(id('company'))).toEqual([id('sales')]);
      expect([await managerOf(id('bo')), await managerOf(id('ava'))]).toEqual([id('ava'), id('max')]);
    });

    it('in circles: groups in each other and users that manage each other', async () => {
      const operations = [
        group('a', 'b', 'ava'),
        group('b', 'c'),
        group('c', 'a', 'c'),
        user('ava', manager('bo')),
        user('bo', manager('ava')),
      ];
      const results = await client.bulk(operations);
      expect(statuses(results)).toEqual(Array(5).fill('201'));
      const [a, b, c, ava, bo] = results.map(idOf) as [string, string, string, string, string];
      expect([await client.members(a), await client.members(b), await client.members(c)]).toEqual([
        [b, ava].sort(),
        [c],
        [a, c].sort(),
      ]);
      expect([await managerOf(ava), await managerOf(bo)]).toEqual([bo, ava]);
      for (const result of results) {
        const { meta } = await client.must('GET', new URL(result.location!).pathname.replace('/scim/v2', ''));
        expect((meta as Json).version).toBe(result.version);
      }
    });

    it('from a PATCH or a PUT that stands before it', async () => {
      const id = await client.group('Sales');
      const other = await client.group('Other');
      const results = await client.bulk([
        patch(`/Groups/${id}`, add('bulkId:late')),
        {
          method: 'PUT',
          path: `/Groups/${other}`,
          data: { schemas: [GROUP], displayName: 'Other', members: [{ value: 'bulkId:late' }] },
        },
        patch('/Users/bulkId:late', { op: 'replace', path: 'displayName', value: 'Late' }),
        user('late'),
        patch(`/Groups/${other}`, { op: 'remove', path: 'members[value eq "bulkId:late"]' }),
      ]);
      expect(statuses(results)).toEqual(['200', '200', '200', '201', '200']);
      const late = idOf(results[3]);
      expect(await client.members(id)).toEqual([late]);
      expect(await client.members(other)).toEqual([]);
      expect(await client.must('GET', `/Users/${late}`)).toMatchObject({ displayName: 'Late' });
    });

    it('keeps the order of what belongs to one resource', async () => {
      const id = await client.group('Sales');
      const ava = await client.user('ava');
      await client.bulk([
        patch(`/Groups/${id}`, add('bulkId:bo', ava)),
        patch(`/Groups/${id}`, { op: 'remove', path: 'members' }),
        patch(`/Groups/${id}`, add('bulkId:cy')),
        user('bo'),
        user('cy'),
      ]);
      const [cy] = (await client.list('/Users', { filter: 'userName sw "cy"' })).Resources;
      expect(await client.members(id)).toEqual([cy!.id]);
    });
  });

  describe('fails in parts', () => {
    it('where a userName is taken, also within the request', async () => {
      await client.user('TAKEN@corp.example');
      const results = await client.bulk([
        user('taken'),
        user('one'),
        { ...user('two'), data: { schemas: [USER], userName: 'ONE@corp.example' } },
      ]);
      expect(statuses(results)).toEqual(['409', '201', '409']);
      for (const { response, location } of [results[0]!, results[2]!]) {
        expect(response).toMatchObject({ scimType: 'uniqueness' });
        expect(location).toBeUndefined();
      }
      expect(await count('/Users')).toBe(2);
    });

    it.each(['before', 'after'])('with 409 for what refers to a failure that stands %s', async (where) => {
      const bad = { ...user('bad'), data: { schemas: [USER], userName: ' ' } };
      const rest = [user('ava', manager('bad')), group('sales', 'bad'), group('company', 'sales'), user('bo')];
      const results = await client.bulk(where === 'before' ? [bad, ...rest] : [...rest, bad]);
      const by = Object.fromEntries(results.map(({ bulkId, status }) => [bulkId, status]));
      expect(by).toEqual({ bad: '400', ava: '409', sales: '409', company: '409', bo: '201' });
      expect([await count('/Users'), await count('/Groups')]).toEqual([1, 0]);
    });

    it('with 400 for what refers to nothing, and for a bulkId that is used twice', async () => {
      const again = { ...user('ava'), data: { schemas: [USER], userName: 'second' } };
      const results = await client.bulk([user('ava'), again, group('lost', 'nobody'), group('sales', 'ava')]);
      expect(statuses(results)).toEqual(['201', '400', '400', '201']);
      expect(results.slice(1, 3).map(({ response }) => response!.scimType)).toEqual(['invalidValue', 'invalidValue']);
      expect(await client.members(idOf(results[3]))).toEqual([idOf(results[0])]);
    });

    it('with 412 for another version, 404 for nobody, 404 for no endpoint', async () => {
      const id = await client.user('ava');
      const change = patch(`/Users/${id}`, { op: 'replace', path: 'title', value: 'Boss' });
      const results = await client.bulk([
        { ...change, version: 'W/"9"' },
        { ...change, version: 'W/"1"' },
        { method: 'DELETE', path: `/Users/${id}`, version: 'W/"1"' },
        { method: 'DELETE', path: '/Users/018dc888-6b00-7cc5-bbf4-5c116262a773' },
        { ...user('x'), path: '/Nowhere' },
        { method: 'DELETE', path: `/Users/${id}`, version: 'W/"2"' },
      ]);
      expect(statuses(results)).toEqual(['412', '200', '412', '404', '404', '204']);
      expect(results[1]!.version).toBe('W/"2"');
      expect(await count('/Users')).toBe(0);
    });

    it('where the database refuses: the rest goes on, and the fault is told without internals', async () => {
      const admin = new Client({ connectionString: server.databaseUrl });
      await admin.connect();
      try {
        await admin.query(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
          $$ BEGIN RAISE EXCEPTION 'secret internals' USING ERRCODE = 'XX000'; END $$`);
        await admin.query(
          `CREATE TRIGGER refuse BEFORE INSERT ON groups FOR EACH ROW WHEN (NEW.display_name = 'cursed') EXECUTE FUNCTION refuse()`,
        );
        const results = await client.bulk([
          user('ava'),
          group('cursed', 'ava'),
          group('outer', 'cursed'),
          group('sales', 'ava'),
        ]);
        expect(statuses(results)).toEqual(['201', '500', '409', '201']);
        expect(JSON.stringify(results)).not.toContain('secret');
      } finally {
        await admin.query('DROP TRIGGER refuse ON groups');
        await admin.end();
      }
    });

    it('stops after failOnErrors failures and answers what was done', async () => {
      await client.user('taken@corp.example');
      const results = await client.bulk(
        [user('one'), user('taken'), user('two'), user('taken2', { userName: 'taken@corp.example' }), user('three')],
        2,
      );
      expect(results.map(({ bulkId, status }) => [bulkId, status])).toEqual([
        ['one', '201'],
        ['taken', '409'],
        ['two', '201'],
        ['taken2', '409'],
      ]);
      expect(await count('/Users')).toBe(3);
    });
  });

  it('answers in the order of the request, whatever ran first', async () => {
    const id = await client.user('here');
    const operations = [
      group('g', 'b'),
      patch(`/Users/${id}`, { op: 'add', path: 'title', value: 'x' }),
      user('a', manager('b')),
      user('b'),
      { method: 'DELETE', path: `/Users/${id}` },
    ];
    const results = await client.bulk(operations);
    expect(results.map(({ method, bulkId, status }) => [method, bulkId, status])).toEqual([
      ['POST', 'g', '201'],
      ['PATCH', undefined, '200'],
      ['POST', 'a', '201'],
      ['POST', 'b', '201'],
      ['DELETE', undefined, '204'],
    ]);
    expect(results.map(({ location }) => location)).toEqual(Array(5).fill(expect.stringContaining('/scim/v2/')));
  });

  it('creates a thousand people, of whom a few are there already, want one name or cannot be stored', async () => {
    await client.must('POST', '/Users', { schemas: [USER], userName: 'P400@corp.example' });
    const operations = Array.from({ length: 1_000 }, (_, i) => user(`p${i}`));
    Object.assign(operations[150]!, { data: { schemas: [USER], displayName: 'nobody' } });
    const apart = await client.bulk(operations);
    expect(apart.flatMap(({ status }, i) => (status === '201' ? [] : [[i, status]]))).toEqual([
      [150, '400'],
      [400, '409'],
    ]);
    expect(new Set(apart.flatMap(({ location }) => location ?? [])).size).toBe(998);
    // Of two who want one name the first has it, however far they are apart.
    const again = Array.from({ length: 600 }, (_, i) =>
      user(`q${i}`, i === 599 ? { userName: 'Q3@corp.example' } : {}),
    );
    expect(statuses(await client.bulk(again)).flatMap((status, i) => (status === '201' ? [] : [i]))).toEqual([599]);
    expect(await count('/Users')).toBe(1 + 998 + 599);
  });

  it('creates a thousand people who manage each other, and their group', async () => {
    const people = Array.from({ length: 1_000 }, (_, i) => user(`p${i}`, i ? manager(`p${(i - 1) >> 3}`) : {}));
    const everybody = group('everybody', ...people.map(({ bulkId }) => bulkId as string));
    // Everyone stands before their manager.
    const results = await client.bulk([everybody, ...people.reverse()]);
    expect(new Set(statuses(results))).toEqual(new Set(['201']));
    expect(results.map(({ bulkId }) => bulkId)).toEqual([everybody, ...people].map(({ bulkId }) => bulkId));
    const ids = results.slice(1).map(idOf);
    expect(await client.members(idOf(results[0]))).toEqual([...ids].sort());
    expect(await count('/Users')).toBe(1_000);
    expect(await managerOf(idOf(results.at(-10)))).toBe(idOf(results.at(-2)));
  });
});
