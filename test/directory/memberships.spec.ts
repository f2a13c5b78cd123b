import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import type { RequestContext } from '@provost/directory';
import { type JsonObject, NotFound, parseProjection, parseResource } from '@provost/scim-protocol';
import { DirectoryFixture } from './directory-fixture';
import { type Dialect, type MemberWish, operationsFor } from './member-dialects';
import { membershipFaults, membersOf, versionOf } from './membership-state';

/** Pains 3 to 7: nobody gets lost, whoever pushes at the same time and in whatever dialect. */
describe('memberships', () => {
  let directory: DirectoryFixture;
  let ctx: RequestContext;
  beforeAll(async () => (directory = await DirectoryFixture.open()));
  afterAll(() => directory.close());
  beforeEach(async () => (ctx = await directory.tenant()));
  afterEach(async () => expect(await membershipFaults(directory, ctx)).toEqual([]));

  const user = async (userName: string) => (await directory.create(ctx, 'User', { userName })).id as string;
  const people = (count: number) => Promise.all(Array.from({ length: count }, (_, i) => user(`person${i}`)));
  const group = async (displayName: string, ids: readonly string[] = []) =>
    (await directory.create(ctx, 'Group', { displayName, members: ids.map((value) => ({ value })) })).id as string;
  const patch = (id: string, wish: MemberWish, dialect: Dialect = 'okta') =>
    directory.patchGroup(ctx, id, operationsFor(wish, dialect));
  const put = (id: string, displayName: string, ids: readonly string[]) => {
    const type = ctx.registry.type('Group');
    const parsed = parseResource(type, { displayName, members: ids.map((value) => ({ value })) }, ctx.profile);
    return directory.groups.replace(ctx, type, id, undefined, parsed, () => parsed.resource, parseProjection(type, {}));
  };
  const remove = (typeName: 'User' | 'Group', id: string) =>
    directory[typeName === 'User' ? 'users' : 'groups'].delete(ctx, ctx.registry.type(typeName), id, undefined);
  const read = async (typeName: 'User' | 'Group', id: string) => {
    const type = ctx.registry.type(typeName);
    const store = typeName === 'User' ? directory.users : directory.groups;
    return JSON.parse((await store.get(ctx, type, id, parseProjection(type, {}))).text) as JsonObject;
  };
  const groupsOf = async (userId: string) => {
    const { groups } = await read('User', userId);
    return Object.fromEntries((groups as JsonObject[]).map(({ value, type }) => [value, type]));
  };

  describe('under concurrency', () => {
    it('forty PATCHes that add and remove different people lose nobody', async () => {
      const ids = await people(40);
      const [leavers, joiners] = [ids.slice(0, 20), ids.slice(20)];
      const id = await group('Busy', leavers);
      const before = await versionOf(directory, id);
      await Promise.all([
        ...joiners.map((joiner) => patch(id, { do: 'add', ids: [joiner] })),
        ...leavers.map((leaver) => patch(id, { do: 'remove', ids: [leaver] }, 'entra')),
      ]);
      expect(await membersOf(directory, id)).toEqual([...joiners].sort());
      expect(await versionOf(directory, id)).toBe(before + 40);
    });

    it('the same person added forty times is there once, in one new version', async () => {
      const [somebody] = await people(1);
      const id = await group('Popular');
      const before = await versionOf(directory, id);
      await Promise.all(Array.from({ length: 40 }, () => patch(id, { do: 'add', ids: [somebody!] })));
      expect(await membersOf(directory, id)).toEqual([somebody]);
      expect(await versionOf(directory, id)).toBe(before + 1);
    });

    it('PUTs and full pushes end in one of the states that were written', async () => {
      const ids = await people(24);
      const id = await group('Pushed');
      const states = Array.from({ length: 12 }, (_, i) => ids.slice(i, i + 1 + (i % 7)));
      await Promise.all(
        states.map((state, i) => (i % 2 ? put(id, 'Pushed', state) : patch(id, { do: 'replace', ids: state }))),
      );
      expect(states.map((state) => JSON.stringify([...state].sort()))).toContain(
        JSON.stringify(await membersOf(directory, id)),
      );
    });

    it('a rename and a push keep out of each other’s way', async () => {
      const ids = await people(10);
      const id = await group('Old name');
      await Promise.all([
        ...ids.map((member) => patch(id, { do: 'add', ids: [member] })),
        directory.patchGroup(ctx, id, [{ op: 'replace', value: { id, displayName: 'New name' } }]),
        directory.patchGroup(ctx, id, [{ op: 'replace', path: 'externalId', value: 'x-1' }]),
      ]);
      expect(await read('Group', id)).toMatchObject({ displayName: 'New name', externalId: 'x-1' });
      expect(await membersOf(directory, id)).toEqual([...ids].sort());
    });

    it('groups that are put into each other at once do not wait for each other', async () => {
      const ids = await Promise.all(['a', 'b', 'c'].map((name) => group(name)));
      // A deadlock costs a second, and then each of a transaction's writes is tried again.
      const { writes } = directory.db as unknown as { writes: { failed(): void } };
      const failed = jest.spyOn(writes, 'failed');
      await Promise.all(ids.flatMap((id) => ids.map((other) => patch(id, { do: 'add', ids: [other] }))));
      expect(failed).not.toHaveBeenCalled();
      failed.mockRestore();
      for (const id of ids) expect(await membersOf(directory, id)).toEqual([...ids].sort());
    });

    it.each(['User', 'Group'] as const)('a %s that is deleted while it joins does not remain', async (typeName) => {
      const outer = await Promise.all(Array.from({ length: 5 }, (_, i) => group(`outer${i}`)));
      const ids = await Promise.all(
        Array.from({ length: 20 }, (_, i) => (typeName === 'User' ? user : group)(`n${i}`)),
      );
      await Promise.all(
        ids.flatMap((id, i) => [
          patch(outer[i % 5]!, { do: 'add', ids: [id] }),
          remove(typeName, id),
          patch(outer[(i + 1) % 5]!, { do: 'replace', ids: [id] }),
        ]),
      );
      for (const id of outer) expect(await membersOf(directory, id)).toEqual([]);
    });

    it('of everything at once leave nothing dangling', async () => {
      const random = fc.sample(fc.infiniteStream(fc.nat()), { numRuns: 1, seed: 7 })[0]!;
      const draw = <T>(from: readonly T[]): T => from[random.next().value! % from.length]!;
      const ids = await people(30);
      const groups = await Promise.all(
        Array.from({ length: 6 }, (_, i) => group(`g${i}`, ids.slice(i * 3, i * 3 + 8))),
      );
      const some = () => [draw(ids), draw(ids), draw(groups)];
      const acts = Array.from({ length: 160 }, () => (): Promise<unknown> => {
        switch (random.next().value! % 12) {
          case 0:
            return remove('User', draw(ids));
          case 1:
            return remove('Group', draw(groups.slice(0, 2)));
          case 2:
            return put(draw(groups), 'put', some());
          case 3:
            return patch(draw(groups), { do: 'replace', ids: some() });
          case 4:
            return patch(draw(groups), { do: 'removeGroups' });
          case 5:
            return group('new', some());
          case 6:
          case 7:
          case 8:
            return patch(draw(groups), { do: 'remove', ids: some() }, draw(['okta', 'entra', 'rfc']));
          default:
            return patch(draw(groups), { do: 'add', ids: some() }, draw(['okta', 'entra', 'rfc']));
        }
      });
      const results = await Promise.allSettled(acts.map((act) => act()));
      const failed = results.flatMap((r) =>
        r.status === 'rejected' && !(r.reason instanceof NotFound) ? [r.reason as Error] : [],
      );
      expect(failed).toEqual([]);
    });
  });

  it('an add of who is there and a removal of who is not keep version and time (R44)', async () => {
    const [ava, bo] = await people(2);
    const id = await group('Still', [ava!]);
    const before = await read('Group', id);
    await patch(id, { do: 'add', ids: [ava!] });
    await patch(id, { do: 'remove', ids: [bo!] });
    await patch(id, { do: 'remove', ids: [bo!] }, 'entra');
    await patch(id, { do: 'replace', ids: [ava!] });
    await put(id, 'Still', [ava!]);
    await directory.patchGroup(ctx, id, [{ op: 'replace', value: { id, displayName: 'Still' } }]);
    expect(await read('Group', id)).toEqual(before);
  });

  it('unknown ids are left out and said so in the log (K15)', async () => {
    const [ava] = await people(1);
    const [nobody, garbage] = [randomUUID(), 'not an id'];
    const id = await group('Known');
    await patch(id, { do: 'add', ids: [nobody, ava!, garbage] });
    expect(await membersOf(directory, id)).toEqual([ava]);
    const events = await directory.query<{ data: { members: string[] } }>(
      `SELECT data FROM events WHERE tenant_id = $1 AND type = 'sync.member_unknown'`,
      [ctx.scope.tenantId],
    );
    expect(events.map(({ data }) => [...data.members].sort())).toEqual([[nobody, garbage].sort()]);
  });

  describe('of groups in groups', () => {
    it('reach a user through every level, in circles too', async () => {
      const [ava] = await people(1);
      const team = await group('Team', [ava!]);
      const department = await group('Department', [team]);
      const company = await group('Company', [department]);
      await patch(team, { do: 'add', ids: [company] });
      await patch(company, { do: 'add', ids: [company] });
      const all = { [team]: 'direct', [department]: 'indirect', [company]: 'indirect' };
      expect(await groupsOf(ava!)).toEqual(all);
      const [listed] = await directory.list(ctx, 'User', { filter: 'groups.display eq "Company"' });
      expect(listed).toEqual(await read('User', ava!));
      await patch(company, { do: 'add', ids: [ava!] });
      expect(await groupsOf(ava!)).toEqual({ ...all, [company]: 'direct' });
      await patch(department, { do: 'remove', ids: [team] });
      // Still in Company itself, which is in Team.
      expect(await groupsOf(ava!)).toEqual({ [team]: 'direct', [company]: 'direct' });
    });

    it('show a member’s name and kind', async () => {
      const ava = (await directory.create(ctx, 'User', { userName: 'ava', displayName: 'Ava Lee' })).id as string;
      const bo = await user('bo');
      const inner = await group('Inner');
      const outer = await read('Group', await group('Outer', [ava, bo, inner]));
      expect(outer.members).toEqual([
        { value: ava, $ref: `${ctx.baseUrl}/Users/${ava}`, display: 'Ava Lee', type: 'User' },
        { value: bo, $ref: `${ctx.baseUrl}/Users/${bo}`, display: 'bo', type: 'User' },
        { value: inner, $ref: `${ctx.baseUrl}/Groups/${inner}`, display: 'Inner', type: 'Group' },
      ]);
    });
  });

  describe('of what is deleted', () => {
    const eventsAbout = (id: string) =>
      directory.query<{ type: string; group_id: string | null }>(
        'SELECT type, group_id FROM events WHERE tenant_id = $1 AND subject_id = $2 ORDER BY seq',
        [ctx.scope.tenantId, id],
      );

    it('a user leaves every group, in new versions', async () => {
      const [ava, bo] = await people(2);
      const [one, two] = [await group('One', [ava!, bo!]), await group('Two', [ava!])];
      const before = [await versionOf(directory, one), await versionOf(directory, two)];
      await remove('User', ava!);
      expect([await membersOf(directory, one), await membersOf(directory, two)]).toEqual([[bo], []]);
      expect([await versionOf(directory, one), await versionOf(directory, two)]).toEqual(before.map((v) => v + 1));
      const events = (await eventsAbout(ava!)).slice(-3);
      expect(events.map(({ type }) => type).sort()).toEqual([
        'group.member_removed',
        'group.member_removed',
        'user.deleted',
      ]);
      expect(events.flatMap((e) => e.group_id ?? []).sort()).toEqual([one, two].sort());
      const terms = await directory.query('SELECT 1 FROM user_terms WHERE user_id = $1', [ava]);
      expect(terms).toEqual([]);
      await expect(remove('User', ava!)).rejects.toBeInstanceOf(NotFound);
    });

    it('a group lets go of its people and leaves the groups that it was in', async () => {
      const [ava] = await people(1);
      const inner = await group('Inner', [ava!]);
      const outer = await group('Outer', [inner]);
      await patch(inner, { do: 'add', ids: [outer, inner] });
      await remove('Group', inner);
      expect(await groupsOf(ava!)).toEqual({});
      expect(await membersOf(directory, outer)).toEqual([]);
      expect((await eventsAbout(ava!)).at(-1)).toEqual({ type: 'group.member_removed', group_id: inner });
      await expect(read('Group', inner)).rejects.toBeInstanceOf(NotFound);
    });
  });

  it('follow any sequence of operations in any dialect', async () => {
    const ids = await people(5);
    const inner = await group('inner');
    const known = [...ids, inner];
    const pool = [...known, randomUUID(), 'junk'];
    const chosen = fc.subarray(pool, { maxLength: 4 });
    const wish: fc.Arbitrary<MemberWish> = fc.oneof(
      { weight: 4, arbitrary: fc.record({ do: fc.constant('add' as const), ids: chosen }) },
      { weight: 4, arbitrary: fc.record({ do: fc.constant('remove' as const), ids: chosen }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('replace' as const), ids: chosen }) },
      { weight: 1, arbitrary: fc.constant({ do: 'clear' as const }) },
      { weight: 1, arbitrary: fc.nat(4).map((i) => ({ do: 'removeNamed' as const, name: `PERSON${i}` })) },
      { weight: 1, arbitrary: fc.constant({ do: 'removeGroups' as const }) },
    );
    const request = fc.record({
      dialect: fc.constantFrom<Dialect>('okta', 'entra', 'rfc'),
      wishes: fc.array(wish, { minLength: 1, maxLength: 4 }),
      rename: fc.boolean(),
    });
    const obey = (members: Set<string>, w: MemberWish) => {
      if (w.do === 'replace' || w.do === 'clear') members.clear();
      if (w.do === 'add' || w.do === 'replace') for (const id of w.ids) if (known.includes(id)) members.add(id);
      if (w.do === 'remove') for (const id of w.ids) members.delete(id);
      if (w.do === 'removeNamed') members.delete(ids[Number(w.name.slice(-1))]!);
      if (w.do === 'removeGroups') members.delete(inner);
    };
    await fc.assert(
      fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 6 }), async (requests) => {
        const id = await group('G');
        const model = new Set<string>();
        for (const [i, { dialect, wishes, rename }] of requests.entries()) {
          const before = { version: await versionOf(directory, id), members: [...model].sort() };
          const operations = wishes.flatMap((w) => operationsFor(w, dialect));
          if (rename) operations.push({ op: 'replace', path: 'displayName', value: `G${i}` });
          if (!operations.length) continue;
          await directory.patchGroup(ctx, id, operations);
          for (const w of wishes) obey(model, w);
          expect(await membersOf(directory, id)).toEqual([...model].sort());
          const changed = rename || JSON.stringify([...model].sort()) !== JSON.stringify(before.members);
          if (changed) expect(await versionOf(directory, id)).toBeGreaterThan(before.version);
          else if (wishes.length === 1) expect(await versionOf(directory, id)).toBe(before.version);
        }
        expect(((await read('Group', id)).members as JsonObject[]).map(({ value }) => value)).toEqual(
          [...model].sort(),
        );
      }),
      { numRuns: 60 },
    );
  });
});
