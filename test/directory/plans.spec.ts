import { Client } from 'pg';
import type { RequestContext } from '@provost/directory';
import { ENTERPRISE_URN, type SearchRequest } from '@provost/scim-protocol';
import { DirectoryFixture } from './directory-fixture';
import { type Effort, explained, type PlanMode, type Sent, sentDuring } from './explained';
import { BEGIN, externalId, fill, INACTIVE, SIZE } from './large-directory';

const PAGE = 100;
const ENT = ENTERPRISE_URN;
const at = (n: number) => new Date(BEGIN + n * 1_000).toISOString();

/**
 * Design law 3, not by the clock, which is the machine's, but by the rows and pages that PostgreSQL touches for what the
 * product sends, under the product's role: another tenant, a quarter as large, stands in the same tables.
 */
describe(`in a directory of ${SIZE} people`, () => {
  let directory: DirectoryFixture;
  let ctx: RequestContext;
  let client: Client;
  let ids: string[];
  beforeAll(async () => {
    directory = await DirectoryFixture.open();
    ctx = await directory.tenant();
    ids = await fill(directory, ctx, await directory.tenant());
    client = new Client({ connectionString: directory.url });
    await client.connect();
  }, 120_000);
  afterAll(async () => {
    await client?.end();
    await directory.close();
  });

  const page = async (request: Partial<SearchRequest>, whose = ctx) => {
    let totalResults = 0;
    const sent = await sentDuring(directory.db, async () => {
      ({ totalResults } = await directory.page(whose, 'User', { count: PAGE, ...request }));
    });
    const about = (kind: (text: string) => boolean) => sent.filter(({ statement }) => kind(statement.text));
    return {
      totalResults,
      sent: about((text) => !text.includes('page_positions')),
      selects: about((text) => text.includes('FROM (SELECT r.*')),
      counts: about((text) => text.includes('count(*)')),
    };
  };
  /** What it takes with each plan that PostgreSQL may come to use: a generic one where the statement has a name or asks for it. */
  const efforts = async (sent: Sent, whose = ctx): Promise<Effort[]> => {
    const { name, plan } = sent.statement;
    const modes: PlanMode[] = [];
    if (plan !== 'generic') modes.push('force_custom_plan');
    if (name || plan === 'generic') modes.push('force_generic_plan');
    const result: Effort[] = [];
    for (const mode of modes) result.push(await explained(client, whose, sent, mode));
    return result;
  };
  /** What all that was sent takes, with the worst plan for each. */
  const wholeEffort = async (sent: readonly Sent[], whose = ctx): Promise<Effort> => {
    const worst: Effort[] = [];
    for (const one of sent) worst.push((await efforts(one, whose)).reduce((a, b) => (b.rows > a.rows ? b : a)));
    const sum = (of: (effort: Effort) => number) => worst.reduce((total, effort) => total + of(effort), 0);
    return {
      seqScans: worst.flatMap(({ seqScans }) => seqScans),
      rows: sum(({ rows }) => rows),
      buffers: sum(({ buffers }) => buffers),
      plan: worst.map(({ plan }) => plan).join('\n\n'),
    };
  };
  const expectAtMost = ({ seqScans, rows, buffers, plan }: Effort, most: { rows: number; buffers: number }) => {
    const excess = {
      seqScans,
      rows: rows > most.rows ? rows : 'few',
      buffers: buffers > most.buffers ? buffers : 'few',
    };
    expect({ ...excess, plan }).toEqual({ seqScans: [], rows: 'few', buffers: 'few', plan });
  };

  /** Rows and pages for a page of results. */
  const FOR_A_PAGE = { rows: 7 * (PAGE + 1), buffers: 10 * (PAGE + 1) };
  /** And for so many that match. A search reads the lists of its trigrams besides, a few bits for each person. */
  const forMatches = (matches: number) => ({ rows: 3 * matches + 50, buffers: 8 * matches + 10 * PAGE + SIZE / 100 });

  describe('a page costs what a page has, by', () => {
    it.each([
      ...[
        'userName eq "ava.okafor.0@corp.example"',
        'userName ne "x"',
        'userName ge "a"',
        'userName pr',
        'userName co "corp"',
      ],
      ...[
        'externalId eq "00u00000abc"',
        'externalId ne "x"',
        'externalId sw "00u"',
        'externalId pr',
        'not (externalId pr)',
      ],
      ...[
        'id eq "<5>"',
        'id ne "<5>"',
        'id sw "018"',
        'id gt "<7>"',
        `id ge "<${SIZE - 10}>"`,
        'id lt "<9>"',
        `id le "<${SIZE / 2}>"`,
        'id pr',
      ],
      ...['displayName eq "bo okafor 1"', 'displayName ne "x"', 'displayName pr'],
      ...['emails.value eq "ava.okafor.0@mail.example"', 'emails.value ne "x"', 'emails.value pr'],
      ...['emails[type eq "work" and value eq "ava.okafor.0@mail.example"]', 'emails[type eq "work"]'],
      ...[`${ENT}:department eq "Department 7"`, `${ENT}:department ne "Department 7"`, `${ENT}:department pr`],
      ...[`${ENT}:employeeNumber eq "e-4711"`, `${ENT}:employeeNumber ne "e-4711"`, `${ENT}:employeeNumber pr`],
      ...[`${ENT}:manager.value eq "m-77"`, `${ENT}:manager.value ne "m-77"`, `${ENT}:manager pr`],
      ...['active eq true', 'active eq false', 'active ne true', 'not (active eq true)', 'active pr'],
      ...[`meta.created gt "${at(SIZE - 50)}"`, `meta.created ge "${at(SIZE / 2)}"`, `meta.created lt "${at(40)}"`],
      ...[`meta.created le "${at(SIZE / 2)}"`, `meta.created eq "${at(7)}"`, `meta.created ne "${at(7)}"`],
      ...[`meta.lastModified eq "${at(7)}"`, `meta.lastModified ne "${at(7)}"`, `meta.lastModified pr`],
      ...['userName eq "ava.okafor.0@corp.example" and active eq true'],
      ...['userName eq "ava.okafor.0@corp.example" or externalId eq "00u00000abc"'],
      ...['active eq false and userName sw "ava"', 'active eq true and emails[type eq "work"]'],
    ])('%s', async (raw) => {
      const filter = raw.replace(/<(\d+)>/, (_, n: string) => ids[Number(n)]!);
      // The last one: a search that found too many is given up for it.
      const { selects } = await page({ filter });
      for (const effort of await efforts(selects.at(-1)!)) expectAtMost(effort, FOR_A_PAGE);
    });
  });

  describe('page and total cost what matches, by', () => {
    it.each([
      ...[
        'userName co "r.18765@"',
        'userName co "zhou.99"',
        'userName ew "99@corp.example"',
        'userName ew ".12345@corp.example"',
      ],
      ...['userName sw "ava.okafor.5"', 'userName sw "nobody"', 'userName sw "a"', 'userName gt "noor.zhou.99"'],
      ...['userName ge "noor.zhou.9"', 'userName lt "ava.novak.2"', 'userName le "ava.novak.2"'],
      ...[
        'externalId sw "00u00000a1"',
        'externalId sw "00u00000a"',
        `externalId gt "${externalId(SIZE - 18)}"`,
        'externalId lt "00u00000010"',
        `externalId ge "${externalId(SIZE - 18)}"`,
      ],
      ...['displayName co "petrov 17"', 'displayName sw "ava okafor 5"', 'displayName ew "zhou 9957"'],
      ...['emails.value co ".18765@"', 'emails.value sw "ava.okafor.5"', 'emails.value ew "r.12345@mail.example"'],
      ...['emails[type eq "work" and value co ".18765@"]'],
      ...[`${ENT}:department sw "Department 77"`, `${ENT}:department co "ment 77"`, `${ENT}:department ew "ment 77"`],
      ...[`${ENT}:employeeNumber sw "e-4711"`, `${ENT}:employeeNumber co "-4711"`, `${ENT}:employeeNumber ew "-4711"`],
      ...[`${ENT}:department eq "Department 7"`, `${ENT}:manager.value eq "m-77"`, 'active eq true', 'active eq false'],
      ...[
        `meta.lastModified gt "${at(SIZE - 50)}"`,
        `meta.lastModified ge "${at(SIZE / 2)}"`,
        `meta.lastModified lt "${at(40)}"`,
      ],
      ...[
        `meta.lastModified le "${at(400)}"`,
        `meta.created gt "${at(0.9 * SIZE)}"`,
        `id lt "<${SIZE / 20}>"`,
        'userName pr',
      ],
    ])('%s', async (raw) => {
      const filter = raw.replace(/<(\d+)>/, (_, n: string) => ids[Number(n)]!);
      const { selects, counts, totalResults } = await page({ filter });
      for (const sent of [selects.at(-1)!, ...counts.slice(-1)])
        for (const effort of await efforts(sent)) expectAtMost(effort, forMatches(totalResults));
    });
  });

  /**
   * Neighbours in one order may be strangers in another, and stand together far away from its beginning: PostgreSQL takes them to
   * be spread evenly, and knows what all tenants have together, or nothing yet.
   */
  describe.each(['all tenants have', 'nobody has looked at'])(
    'however those in a range lie, by the statistics of what %s,',
    (whose) => {
      beforeAll(async () => {
        if (whose !== 'all tenants have')
          await directory.query(`DELETE FROM pg_statistic WHERE starelid = 'users'::regclass`);
      });
      afterAll(() => directory.query('ANALYZE users'));

      /** A share of all, as it lies in the last fifth of the order of ids. */
      const between = (attribute: string, value: (n: number) => string, share: number) =>
        `${attribute} ge "${value(0.8 * SIZE)}" and ${attribute} lt "${value(Math.round((0.8 + share) * SIZE))}"`;
      const arrived = (share: number) => between('externalId', externalId, share);
      const changed = (share: number) => between('meta.lastModified', at, share);
      const PREFIX = 'externalId sw "00u00000a"';
      it.each([
        ...[0.001, 0.013, 0.05, 0.12].flatMap((share) => [
          [arrived(share), share * SIZE, {}] as const,
          [changed(share), share * SIZE, {}] as const,
        ]),
        [PREFIX, 1_296, {}] as const,
        [PREFIX, 1_296, { sortBy: 'userName' }] as const,
        [PREFIX, 1_296, { sortBy: 'meta.lastModified', sortOrder: 'descending' }] as const,
        [PREFIX, 1_296, { sortBy: 'meta.created', sortOrder: 'descending' }] as const,
        [PREFIX, 1_296, { cursor: '' }] as const,
        [PREFIX, 1_296, { count: 0 }] as const,
        [`${PREFIX} and active eq true`, 1_296, {}] as const,
        [`${PREFIX} and title eq "nobody"`, 1_296, {}] as const,
        [`userName ge "a" and ${PREFIX}`, 1_296, {}] as const,
        [`${changed(0.013)} and userName sw "a" and externalId pr`, 1_300, {}] as const,
        [`meta.created gt "${at(10)}" and ${PREFIX}`, 1_296, {}] as const,
        [`${PREFIX} or externalId sw "00u00000b"`, 2_592, {}] as const,
        [`${PREFIX} or userName sw "ava.okafor.5" or userName eq "bo.okafor.1@corp.example"`, 1_350, {}] as const,
        ...['emails.value sw "ava.okafor"', 'displayName sw "ava okafor"', `${ENT}:employeeNumber sw "e-47"`].map(
          (search) => [search, 1_200, {}] as const,
        ),
        ['userName co "zhou.99"', 80, {}] as const,
        ['emails[type eq "work" and value co ".18765@"]', 1, {}] as const,
        [`${ENT}:department eq "Department 7"`, 500, {}] as const,
        ['emails.value eq "ava.okafor.0@mail.example"', 1, {}] as const,
        [`${arrived(0.05)} and title sw "Engineer"`, 5_000, {}] as const,
        [`userName ge "a" and ${changed(0.05)}`, 5_000, {}] as const,
        [`${arrived(0.12)} and userName ge "a"`, 12_000, { sortBy: 'userName' }] as const,
        [`${changed(0.12)}`, 12_000, { cursor: '', sortBy: 'userName' }] as const,
      ])('%s, %i people: %j', async (filter, matches, request) => {
        const { sent } = await page({ filter, ...(request as Partial<SearchRequest>) });
        const all = await wholeEffort(sent);
        // To see how many they are, to count them, and to look for them in both orders, by a bitmap perhaps, whose rows are counted
        // twice; and a look at each range that is wide.
        const others = filter.split(' and ').length - 1;
        const looks = others * (3_001 + (matches > 3_000 ? 6 * matches : 0));
        expectAtMost(all, { rows: 5 * matches + 4 * PAGE + looks, buffers: 8 * matches + 10 * PAGE });
      });
    },
  );

  it('in a tenant that has come since the statistics were made', async () => {
    const late = await directory.tenant();
    for (const [table, columns] of [
      ['users', 'id, user_name, user_name_key, external_id, search_key, active, created_at, updated_at, resource'],
      ['user_terms', 'user_id, term'],
    ] as const)
      await directory.query(
        `INSERT INTO ${table} (tenant_id, ${columns}) SELECT $2, ${columns} FROM ${table}
         WHERE tenant_id = $1 AND ${columns.slice(0, columns.indexOf(','))} < $3`,
        [ctx.scope.tenantId, late.scope.tenantId, ids[SIZE / 20]],
      );
    for (const filter of [
      'userName sw "ava.okafor."',
      `externalId ge "${externalId(SIZE / 20 - 100)}"`,
      `meta.lastModified ge "${at(SIZE / 20 - 100)}"`,
      'userName co "okafor.4"',
      'emails.value sw "ava.okafor"',
      'emails.value eq "ava.okafor.0@mail.example"',
      `${ENT}:department eq "Department 7"`,
      'active eq false',
    ]) {
      const { sent, totalResults } = await page({ filter }, late);
      expect(totalResults).toBeGreaterThan(0);
      const { rows, buffers } = forMatches(totalResults);
      // What the trigram index has not sorted in yet is read with each search.
      expectAtMost(await wholeEffort(sent, late), { rows: rows + totalResults, buffers: buffers + SIZE / 20 });
    }
  });

  /** There is no index for these: they read their own tenant in the order of ids and nothing of any other. */
  describe('it is walked, and no other with it, by', () => {
    it.each([
      ...[
        'externalId co "0abc"',
        'externalId ew "0abc"',
        'displayName gt "noor zhou 99"',
        'emails.value lt "ava.novak.2"',
      ],
      ...[`${ENT}:department gt "department 98"`, `${ENT}:manager.value sw "m-77"`, 'title eq "nobody"'],
    ])('%s', async (filter) => {
      const { selects } = await page({ filter });
      for (const effort of await efforts(selects.at(-1)!)) expectAtMost(effort, { rows: 2 * SIZE, buffers: SIZE / 4 });
    });
  });

  describe('a later page costs what the first one does', () => {
    it('by startIndex, and nothing is counted again', async () => {
      const late = `externalId ge "${externalId(SIZE / 4)}"`;
      for (const filter of [undefined, 'active eq true', late]) {
        const request = filter === undefined ? {} : { filter };
        await page(request);
        // As if the walk had come to the middle.
        await directory.query('UPDATE page_positions SET after_id = $1', [ids[SIZE / 2]]);
        const { selects, counts, totalResults } = await page({ ...request, startIndex: PAGE + 1 });
        const total = filter === late ? SIZE - SIZE / 4 : filter ? SIZE - INACTIVE : SIZE;
        expect([counts, totalResults]).toEqual([[], total]);
        for (const effort of await efforts(selects[0]!)) expectAtMost(effort, FOR_A_PAGE);
      }
    });

    it.each([
      [undefined, undefined],
      ['userName', 'ascending'],
      ['userName', 'descending'],
      ['meta.lastModified', 'ascending'],
      ['meta.lastModified', 'descending'],
      ['meta.created', 'descending'],
    ] as const)('by cursor, sorted by %s %s', async (sortBy, sortOrder) => {
      const request = { cursor: '', ...(sortBy ? { sortBy, sortOrder } : {}) };
      const { nextCursor } = await directory.page(ctx, 'User', { ...request, count: PAGE });
      const { selects, counts, totalResults } = await page({ ...request, cursor: nextCursor! });
      expect([counts, totalResults]).toEqual([[], SIZE]);
      const somewhere = { ...selects[0]!, values: middle(selects[0]!.values) };
      for (const effort of await efforts(somewhere)) expectAtMost(effort, FOR_A_PAGE);
    });

    /** The position of a page in the middle of the directory, whatever the order, in place of that of the second one. */
    const middle = (values: unknown[]) =>
      values.map((value) => {
        if (typeof value !== 'string') return value;
        if (/@corp\.example$/.test(value)) return 'hanna';
        if (/^\d{4}-\d\d-\d\d /.test(value)) return at(SIZE / 2);
        return ids.includes(value) ? ids[SIZE / 2] : value;
      });
  });
});
