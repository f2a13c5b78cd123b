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
  await world.admin(409, 'POST', `/users/${leaver}/restore`);
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
