import type { Json } from '../scim/scim-client';
import { LifecycleWorld, SAMPLE_RULES } from './lifecycle-world';

let world: LifecycleWorld;
let sales: string;
let support: string;
beforeAll(async () => {
  world = await LifecycleWorld.start();
  await world.put('deprovisioning_rules', SAMPLE_RULES);
  for (const key of ['sales-eu', 'support-eu']) await world.workspace(key);
  sales = (await world.scim.createdGroup('Sales')).id;
  support = (await world.scim.createdGroup('Support')).id;
  await world.put('group_mappings', {
    Sales: { taskade_role: 'seller', permissions: ['deals:write'], workspaces: ['sales-*'] },
    Support: { taskade_role: 'agent', permissions: ['tickets:write'], workspaces: ['support-*'] },
  });
});
afterAll(() => world.stop());

const members = (op: 'add' | 'remove', group: string, id: string) =>
  world.scim.patch(
    `/Groups/${group}`,
    op === 'add' ? { op, path: 'members', value: [{ value: id }] } : { op, path: `members[value eq "${id}"]` },
  );

it('takes somebody who leaves a group out of the projects that no other group opens, and hands their work there on', async () => {
  const manager = await world.person();
  const mover = await world.person(manager);
  for (const group of [sales, support]) await members('add', group, mover);
  await world.project('deal', 'sales-eu', [mover, manager]);
  await world.project('queue', 'support-eu', [mover]);
  await world.project('free', null, [mover]);
  await world.content('offer', mover, { project: 'deal' });
  await world.content('answer', mover, { project: 'queue' });
  await members('remove', sales, mover);

  const [run] = await world.settled(mover);
  expect(run).toMatchObject({ rule: 'group_removal', groupId: sales, status: 'done' });
  const results = Object.fromEntries((run!.actions as Json[]).map(({ action, result }) => [action, result]));
  expect(results.adjust_permissions).toMatchObject({
    before: { roles: ['agent', 'seller'] },
    after: { roles: ['agent'], workspaces: ['support-eu'] },
    lost: { roles: ['seller'], permissions: ['deals:write'], workspaces: ['sales-eu'] },
  });
  expect(results.remove_from_projects).toEqual({ projects: ['deal'] });
  expect(results.transfer_responsibilities).toMatchObject({ moved: 1, to: manager });
  expect(await world.members('deal')).toEqual([manager]);
  expect(await world.members('queue')).toEqual([mover]);
  expect(await world.members('free')).toEqual([mover]);
  expect(await world.owner('offer')).toBe(manager);
  expect(await world.owner('answer')).toBe(mover);
});

it('fires for the people of a group that leaves another, but for those who stay in it by another way', async () => {
  const manager = await world.person();
  const [inner, other, deep] = await Promise.all([world.person(manager), world.person(manager), world.person(manager)]);
  const below = (await world.scim.createdGroup('Sales Below', [deep])).id;
  const nested = (await world.scim.createdGroup('Sales Nested', [inner, other, below])).id;
  const beside = (await world.scim.createdGroup('Sales Beside', [other])).id;
  for (const id of [nested, beside]) await members('add', sales, id);
  await world.project('nest', 'sales-eu', [inner, other, deep, manager]);
  await world.content('egg', deep, { project: 'nest' });
  await members('remove', sales, nested);
  for (const id of [inner, deep]) {
    const [run] = await world.settled(id);
    expect(run).toMatchObject({
      rule: 'group_removal',
      groupId: sales,
      status: 'done',
      event: { type: 'group.member_removed' },
    });
    expect((run!.actions as Json[])[0]).toMatchObject({
      result: { lost: { roles: ['seller'], workspaces: ['sales-eu'] } },
    });
  }
  expect((await world.members('nest')).sort()).toEqual([other, manager].sort());
  expect(await world.owner('egg')).toBe(manager);
  await world.quiet();
  expect(await world.runs(other)).toEqual([]);
});

it('does nothing for whoever is deleted', async () => {
  const gone = await world.person();
  await members('add', sales, gone);
  await world.scim.scim('DELETE', `/Users/${gone}`);
  const runs = await world.settled(gone);
  expect(runs.map(({ rule }) => rule)).toEqual(['user_removal']);
});

it('says what a removal would do, and does nothing', async () => {
  const manager = await world.person();
  const mover = await world.person(manager);
  await members('add', sales, mover);
  await world.project('lead', 'sales-eu', [mover]);
  await world.content('pitch', mover, { project: 'lead' });
  // What joining the group has brought about, such as another role, is told by then.
  await world.quiet();
  const before = await world.server.database.query('SELECT count(*)::int AS events FROM events');
  const event = { type: 'group.member_removed', userId: mover, groupId: sales };
  expect(await world.admin(200, 'POST', '/lifecycle/simulate', { event })).toMatchObject({
    fires: [
      {
        rule: 'group_removal',
        heldBy: null,
        actions: [
          { action: 'adjust_permissions', result: { lost: { roles: ['seller'] } } },
          { action: 'remove_from_projects', description: 'Taken out of 1 project.' },
          { action: 'transfer_responsibilities', state: 'done', result: { moved: 1, to: manager } },
        ],
      },
    ],
  });
  const leaving = await world.admin(200, 'POST', '/lifecycle/simulate', {
    event: { type: 'user.deactivated', userId: mover },
  });
  expect(leaving).toMatchObject({ fires: [{ rule: 'user_removal', actions: { length: 4 } }] });
  expect(await world.runs(mover)).toEqual([]);
  expect(await world.members('lead')).toEqual([mover]);
  expect(await world.owner('pitch')).toBe(mover);
  const after = await world.server.database.query('SELECT count(*)::int AS events FROM events');
  expect(after.rows).toEqual(before.rows);
});

it.each<[unknown, string]>([
  [{}, '/event'],
  [{ event: { type: 'user.left', userId: '0192aaaa-0000-7000-8000-000000000000' } }, '/event/type'],
  [{ event: { type: 'user.deleted', userId: 'x' } }, '/event/userId'],
  [{ event: { type: 'group.member_removed', userId: '0192aaaa-0000-7000-8000-000000000000' } }, '/event/groupId'],
])('refuses to simulate %j', async (body, pointer) => {
  const answer = await world.server.send('POST', '/lifecycle/simulate', body, world.server.as('admin'));
  expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer }] } });
});
