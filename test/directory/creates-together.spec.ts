import { Conflict, ENTERPRISE_URN, type JsonObject, parseProjection, parseResource } from '@provost/scim-protocol';
import type { RequestContext } from '@provost/directory';
import { openPersonal } from '@provost/event-log';
import { until } from '../support/until';
import { DirectoryFixture } from './directory-fixture';

interface Stored {
  id: string;
  statement: string;
  row: Record<string, unknown>;
  resource: JsonObject;
  terms: string[];
  key: Buffer;
  events: { id: string; type: string; group_id: null; context: string; data: string; sealed: string | null }[];
}

// What is stored of a person, and in which statement of which transaction it was written.
const STORED = `SELECT u.id, u.xmin::text || '.' || u.cmin::text AS statement, k.key, u.resource,
    json_build_object('userName', u.user_name, 'userNameKey', u.user_name_key, 'externalId', u.external_id,
      'displayName', u.display_name, 'searchKey', u.search_key, 'active', u.active, 'version', u.version,
      'sameTime', u.created_at = u.updated_at) AS row,
    (SELECT array_agg(t.term::text ORDER BY t.term) FROM user_terms t WHERE t.tenant_id = u.tenant_id AND t.user_id = u.id) AS terms,
    (SELECT json_agg(json_build_object('id', e.id, 'type', e.type, 'group_id', e.group_id, 'context', e.context::text,
        'data', e.data::text, 'sealed', encode(e.sealed, 'hex')) ORDER BY e.seq)
      FROM events e WHERE e.tenant_id = u.tenant_id AND e.subject_id = u.id) AS events
  FROM users u JOIN subject_keys k ON k.tenant_id = u.tenant_id AND k.subject_id = u.id
  WHERE u.tenant_id = $1 ORDER BY u.user_name_key`;

/** People of every kind: with and without each column, more than one event, text of every width. */
function body(i: number): JsonObject {
  const userName = `Person${String(i).padStart(3, '0')}@Example.com`;
  if (i % 5 === 4) return { userName };
  return {
    userName,
    externalId: `00u${i}`,
    displayName: `Zoë "the \\ ${i}" {Straße}, 東京 😀`,
    active: i % 3 !== 0,
    ...(i % 2 ? { password: 'never-kept' } : {}),
    emails: [
      { value: `work${i}@example.com`, type: 'work', primary: true },
      { value: `home${i}@example.com`, type: 'home' },
    ],
    [ENTERPRISE_URN]: { department: 'R&D', employeeNumber: String(i) },
  };
}

