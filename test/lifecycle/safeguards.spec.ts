import type { Json } from '../scim/scim-client';
import { LifecycleWorld, SAMPLE_RULES } from './lifecycle-world';

let world: LifecycleWorld;
beforeEach(async () => {
  world = await LifecycleWorld.start();
  await world.put('deprovisioning_rules', SAMPLE_RULES);
  await world.put('safeguards', { deactivations: { count: 1, window: 'PT1H' }, notify: ['it@corp.example'] });
});
afterEach(() => world.stop());

/** Three people of one manager leave; the first is within the limit. */
async function leave(): Promise<{ manager: string; leavers: string[] }> {
  const manager = await world.person();
  const leavers = [];
  for (let i = 0; i < 3; i++) {
    const leaver = await world.person(manager);
    await world.content(`file-${i}`, leaver);
    leavers.push(leaver);
  }
  for (const leaver of leavers) await world.setActive(leaver, false);
  for (const leaver of leavers) await world.settled(leaver);
  return { manager, leavers };
}
const openHold = async () => {
  const { items } = (await world.admin(200, 'GET', '/holds')) as { items: Json[] };
  expect(items).toMatchObject([
    { kind: 'deactivations', status: 'open', limit: { count: 1, window: 'PT1H' }, runs: 2, reason: null },
  ]);
  return items[0]!.id as string;
};

it('holds what is destructive past the limit, tells an administrator, and goes on when it is released', async () => {
  const { manager, leavers } = await leave();
  expect(await world.owner('file-0')).toBe(manager);
  expect(await world.owner('file-1')).toBe(leavers[1]);
  const [run] = await world.runs(leavers[1]!);
  expect(run).toMatchObject({ status: 'held' });
  expect(world.actions(run)).toEqual({
    revoke_taskade_access: 'done',
    transfer_ownership: 'held',
    archive_user_content: 'held',
    notify_team_members: 'done',
  });
  const id = await openHold();
  expect(await world.server.events('lifecycle.held')).toHaveLength(1);
  const { items: mail } = (await world.admin(200, 'GET', '/mail')) as { items: Json[] };
  expect(mail.filter(({ template }) => template === 'hold_notice')).toMatchObject([{ to: 'it@corp.example' }]);
  await world.admin(409, 'POST', `/lifecycle/runs/${String(run!.id)}/retry`);
  await world.admin(400, 'POST', `/holds/${id}/release`, {});
  await world.admin(200, 'POST', `/holds/${id}/release`, { reason: 'the team was closed' });
  for (const leaver of leavers) expect((await world.settled(leaver))[0]).toMatchObject({ status: 'done' });
  expect(await world.owner('file-2')).toBe(manager);
  await world.admin(409, 'POST', `/holds/${id}/discard`, { reason: 'too late' });
});

it('never does what is discarded', async () => {
  const { leavers } = await leave();
  const id = await openHold();
  expect(await world.admin(200, 'POST', `/holds/${id}/discard`, { reason: 'a slip' })).toMatchObject({
    status: 'discarded',
    reason: 'a slip',
    decidedBy: { type: 'admin' },
  });
  const [run] = await world.runs(leavers[2]!);
  expect(run).toMatchObject({ status: 'cancelled' });
  expect(world.actions(run)).toMatchObject({ transfer_ownership: 'cancelled', notify_team_members: 'done' });
  expect(await world.owner('file-2')).toBe(leavers[2]);
  await world.setActive(leavers[2]!, true);
  await world.settled(leavers[2]!, 2);
  expect(await world.owner('file-2')).toBe(leavers[2]);
});

it('lets whoever comes back go from a hold', async () => {
  const { leavers } = await leave();
  const id = await openHold();
  await world.setActive(leavers[1]!, true);
  await world.settled(leavers[1]!, 2);
  await world.admin(200, 'POST', `/holds/${id}/release`, { reason: 'fine' });
  await world.settled(leavers[2]!);
  expect(await world.owner('file-1')).toBe(leavers[1]);
  expect(await world.owner('file-2')).not.toBe(leavers[2]);
});
