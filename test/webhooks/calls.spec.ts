import { TenantDatabase, uuidV7 } from '@provost/entities';
import { EventSignal } from '@provost/event-log';
import { type WebhookCall, Webhooks, WebhookUnknown } from '../../apps/api/src/webhooks';
import type { Json } from '../scim/scim-client';
import { isSignedBy } from './receiver';
import { type Hook, WebhooksServer } from './webhooks-server';

let server: WebhooksServer;
let tenantId: string;
beforeAll(async () => {
  server = await WebhooksServer.start();
  tenantId = (await server.must(200, 'GET', '/tenant')).id as string;
});
afterAll(() => server?.stop());

async function call(...calls: WebhookCall[]): Promise<void> {
  const { app } = server.app.scim.server;
  await app
    .get(TenantDatabase, { strict: false })
    .transaction({ tenantId }, (tx) => app.get(Webhooks, { strict: false }).calls(tx, tenantId, calls));
  app.get(EventSignal, { strict: false }).announce();
}

describe('calls of rules', () => {
  it('go to the webhook that they name, once for each key, in order, signed as its events are', async () => {
    const receiver = await server.receiver();
    const hook = await server.hook(receiver.url, ['group.*']);
    const userId = await server.user();
    const one = { webhookId: hook.id, event: 'lifecycle.webhook', userId };
    const calls = ['a', 'b', 'c'].map((key) => ({ ...one, key, data: { key }, personal: { userName: 'ava' } }));
    await call(...calls);
    await call({ ...calls[0]!, data: { key: 'again' } }, { ...one, key: 'd', data: { key: 'd' } });
    await server.quiet(hook);
    expect(receiver.received.map(({ body }) => body.data.key)).toEqual(['a', 'b', 'c', 'd']);
    expect(receiver.received[0]!.body).toMatchObject({
      type: 'lifecycle.webhook',
      data: { userName: 'ava', subject: { type: 'User', id: userId } },
    });
    expect(receiver.received.every((received) => isSignedBy(hook.secret, received))).toBe(true);
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(4);
    const { rows } = await server.app.database.query<Json>(
      `SELECT data::text FROM webhook_deliveries WHERE type = 'lifecycle.webhook'`,
    );
    expect(JSON.stringify(rows)).not.toContain('ava');
  });

  it('go to an address; one that no webhook has gets a webhook of its own, whose secret is rotated to be known', async () => {
    const receiver = await server.receiver();
    const one = { url: receiver.url, event: 'lifecycle.webhook', data: {} };
    await Promise.all(['1', '2', '3', '4'].map((key) => call({ ...one, key })));
    const { items } = await server.must(200, 'GET', '/webhooks');
    const [made, ...more] = (items as Hook[]).filter(({ url }) => url === receiver.url);
    expect(more).toEqual([]);
    expect(made).toMatchObject({ events: [], description: 'Called by a rule.', createdBy: { type: 'system' } });
    const { secret } = await server.must(200, 'POST', `/webhooks/${made!.id}/rotate-secret`, {});
    await call({ ...one, key: '5' });
    await server.quiet(made!);
    expect(receiver.received).toHaveLength(5);
    expect(isSignedBy(secret as string, receiver.received.at(-1)!)).toBe(true);
  });

  it('are refused when there is nobody to call', async () => {
    const one = { event: 'x', data: {}, key: 'k' };
    for (const webhookId of [uuidV7(), 'no id'])
      await expect(call({ ...one, webhookId })).rejects.toThrow(WebhookUnknown);
    for (const url of ['ftp://x/', 'nothing']) await expect(call({ ...one, url })).rejects.toThrow(WebhookUnknown);
  });
});
