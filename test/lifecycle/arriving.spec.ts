import { Client } from 'pg';
import { ENTERPRISE, type Json } from '../scim/scim-client';
import { LifecycleWorld } from './lifecycle-world';

let world: LifecycleWorld;
beforeEach(async () => {
  world = await LifecycleWorld.start();
});
afterEach(() => world.stop());

const creation = (trigger: string) => ({ user_creation: { trigger, default_role: 'user', welcome_email: true } });
const welcomes = async () =>
  ((await world.admin(200, 'GET', '/mail')) as { items: Json[] }).items.filter(
    ({ template }) => template === 'welcome',
  );

it('greets people when they arrive, once', async () => {
  await world.put('provisioning_rules', creation('user_created'));
  const id = await world.person(undefined, { emails: [{ value: 'new@corp.example', primary: true }] });
  const [run] = await world.settled(id);
  expect(run).toMatchObject({ rule: 'user_creation', trigger: 'user_created', status: 'done' });
  expect(run!.actions).toMatchObject([
    { action: 'assign_default_role', result: { inForce: true } },
    { action: 'welcome_email', result: { sent: true } },
  ]);
  expect(await welcomes()).toMatchObject([{ to: 'new@corp.example', userId: id }]);
});

it('leaves a run to the worker while somebody else works for the tenant; told again, an arrival changes nothing', async () => {
  await world.put('provisioning_rules', creation('user_created'));
  const { rows } = await world.server.database.query<{ id: string }>(`SELECT id FROM tenants`);
  const other = new Client({ connectionString: world.scim.server.databaseUrl });
  await other.connect();
  const emails = (name: string) => ({ emails: [{ value: `${name}@corp.example`, primary: true }] });
  let first: string;
  try {
    await other.query(`SELECT pg_advisory_lock(hashtextextended($1::text, 9))`, [rows[0]!.id]);
    first = await world.person(undefined, emails('first'));
    await world.quiet();
    expect(await world.runs(first)).toMatchObject([{ rule: 'user_creation', status: 'pending' }]);
  } finally {
    await other.end();
  }
  expect((await world.settled(first))[0]).toMatchObject({ status: 'done' });
  const second = await world.person(undefined, emails('second'));
  await world.settled(second);
  await world.quiet();
  await world.server.database.query(`UPDATE event_consumers SET position = 0 WHERE name = 'lifecycle'`);
  // Arrives in one transaction with those who have arrived.
  const third = await world.person(undefined, emails('third'));
  await world.settled(third);
  await world.quiet();
  for (const id of [first, second, third]) expect(await world.runs(id)).toMatchObject([{ status: 'done' }]);
  expect((await welcomes()).map(({ to }) => to).sort()).toEqual(
    ['first', 'second', 'third'].map((name) => `${name}@corp.example`),
  );
  const started = await world.server.events('lifecycle.run_started');
  expect(started).toHaveLength(3);
  expect(await world.server.events('lifecycle.run_completed')).toHaveLength(3);
});

it('greets people when they first enter a mapped group, also through another group', async () => {
  await world.put('provisioning_rules', creation('user_added_to_group'));
  await world.put('group_mappings', { Staff: { taskade_role: 'user' } });
  const id = await world.person();
  const other = (await world.scim.createdGroup('Other', [id])).id;
  const inner = (await world.scim.createdGroup('Inner')).id;
  const staff = (await world.scim.createdGroup('Staff', [inner])).id;
  // Whoever is in a group when it is told of its joining another is said to have come with it.
  await world.quiet();
  await world.scim.patch(`/Groups/${inner}`, { op: 'add', path: 'members', value: [{ value: id }] });
  const [run] = await world.settled(id);
  expect(run).toMatchObject({ rule: 'user_creation', groupId: inner, status: 'done' });
  for (const group of [other, staff])
    await world.scim.patch(`/Groups/${group}`, { op: 'add', path: 'members', value: [{ value: id }] });
  const last = await world.person();
  await world.scim.patch(`/Groups/${staff}`, { op: 'add', path: 'members', value: [{ value: last }] });
  await world.settled(last);
  // A group that joins takes its people along.
  const carried = await world.person();
  const outer = (await world.scim.createdGroup('Outer', [carried, id])).id;
  await world.quiet();
  await world.scim.patch(`/Groups/${inner}`, { op: 'add', path: 'members', value: [{ value: outer }] });
  expect((await world.settled(carried))[0]).toMatchObject({ rule: 'user_creation', groupId: inner });
  await world.quiet();
  expect(await world.runs(id)).toHaveLength(1);
  expect(await welcomes()).toHaveLength(3);
});

