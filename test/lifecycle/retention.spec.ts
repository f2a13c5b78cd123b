import { until } from '../support/until';
import type { Json } from '../scim/scim-client';
import { LifecycleWorld, SAMPLE_RULES } from './lifecycle-world';

let world: LifecycleWorld;
beforeAll(async () => {
  world = await LifecycleWorld.start();
  await world.put('deprovisioning_rules', SAMPLE_RULES);
});
afterAll(() => world.stop());

const retain = (retention_period: string) =>
  world.put('deprovisioning_rules', {
    ...SAMPLE_RULES,
    user_removal: { ...SAMPLE_RULES.user_removal, retention_period },
  });
const purge = async () =>
  ((await world.admin(200, 'POST', '/jobs/retention-purge/run')).result as { erased: number }).erased;

it('gives everything back within the period', async () => {
  const manager = await world.person();
  const leaver = await world.person(manager);
  await world.content('desk', leaver);
  await world.setActive(leaver, false);
  await world.settled(leaver);
  expect(await world.owner('desk')).toBe(manager);
  const run = await world.admin(200, 'POST', `/users/${leaver}/restore`);
  expect(run).toMatchObject({ rule: 'reactivation', status: 'done' });
  expect(await world.owner('desk')).toBe(leaver);
  expect(await world.server.must(200, 'GET', `/users/${leaver}`)).toMatchObject({ active: true });
  expect((await world.receipt(leaver)).restoredAt).toEqual(expect.any(String));
  await world.admin(409, 'POST', `/users/${leaver}/restore`);
  await world.admin(404, 'POST', `/users/0192aaaa-0000-7000-8000-000000000000/restore`);
});

it('gives back whoever was deleted: the person, their groups and access, content and projects; no session', async () => {
  const manager = await world.person();
  const leaver = await world.person(manager, { displayName: 'Dele Ted', title: 'Pilot' });
  const group = (await world.scim.createdGroup('Flyers', [leaver])).id;
  const dropped = (await world.scim.createdGroup('Dropped', [leaver])).id;
  await world.put('group_mappings', { Flyers: { taskade_role: 'flyer' } });
  await world.project('wings', null, [leaver, manager]);
  await world.content('chart', leaver);
  const session = await world.server.must(201, 'POST', '/sessions', { userId: leaver, ip: '10.0.0.9', success: true });
  const before = await world.scim.read(`/Users/${leaver}`);
  expect((await world.scim.scim('DELETE', `/Users/${leaver}`)).status).toBe(204);
  await world.settled(leaver);
  expect(await world.owner('chart')).toBe(manager);
  await world.scim.scim('DELETE', `/Groups/${dropped}`);
  expect((await world.scim.scim('GET', `/Users/${leaver}`)).status).toBe(404);

  // Somebody took the name meanwhile.
  const taker = await world.person(manager, { userName: before.userName });
  const taken = await world.server.send('POST', `/users/${leaver}/restore`, undefined, world.server.as('admin'));
  expect(taken).toMatchObject({ status: 409, body: { detail: expect.stringContaining('already exists') as string } });
  expect((await world.scim.scim('GET', `/Users/${leaver}`)).status).toBe(404);
  await world.scim.patch(`/Users/${taker}`, { op: 'replace', path: 'userName', value: `not-${taker}@corp.example` });

  expect(await world.admin(200, 'POST', `/users/${leaver}/restore`)).toMatchObject({
    ...{ rule: 'reactivation', status: 'done', event: { type: 'user.restored' } },
  });
  const after = await world.scim.read(`/Users/${leaver}`);
  const { meta, groups: _, ...rest } = before as { meta: Json; groups: unknown };
  expect(after).toMatchObject({
    ...rest,
    groups: [{ value: group, display: 'Flyers' }],
    meta: { created: meta.created, location: meta.location },
  });
  expect((after.meta as Json).version).not.toBe(meta.version);
  expect(await world.owner('chart')).toBe(leaver);
  expect((await world.members('wings')).sort()).toEqual([leaver, manager].sort());
  expect(await world.server.must(200, 'GET', `/users/${leaver}/access`)).toMatchObject({
    active: true,
    roles: [{ role: 'flyer' }],
  });
  expect(await world.server.must(200, 'POST', '/sessions/introspect', { token: session.token })).toEqual({
    active: false,
  });
  expect((await world.receipt(leaver)).restoredAt).toEqual(expect.any(String));
  await world.admin(409, 'POST', `/users/${leaver}/restore`);

  // Once more, and at once both ways: one of them wins.
  expect((await world.scim.scim('DELETE', `/Users/${leaver}`)).status).toBe(204);
  await world.settled(leaver, 3);
  const both = await Promise.all(
    [1, 2].map(() => world.server.send('POST', `/users/${leaver}/restore`, undefined, world.server.as('admin'))),
  );
  expect(both.map(({ status }) => status)).toContain(200);
  expect((await world.scim.scim('GET', `/Users/${leaver}`)).status).toBe(200);

  // In one breath: the lifecycle has not read of the deletion yet.
  expect((await world.scim.scim('DELETE', `/Users/${leaver}`)).status).toBe(204);
  expect(await world.admin(200, 'POST', `/users/${leaver}/restore`)).toMatchObject({ rule: 'reactivation' });
  expect((await world.scim.scim('GET', `/Users/${leaver}`)).status).toBe(200);
});

