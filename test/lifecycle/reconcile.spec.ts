import { LifecycleWorld, SAMPLE_RULES } from './lifecycle-world';

let world: LifecycleWorld;
beforeAll(async () => {
  world = await LifecycleWorld.start();
});
afterAll(() => world.stop());

it('fires for people who left before there was a rule, once', async () => {
  const manager = await world.person();
  const leaver = await world.person(manager);
  await world.content('old', leaver);
  await world.setActive(leaver, false);
  const since = (await world.scim.read(`/Users/${leaver}`)).meta as { lastModified: string };
  await world.put('deprovisioning_rules', SAMPLE_RULES);
  expect(await world.admin(200, 'POST', '/jobs/reconcile/run')).toMatchObject({ result: { fired: 1 } });
  const [run] = await world.settled(leaver);
  expect(run).toMatchObject({ rule: 'user_removal', status: 'done', requestedAt: since.lastModified });
  expect(await world.owner('old')).toBe(manager);
  expect(await world.admin(200, 'POST', '/jobs/reconcile/run')).toMatchObject({ result: { fired: 0 } });
});
