import { LifecycleWorld, SAMPLE_RULES } from './lifecycle-world';

let world: LifecycleWorld;
beforeAll(async () => {
  world = await LifecycleWorld.start();
  await world.put('deprovisioning_rules', SAMPLE_RULES);
});
afterAll(() => world.stop());

it('does what the rule says when somebody is deactivated, and proves it', async () => {
  const manager = await world.person();
  const mate = await world.person(undefined, { preferredLanguage: 'de-AT' });
  const leaver = await world.person(manager);
  await world.project('apollo', null, [leaver, mate]);
  await world.content('plan', leaver, { project: 'apollo' });
  await world.content('notes', leaver);
  const session = await world.server.must(201, 'POST', '/sessions', { userId: leaver, ip: '10.0.0.1', success: true });
  const expiresAt = new Date(Date.now() + 3_600_000);
  const grant = await world.server.must(201, 'POST', '/grants', {
    userId: leaver,
    role: 'auditor',
    expiresAt,
    reason: 'audit',
  });
  await world.setActive(leaver, false);

  const [run] = await world.settled(leaver);
  expect(run).toMatchObject({ rule: 'user_removal', trigger: 'user_deactivated_in_okta', status: 'done' });
  expect(world.actions(run)).toEqual({
    revoke_taskade_access: 'done',
    transfer_ownership: 'done',
    archive_user_content: 'done',
    notify_team_members: 'done',
  });
  expect(await world.owner('plan')).toBe(manager);
  expect(await world.server.must(200, 'GET', '/content/notes')).toMatchObject({ ownerId: manager, archived: true });
  const receipt = await world.receipt(leaver);
  expect(receipt).toMatchObject({
    userId: leaver,
    status: 'done',
    sessions: [{ id: session.id }],
    grants: [{ id: grant.id }],
    content: [
      { key: 'notes', from: leaver, to: manager },
      { key: 'plan', from: leaver, to: manager },
    ],
  });
  expect(new Set((receipt.told as { userId: string }[]).map(({ userId }) => userId))).toEqual(new Set([manager, mate]));
  expect(receipt.revocationMs).toEqual(expect.any(Number));
  const { rows: mail } = await world.server.database.query(
    `SELECT locale, data->>'moves' AS moves FROM mail WHERE user_id = $1 ORDER BY locale`,
    [leaver],
  );
  expect(mail).toEqual([
    {
      locale: 'de',
      moves: expect.stringMatching(
        /^1 Sitzung und 1 befristete Freigabe beendet\. 2 Inhalte an .+ übergeben\./,
      ) as string,
    },
    {
      locale: 'en',
      moves: expect.stringMatching(/^1 session and 1 grant ended\. 2 pieces of content handed on to /) as string,
    },
  ]);
  const types = (await world.server.events('lifecycle.')).map(({ type }) => type);
  expect(types).toEqual(expect.arrayContaining(['lifecycle.run_started', 'lifecycle.run_completed']));
  expect(await world.server.events('user.deprovisioned')).toHaveLength(1);
});

it('hands the content of somebody who is deleted on to the manager whom the log tells', async () => {
  const manager = await world.person();
  const leaver = await world.person(manager, { displayName: 'Gone' });
  await world.content('left-behind', leaver);
  expect((await world.scim.scim('DELETE', `/Users/${leaver}`)).status).toBe(204);
  const [run] = await world.settled(leaver);
  expect(run).toMatchObject({ rule: 'user_removal', status: 'done', event: { type: 'user.deleted' } });
  expect(await world.owner('left-behind')).toBe(manager);
});

it('holds what nobody can take over, until a fallback owner is named and the run is tried again', async () => {
  const heir = await world.person();
  const leaver = await world.person();
  await world.content('orphan', leaver);
  await world.setActive(leaver, false);
  const [held] = await world.settled(leaver);
  expect(held).toMatchObject({ status: 'held' });
  expect(world.actions(held)).toMatchObject({ transfer_ownership: 'held', notify_team_members: 'done' });
  expect(await world.owner('orphan')).toBe(leaver);
  await world.put('deprovisioning_rules', {
    ...SAMPLE_RULES,
    user_removal: { ...SAMPLE_RULES.user_removal, fallback_owner: heir },
  });
  await world.admin(200, 'POST', `/lifecycle/runs/${String(held!.id)}/retry`);
  expect((await world.settled(leaver))[0]).toMatchObject({ status: 'done' });
  expect(await world.owner('orphan')).toBe(heir);
  await world.put('deprovisioning_rules', SAMPLE_RULES);
});

it('gives content, archive and grants back to whoever is activated again', async () => {
  const manager = await world.person();
  const leaver = await world.person(manager);
  await world.content('mine', leaver);
  await world.content('moved-on', leaver);
  await world.setActive(leaver, false);
  await world.settled(leaver);
  await world.server.must(200, 'PUT', '/content/moved-on', {
    type: 'document',
    ownerId: (await world.person()) as unknown,
  });
  await world.setActive(leaver, true);
  const [back, left] = await world.settled(leaver, 2);
  expect(back).toMatchObject({ rule: 'reactivation', status: 'done' });
  expect(left!.supersededAt).toEqual(expect.any(String));
  expect(await world.server.must(200, 'GET', '/content/mine')).toMatchObject({ ownerId: leaver, archived: false });
  expect(await world.owner('moved-on')).not.toBe(leaver);
});

it('ends deactivated after a deactivation, an activation and a deactivation at once', async () => {
  const manager = await world.person();
  const leaver = await world.person(manager);
  await world.content('once', leaver);
  for (const active of [false, true, false]) await world.setActive(leaver, active);
  const runs = await world.settled(leaver, 3);
  expect(runs.map(({ rule }) => rule)).toEqual(['user_removal', 'reactivation', 'user_removal']);
  expect(runs[0]).toMatchObject({ status: 'done', supersededAt: null });
  expect(await world.owner('once')).toBe(manager);
  expect((await world.receipt(leaver)).content).toMatchObject([{ key: 'once', to: manager }]);
});
