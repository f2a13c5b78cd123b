import { until } from '../support/until';
import type { Json } from '../scim/scim-client';
import { LifecycleWorld } from './lifecycle-world';

let world: LifecycleWorld;
let admins: string;
beforeAll(async () => {
  world = await LifecycleWorld.start();
  admins = (await world.scim.createdGroup('Admins')).id;
  await world.put('group_mappings', { Admins: { taskade_role: 'admin', permissions: ['all'] } });
  await world.put('approval_policies', { roles: { admin: { approver: 'manager', expires_after: 'PT1H' } } });
});
afterAll(() => world.stop());

const join = (id: string) =>
  world.scim.patch(`/Groups/${admins}`, { op: 'add', path: 'members', value: [{ value: id }] });
const leave = (id: string) =>
  world.scim.patch(`/Groups/${admins}`, { op: 'remove', path: `members[value eq "${id}"]` });
const access = (id: string) => world.server.must(200, 'GET', `/users/${id}/access`);
const requests = async (id: string) =>
  ((await world.admin(200, 'GET', '/approvals')) as { items: Json[] }).items.filter(({ userId }) => userId === id);
const asked = async (id: string, count: number) => {
  await until('it is asked for', async () => (await requests(id)).length >= count);
  return (await requests(id)).at(-1)!;
};

it('lets a sensitive role wait for the manager, and puts it in force when it is approved', async () => {
  const manager = await world.person(undefined, { emails: [{ value: 'boss@corp.example', primary: true }] });
  const id = await world.person(manager);
  await join(id);
  expect(await access(id)).toMatchObject({ roles: [], permissions: [], pending: [{ role: 'admin' }] });
  const request = await asked(id, 1);
  expect(request).toMatchObject({ role: 'admin', approver: 'manager', approverId: manager, status: 'pending' });
  const mail = ((await world.admin(200, 'GET', '/mail')) as { items: Json[] }).items;
  expect(mail).toMatchObject([{ template: 'approval_request', to: 'boss@corp.example' }]);
  await world.admin(400, 'POST', `/approvals/${String(request.id)}/approve`, {});
  await world.admin(200, 'POST', `/approvals/${String(request.id)}/approve`, { reason: 'new administrator' });
  expect(await access(id)).toMatchObject({ roles: [{ role: 'admin' }], permissions: [{ permission: 'all' }] });
  expect(await access(id)).not.toHaveProperty('pending');
  await world.admin(409, 'POST', `/approvals/${String(request.id)}/reject`, { reason: 'too late' });

  // Whoever loses the role and gets it again is asked for again.
  await leave(id);
  await until('it has lapsed', async () => (await requests(id))[0]!.status === 'lapsed');
  await join(id);
  expect(await access(id)).toMatchObject({ roles: [], pending: [{ role: 'admin' }] });
  expect(await asked(id, 2)).toMatchObject({ status: 'pending' });
});

it('keeps out what is rejected', async () => {
  const id = await world.person();
  await join(id);
  const request = await asked(id, 1);
  await world.admin(200, 'POST', `/approvals/${String(request.id)}/reject`, { reason: 'no need' });
  expect(await access(id)).toMatchObject({ roles: [], pending: [{ role: 'admin' }] });
  await world.admin(404, 'POST', '/approvals/x/approve', { reason: 'who?' });
});

it('ends a request that nobody answers in time, says so, and asks again when it is renewed', async () => {
  await world.put('approval_policies', { roles: { admin: { approver: 'admins', expires_after: 'PT0.05S' } } });
  const id = await world.person();
  await join(id);
  const { id: request } = await asked(id, 1);
  const path = `/approvals/${String(request)}`;
  await until('it has expired', async () => (await requests(id))[0]!.status === 'expired');
  await world.admin(409, 'POST', `${path}/approve`, { reason: 'late' });
  await world.admin(200, 'POST', '/jobs/approval-expiry/run');
  await world.admin(200, 'POST', '/jobs/approval-expiry/run');
  const told = (await world.server.events('access.approval_expired')).filter(({ subject_id }) => subject_id === id);
  expect(told).toMatchObject([{ data: { approvalId: request, role: 'admin' } }]);
  expect(await access(id)).toMatchObject({ roles: [], pending: [{ role: 'admin' }] });

  const renewed = await world.admin(200, 'POST', `${path}/renew`, { reason: 'everybody was away' });
  expect(Date.parse(String(renewed.expiresAt)) - Date.parse(String(renewed.requestedAt))).toBe(50);
  await until('it has expired again', async () => (await requests(id))[0]!.status === 'expired');
  expect(await requests(id)).toHaveLength(1);
  await world.put('approval_policies', { roles: { admin: { approver: 'admins' } } });
  const other = await world.person();
  await join(other);
  await world.admin(409, 'POST', `/approvals/${String((await asked(other, 1)).id)}/renew`, { reason: 'it waits' });
});

it('tells that the role is in force only once it is', async () => {
  const id = await world.person();
  await join(id);
  const request = await asked(id, 1);
  await world.admin(200, 'POST', `/approvals/${String(request.id)}/approve`, { reason: 'yes' });
  const told = async () =>
    (await world.server.events('access.role_changed')).filter(({ subject_id }) => subject_id === id);
  await until('it is told', async () => (await told()).length > 0);
  expect(await told()).toHaveLength(1);
});
