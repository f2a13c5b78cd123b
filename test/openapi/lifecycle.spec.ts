import { ENTERPRISE, type Json } from '../scim/scim-client';
import { until } from '../support/until';
import { SAMPLE_RULES } from '../lifecycle/lifecycle-world';
import { DescribedServer } from './described-server';

let server: DescribedServer;
let manager: string;
beforeAll(async () => {
  server = await DescribedServer.start();
  manager = await person();
});
afterAll(() => server.stop());

async function person(more: Json = {}): Promise<string> {
  return (await server.scim.createdUser({ emails: [{ value: 'p@corp.example', primary: true }], ...more })).id;
}
const managed = () => person({ [ENTERPRISE]: { manager: { value: manager } } });

/** Calls an operation, and holds its answer to what is said of it. @param status the first digits of what is expected */
async function call(
  id: string,
  values: Readonly<Record<string, string>> = {},
  body?: unknown,
  status = '2',
): Promise<Json> {
  const operation = server.operation(id);
  const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name]!);
  const answer = await server.send(operation.method, path, body, 'operator');
  expect({ id, faults: server.answerFaults(operation, answer) }).toEqual({ id, faults: [] });
  expect(`${id}: ${answer.status}`).toMatch(`${id}: ${status}`);
  return answer.body;
}
const refused = (id: string, values: Readonly<Record<string, string>>, body?: unknown) => call(id, values, body, '409');
const items = async (id: string) => (await call(id)).items as Json[];

async function put(name: string, document: unknown): Promise<void> {
  expect(await server.send('PUT', `/api/v1/config/${name}`, document, 'operator')).toMatchObject({ status: 200 });
}
const deactivate = (id: string) => server.scim.patch(`/Users/${id}`, { op: 'replace', value: { active: false } });
async function settled(userId: string): Promise<Json> {
  let run: Json | undefined;
  await until('the run is through', async () => {
    run = (await items('runsList')).find((one) => one.userId === userId);
    return run !== undefined && run.status !== 'pending' && run.status !== 'running';
  });
  return run!;
}

it('describes runs, receipts and returns as they are', async () => {
  await put('deprovisioning_rules', SAMPLE_RULES);
  const leaver = await managed();
  await call('sessionsReport', {}, { userId: leaver, ip: '10.0.0.1', success: true });
  const grant = { userId: leaver, role: 'auditor', expiresAt: '2099-01-31T00:00:00Z', reason: 'audit' };
  await call('grantsCreate', {}, grant);
  for (const key of ['plan', 'notes']) await call('contentPut', { key }, { type: 'document', ownerId: leaver });
  await call('projectsPut', { key: 'apollo' }, { name: 'Apollo', members: [leaver, manager] });
  const { fires } = await call('lifecycleSimulate', {}, { event: { type: 'user.deactivated', userId: leaver } });
  expect(fires).toHaveLength(1);
  await deactivate(leaver);
  const run = await settled(leaver);
  expect(await call('runsGet', { id: String(run.id) })).toMatchObject({ status: 'done' });
  await refused('runsRetry', { id: String(run.id) });
  const receipt = await call('deprovisionedPeopleReceipt', { id: leaver });
  for (const part of ['sessions', 'tokens', 'grants', 'content', 'archived', 'told'])
    expect({ part, there: (receipt[part] as Json[]).length > 0 }).toEqual({ part, there: true });
  expect(await items('mailList')).not.toEqual([]);
  expect(await call('userSessionsList', { id: leaver })).toMatchObject({ items: [{ status: 'revoked' }] });
  expect(await call('deprovisionedPeopleRestore', { id: leaver })).toMatchObject({ rule: 'reactivation' });
  await refused('deprovisionedPeopleRestore', { id: leaver });
  expect(await call('deprovisionedPeopleReceipt', { id: leaver })).toMatchObject({ restoredAt: expect.any(String) });
});

it.each(['holdsRelease', 'holdsDiscard'])('describes holds as they are, %s', async (decision) => {
  await put('deprovisioning_rules', SAMPLE_RULES);
  await put('safeguards', { deactivations: { count: 1, window: 'PT1H' }, notify: ['it@corp.example'] });
  const leavers = [await managed(), await managed()];
  for (const leaver of leavers) await deactivate(leaver);
  for (const leaver of leavers) await settled(leaver);
  const held = (await items('holdsList')).find(({ status }) => status === 'open')!;
  expect(held.kind).toBe('deactivations');
  const id = String(held.id);
  const run = (await items('runsList')).find(({ holdId }) => holdId === id)!;
  await refused('runsRetry', { id: String(run.id) });
  expect(await call(decision, { id }, { reason: 'looked at' })).toMatchObject({ reason: 'looked at' });
  await refused(decision, { id }, { reason: 'again' });
  expect((await items('holdsList')).find((one) => one.id === id)).not.toMatchObject({ status: 'open' });
});

it('describes approvals as they are', async () => {
  const group = (await server.scim.createdGroup('Admins')).id;
  await put('group_mappings', { Admins: { taskade_role: 'admin', permissions: ['all'] } });
  await put('approval_policies', { roles: { admin: { approver: 'manager', expires_after: 'PT1H' } } });
  for (const decision of ['approvalsApprove', 'approvalsReject']) {
    const userId = await managed();
    await server.scim.patch(`/Groups/${group}`, { op: 'add', path: 'members', value: [{ value: userId }] });
    let asked: Json | undefined;
    const isAsked = async () => (asked = (await items('approvalsList')).find((one) => one.userId === userId));
    await until('it is asked for', async () => (await isAsked()) !== undefined);
    const id = String(asked!.id);
    expect(await call(decision, { id }, { reason: 'looked at' })).toMatchObject({ decidedBy: { type: 'operator' } });
    await refused(decision, { id }, { reason: 'again' });
  }
  await items('approvalsList');
});