it('does nothing for people to whom the rollout has not come', async () => {
  await world.put('provisioning_rules', creation('user_created'));
  await world.put('rollout', { phases: [{ name: 'pilot', when: 'title eq "pilot"' }], active: 'pilot' });
  const staged = await world.person();
  const pilot = await world.person(undefined, { title: 'pilot' });
  await world.settled(pilot);
  expect(await world.runs(staged)).toEqual([]);
});

it('lets people arrive when the rollout comes to them, each once', async () => {
  const old = await world.person();
  const mapped = await world.scim.createdGroup('Mapped');
  const phases = [
    { name: 'pilot', when: 'title eq "pilot"' },
    { name: 'sales', when: 'department eq "Sales"' },
    { name: 'all' },
  ];
  await world.put('rollout', { phases, active: 'all' });
  await world.put('group_mappings', { Mapped: { taskade_role: 'member' } });
  await world.put('provisioning_rules', creation('user_added_to_group'));
  const rollout = (active: string) => world.put('rollout', { phases, active });
  await world.quiet();
  await rollout('pilot');
  const emails = [{ value: 'seller@corp.example' }];
  const seller = await world.person(undefined, { [ENTERPRISE]: { department: 'Sales' }, emails });
  const stranger = await world.person(undefined, { [ENTERPRISE]: { department: 'Sales' } });
  const gone = await world.person(undefined, { [ENTERPRISE]: { department: 'Sales' } });
  const later = await world.person();
  for (const id of [seller, gone, later, old])
    await world.scim.patch(`/Groups/${mapped.id}`, { op: 'add', path: 'members', value: [{ value: id }] });
  await world.setActive(gone, false);
  await world.quiet();
  for (const id of [seller, later, old]) expect(await world.runs(id)).toEqual([]);
  expect(await world.server.must(200, 'GET', `/users/${seller}`)).toMatchObject({ status: 'staged' });

  // The document alone brings them in, who is active and in a mapped group.
  await rollout('sales');
  const [run] = await world.settled(seller);
  expect(run).toMatchObject({ rule: 'user_creation', status: 'done', event: { type: 'lifecycle.rollout_reached' } });
  expect(run!.actions).toMatchObject([{ result: { roles: ['member'] } }, { result: { sent: true } }]);
  expect(await welcomes()).toMatchObject([{ to: 'seller@corp.example' }]);
  await world.quiet();
  for (const id of [stranger, gone, later, old]) expect(await world.runs(id)).toEqual([]);

  // So does a change of the person, and whoever waited for the mapped group arrives with it.
  await world.scim.patch(`/Users/${later}`, { op: 'replace', path: 'title', value: 'pilot' });
  await world.settled(later);
  await world.setActive(gone, true);
  await world.settled(gone);
  await world.scim.patch(`/Groups/${mapped.id}`, { op: 'add', path: 'members', value: [{ value: stranger }] });
  expect((await world.settled(stranger))[0]).toMatchObject({ event: { type: 'group.member_added' } });
  await rollout('pilot');
  await world.quiet();
  await rollout('all');
  await world.settled(old);
  await world.quiet();
  for (const id of [seller, stranger, gone, later, old]) expect(await world.runs(id)).toHaveLength(1);
});