it('erases the person after the period and keeps the trail', async () => {
  const manager = await world.person();
  const leaver = await world.person(manager, { displayName: 'Erasmus Leaver' });
  await world.project('ship', null, [leaver, manager]);
  await world.content('log', leaver, { project: 'ship' });
  await world.server.must(201, 'POST', '/sessions', { userId: leaver, ip: '10.0.0.9', success: true });
  await world.setActive(leaver, false);
  await world.settled(leaver);
  expect(await purge()).toBe(0);
  await retain('PT0.01S');
  await until('the period has passed', async () => (await purge()) > 0);
  expect((await world.scim.scim('GET', `/Users/${leaver}`)).status).toBe(404);
  expect(await world.members('ship')).toEqual([manager]);
  for (const [table, column] of [
    ['subject_keys', 'subject_id'],
    ['sessions', 'user_id'],
    ['mail', 'user_id'],
    ['project_members', 'user_id'],
    ['profiles', 'user_id'],
  ])
    expect((await world.server.database.query(`SELECT FROM ${table} WHERE ${column} = $1`, [leaver])).rowCount).toBe(0);
  const { rows } = await world.server.database.query<{ text: string }>(
    `SELECT row_to_json(e)::text AS text FROM events e WHERE subject_id = $1`,
    [leaver],
  );
  expect(rows.length).toBeGreaterThan(4);
  expect(rows.map(({ text }) => text).join()).not.toContain('Erasmus');
  expect(await world.receipt(leaver)).toMatchObject({ status: 'done', content: [{ key: 'log', to: manager }] });
  const late = await world.server.send('POST', `/users/${leaver}/restore`, undefined, world.server.as('admin'));
  expect(late).toMatchObject({ status: 410, body: { detail: expect.stringContaining('erased') as string } });
  expect((await world.server.events('user.purged')).filter(({ subject_id }) => subject_id === leaver)).toHaveLength(1);
  expect(await purge()).toBe(0);
  // The deletion by the purge fires nothing.
  expect(await world.runs(leaver)).toHaveLength(1);
  await retain('30_days');
});

it('shows runs to those who may see them, page by page, and refuses what it does not know', async () => {
  const { items } = (await world.admin(200, 'GET', '/lifecycle/runs?status=done')) as { items: Json[] };
  expect(items.length).toBeGreaterThan(1);
  const pages = await world.server.database.query('SELECT count(*)::int AS n FROM lifecycle_runs');
  const app = await world.server.send('GET', '/lifecycle/runs');
  expect(app.status).toBe(403);
  let cursor = '';
  let seen = 0;
  do {
    const page = await world.admin(200, 'GET', `/lifecycle/runs?limit=1${cursor}`);
    seen += (page.items as Json[]).length;
    cursor = page.nextCursor === null ? '' : `&cursor=${page.nextCursor as string}`;
  } while (cursor);
  expect(seen).toBe((pages.rows[0] as { n: number }).n);
  await world.admin(400, 'GET', '/lifecycle/runs?status=lost');
  await world.admin(400, 'GET', '/lifecycle/runs?userId=x');
  await world.admin(404, 'GET', '/lifecycle/runs/x');
  await world.admin(404, 'GET', '/users/x/receipt');
  const { items: actions } = { items: (await world.admin(200, 'GET', '/lifecycle/actions')) as unknown as Json[] };
  expect(actions.map(({ action }) => action)).toContain('revoke_taskade_access');
});
