import { until } from '../support/until';
import type { Json } from '../scim/scim-client';
import { LifecycleWorld, SAMPLE_RULES } from './lifecycle-world';

let world: LifecycleWorld;
beforeAll(async () => {
  world = await LifecycleWorld.start();
  await world.put('deprovisioning_rules', SAMPLE_RULES);
  await world.server.database.query(`
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the disk is on fire'; END $$;
    CREATE TRIGGER refuse BEFORE UPDATE ON content FOR EACH ROW WHEN (OLD.key = 'cursed') EXECUTE FUNCTION refuse()`);
});
afterAll(() => world.stop());

const actionsOf = async (id: string) => ((await world.runs(id))[0]?.actions ?? []) as Json[];

it('tries again what fails, alone, parks it with its last error, and goes on when told', async () => {
  const manager = await world.person();
  const unlucky = await world.person(manager);
  const others = await Promise.all(Array.from({ length: 5 }, () => world.person(manager)));
  await world.content('cursed', unlucky);
  for (const [i, id] of others.entries()) await world.content(`blessed-${i}`, id);
  await Promise.all([unlucky, ...others].map((id) => world.setActive(id, false)));

  // Nobody else waits for it, whatever it shared a transaction with; what stands before it is done.
  for (const id of others) expect((await world.settled(id))[0]).toMatchObject({ status: 'done' });
  await until('it has failed', async () => (await actionsOf(unlucky))[1]?.attempts === 1);
  expect(await actionsOf(unlucky)).toMatchObject([
    { state: 'done', attempts: 1 },
    { state: 'pending', attempts: 1, lastError: 'the disk is on fire' },
    { state: 'pending', attempts: 0 },
    { state: 'pending', attempts: 0 },
  ]);
  const [waiting] = await world.runs(unlucky);
  expect(waiting).toMatchObject({ status: 'running', nextAttemptAt: expect.any(String) as string });

  // As after six hours of trying.
  await world.server.database.query(
    `UPDATE lifecycle_actions SET attempts = 7 WHERE attempts > 0 AND state = 'pending'`,
  );
  await world.server.database.query(`UPDATE lifecycle_runs SET next_at = now() WHERE next_at IS NOT NULL`);
  const [parked] = await world.settled(unlucky);
  expect(parked).toMatchObject({ status: 'failed', nextAttemptAt: null });
  expect(await actionsOf(unlucky)).toMatchObject([{}, { state: 'failed', attempts: 8 }, { state: 'pending' }, {}]);
  expect(await world.server.events('lifecycle.run_failed')).toHaveLength(1);

  await world.server.database.query('DROP TRIGGER refuse ON content');
  await world.admin(200, 'POST', `/lifecycle/runs/${String(parked!.id)}/retry`);
  expect((await world.settled(unlucky))[0]).toMatchObject({ status: 'done' });
  expect(await world.owner('cursed')).toBe(manager);
  await world.admin(409, 'POST', `/lifecycle/runs/${String(parked!.id)}/retry`);
  expect(await world.server.events('lifecycle.run_retried')).toHaveLength(1);
});