describe.each([true, false])('people who are created at the same time (names carried: %s)', (carriesNames) => {
  let directory: DirectoryFixture;
  beforeAll(async () => (directory = await DirectoryFixture.open({ lanes: 2, carriesNames })));
  afterAll(() => directory.close());

  const create = (ctx: RequestContext, resource: JsonObject) => {
    const type = ctx.registry.type('User');
    const parsed = parseResource(type, resource, ctx.profile);
    return directory.users.create(ctx, type, parsed, parseProjection(type, {}));
  };
  const stored = ({ scope }: RequestContext) => directory.query<Stored>(STORED, [scope.tenantId]);
  /** What must not depend on how somebody was created; ids and ciphertexts are everybody's own. */
  const likeness = ({ row, resource, terms, events, id, key }: Stored) => ({
    ...{ row, resource: { ...resource, id: '' }, terms },
    events: events.map(({ id: eventId, sealed, ...event }) => ({
      ...event,
      personal: sealed && openPersonal(key, eventId, Buffer.from(sealed, 'hex')),
      ofTheirOwn: resource.id === id,
    })),
  });

  it('are stored as those who come alone are, in far fewer statements', async () => {
    const [crowd, queue] = [await directory.tenant(), await directory.tenant()];
    // The same request, so that only what is stored may differ.
    const alone = { ...queue, event: crowd.event };
    const people = Array.from({ length: 60 }, (_, i) => body(i));
    const answers = await Promise.all(people.map((person) => create(crowd, person)));
    for (const person of people) await create(alone, person);
    const [together, apart] = [await stored(crowd), await stored(alone)];
    expect(together.map(likeness)).toEqual(apart.map(likeness));
    expect(together.map(({ id }) => id)).toEqual(answers.map(({ id }) => id));
    expect(new Set(apart.map(({ statement }) => statement)).size).toBe(60);
    expect(new Set(together.map(({ statement }) => statement)).size).toBeLessThan(15);
  });

  it('are refused one by one where a userName is taken, in any case, and nothing of those is left', async () => {
    const ctx = await directory.tenant();
    await create(ctx, { userName: 'TAKEN@example.com' });
    const names = Array.from({ length: 40 }, (_, i) => (i % 10 === 3 ? 'taken@Example.com' : `p${i}@example.com`));
    names.push('P5@EXAMPLE.COM');
    const results = await Promise.allSettled(names.map((userName) => create(ctx, { userName })));
    const refused = results.flatMap((result, i) => (result.status === 'rejected' ? [i] : []));
    // Of the two who have one name, either may have been the first.
    const [five, last] = [5, 40].map((i) => refused.includes(i));
    expect(five).not.toBe(last);
    expect(refused.filter((i) => i !== 5 && i !== 40)).toEqual([3, 13, 23, 33]);
    for (const i of refused) expect(results[i]).toMatchObject({ reason: expect.any(Conflict), status: 'rejected' });
    expect((results[3] as PromiseRejectedResult).reason).toMatchObject({
      detail: expect.stringContaining('taken@Example.com'),
    });
    const rows = await stored(ctx);
    expect(rows).toHaveLength(1 + 41 - 5);
    const [{ keys, events }] = (await directory.query<{ keys: number; events: number }>(
      `SELECT (SELECT count(*) FROM subject_keys WHERE tenant_id = $1)::int AS keys,
         (SELECT count(*) FROM events WHERE tenant_id = $1)::int AS events`,
      [ctx.scope.tenantId],
    )) as [{ keys: number; events: number }];
    expect([keys, events]).toEqual([37, 37]);
  });

  it('stand beside other writes of their transaction', async () => {
    const ctx = await directory.tenant();
    const type = ctx.registry.type('User');
    const { id } = await create(ctx, { userName: 'first@example.com' });
    const whole = parseProjection(type, {});
    const rename = (i: number) =>
      directory.users.edit(ctx, type, id, undefined, whole, (current) => ({
        resource: { ...current, nickName: `nick${i}` },
        password: false,
      }));
    await Promise.all(
      Array.from({ length: 40 }, (_, i) => (i % 8 ? create(ctx, { userName: `q${i}@example.com` }) : rename(i))),
    );
    const rows = await stored(ctx);
    expect(rows).toHaveLength(36);
    expect(rows.find((one) => one.id === id)!.row).toMatchObject({ version: 6 });
  });

  it('wait for nobody else’s credential', async () => {
    const { scope } = await directory.tenant();
    const [one, other] = [await directory.credential(scope.tenantId), await directory.credential(scope.tenantId)];
    await directory.query('UPDATE credentials SET revoked_at = now() WHERE id = $1', [other.scope.credentialId]);
    const results = await Promise.allSettled(
      Array.from({ length: 40 }, (_, i) => create(i % 2 ? other : one, { userName: `r${i}@example.com` })),
    );
    expect(results.map(({ status }) => status)).toEqual(
      Array.from({ length: 40 }, (_, i) => (i % 2 ? 'rejected' : 'fulfilled')),
    );
  });
});

describe('a credential whose writes wait for somebody’s lock', () => {
  let directory: DirectoryFixture;
  beforeAll(async () => (directory = await DirectoryFixture.open({ lanes: 4 })));
  afterAll(() => directory.close());

  it('keeps two connections, a third for who has waited long, and none that others need', async () => {
    const { scope } = await directory.tenant();
    const [one, other] = [await directory.credential(scope.tenantId), await directory.credential(scope.tenantId)];
    const people = await Promise.all(
      ['a', 'b'].map((name) => directory.create(one, 'User', { userName: name }) as Promise<{ id: string }>),
    );
    const type = one.registry.type('User');
    const whole = parseProjection(type, {});
    const rename = ({ id }: { id: string }) =>
      directory.users.edit(one, type, id, undefined, whole, (current) => ({
        resource: { ...current, nickName: 'renamed' },
        password: false,
      }));
    const create = (ctx: RequestContext, userName: string) => directory.create(ctx, 'User', { userName });
    const lock = directory.dataSource.createQueryRunner();
    await lock.startTransaction();
    try {
      await lock.query('SELECT FROM users WHERE tenant_id = $1 FOR UPDATE', [scope.tenantId]);
      const { writes } = directory.db.load;
      const renamed: Promise<unknown>[] = [];
      for (const person of people) {
        renamed.push(rename(person));
        await until('the rename is under way', () => directory.db.load.writes.busy === renamed.length);
      }
      await create(other, 'of another credential');
      const later = create(one, 'later');
      expect(directory.db.load.writes).toMatchObject({ busy: 2, waiting: 1, open: writes.open });
      // The two still wait for the lock: it is not they who let it through.
      await later;
      await Promise.all(Array.from({ length: 20 }, (_, i) => create(one, `many ${i}`)));
      expect(directory.db.load.writes.busy).toBe(2);
      await lock.commitTransaction();
      await Promise.all(renamed);
    } finally {
      await lock.release();
    }
  });
});
