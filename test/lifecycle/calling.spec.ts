import type { Json } from '../scim/scim-client';
import { until } from '../support/until';
import { Receiver } from '../webhooks/receiver';
import { LifecycleWorld } from './lifecycle-world';

let world: LifecycleWorld;
let receiver: Receiver;
beforeAll(async () => {
  receiver = await Receiver.start();
  world = await LifecycleWorld.start({ WEBHOOK_ALLOW_PRIVATE: '1', LOG_LEVEL: 'fatal' });
});
afterAll(async () => {
  await world?.stop();
  await receiver?.stop();
});

const removal = (...actions: unknown[]) => ({ user_removal: { trigger: 'user_deactivated_in_okta', actions } });
const messages = (type: string) => receiver.received.filter(({ body }) => body.type === type);

it('calls webhooks that a rule names, by address and by id, in the order of its actions', async () => {
  const hook = await world.admin(201, 'POST', '/webhooks', { url: receiver.url, events: ['webhook.none'] });
  await world.put(
    'deprovisioning_rules',
    removal({ action: 'call_webhook', endpoint: hook.id, event: 'employee.leaving' }, 'transfer_ownership', {
      action: 'call_webhook',
      endpoint: receiver.url,
    }),
  );
  const manager = await world.person();
  const leaver = await world.person(manager);
  await world.content('desk', leaver);

  // A simulation tells it and calls nobody.
  const event = { type: 'user.deactivated', userId: leaver };
  const { fires } = (await world.admin(200, 'POST', '/lifecycle/simulate', { event })) as { fires: Json[] };
  expect((fires[0]!.actions as Json[]).map(({ action }) => action)).toEqual([
    'call_webhook',
    'transfer_ownership',
    'call_webhook',
  ]);
  await world.setActive(leaver, false);
  const [run] = await world.settled(leaver);
  expect(run).toMatchObject({
    status: 'done',
    actions: [
      { action: 'call_webhook', result: { webhook: hook.id, event: 'employee.leaving' } },
      {},
      { action: 'call_webhook', result: { webhook: new URL(receiver.url).host, event: 'lifecycle.webhook' } },
    ],
  });
  await until('both have arrived', () => receiver.received.length >= 2);
  expect(receiver.received.map(({ body }) => body.type)).toEqual(['employee.leaving', 'lifecycle.webhook']);
  expect(messages('lifecycle.webhook')[0]!.body.data).toMatchObject({
    ...{ runId: run!.id, rule: 'user_removal', subject: { type: 'User', id: leaver } },
    userName: expect.any(String) as string,
    done: [expect.any(String), expect.stringMatching(/^1 piece of content handed on to /)] as string[],
  });
});

it('holds a call that nobody can take, until the rule is corrected and the run is tried again', async () => {
  const call = { action: 'call_webhook', event: 'held.call' };
  await world.put('deprovisioning_rules', removal({ ...call, endpoint: '0192aaaa-0000-7000-8000-000000000000' }));
  const leaver = await world.person();
  await world.setActive(leaver, false);
  const [held] = await world.settled(leaver);
  expect(held).toMatchObject({ status: 'held', actions: [{ state: 'held' }] });
  expect((held!.actions as Json[])[0]!.lastError).toMatch(/^There is no webhook 0192aaaa.* then retry the run\.$/);
  await world.put('deprovisioning_rules', removal({ ...call, endpoint: receiver.url }));
  await world.admin(200, 'POST', `/lifecycle/runs/${String(held!.id)}/retry`);
  expect((await world.settled(leaver))[0]).toMatchObject({ status: 'done' });
  await until('it has arrived', () => messages('held.call').length === 1);
});

it('calls when somebody arrives, and refuses what is malformed with its place', async () => {
  const creation = (entry: unknown) => ({ user_creation: { trigger: 'user_created', actions: [entry] } });
  await world.put('provisioning_rules', creation({ action: 'call_webhook', endpoint: receiver.url, event: 'hello' }));
  const id = await world.person();
  expect((await world.settled(id))[0]).toMatchObject({ rule: 'user_creation', status: 'done' });
  await until('it has arrived', () => messages('hello').length === 1);
  const refused = await world.server.send(
    'PUT',
    '/config/provisioning_rules',
    creation({ action: 'call_webhook', endpoint: 'nowhere' }),
    world.server.as('admin'),
  );
  expect(refused).toMatchObject({ status: 422, body: { errors: [{ pointer: '/user_creation/actions/0/endpoint' }] } });
});
