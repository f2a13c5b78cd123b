import { NOBODY, TIME } from '../resources/resources-server';
import type { Json } from '../scim/scim-client';
import { until } from '../support/until';
import { isSignedBy, type Received } from './receiver';
import { WebhooksServer } from './webhooks-server';

let server: WebhooksServer;
beforeAll(async () => {
  server = await WebhooksServer.start();
  server.terms.firstRetryMs = 40;
  server.terms.longestRetryMs = 80;
  server.terms.firstPauseMs = 50;
  server.terms.longestPauseMs = 100;
});
afterEach(() => {
  server.terms.giveUpAfterMs = 72 * 3_600_000;
});
afterAll(() => server?.stop());

const idsOf = (received: readonly Received[]) => received.map(({ headers }) => headers['webhook-id']);

describe('deliveries (contract §7)', () => {
  it('bring what happened to whom, with what is personal, signed', async () => {
    const receiver = await server.receiver();
    const hook = await server.hook(receiver.url);
    const user = (await server.app.scim.createdUser()) as Json & { id: string };
    await server.rename(user.id, 'Chief');
    await until('both are there', () => receiver.received.length === 2);
    const [created, updated] = receiver.received;
    expect(created!.body).toMatchObject({
      type: 'user.created',
      timestamp: TIME,
      data: { subject: { type: 'User', id: user.id }, userName: user.userName, actor: { type: 'scim' } },
    });
    expect(updated!.body.data).toMatchObject({
      changes: [{ path: 'title', to: 'Chief' }],
      sequence: expect.any(Number),
    });
    expect(updated!.body.data).not.toHaveProperty('paths');
    for (const received of receiver.received) {
      expect(isSignedBy(hook.secret, received)).toBe(true);
      expect(received.headers).toMatchObject({
        'webhook-id': `msg_${received.body.data.id as string}`,
        'content-type': 'application/json',
      });
      expect(Math.abs(Number(received.headers['webhook-timestamp']) * 1_000 - Date.now())).toBeLessThan(10_000);
    }
    await server.quiet(hook);
    const log = await server.deliveries(hook);
    expect(log.map(({ event }) => event)).toEqual(['user.updated', 'user.created']);
    expect(log[0]).toEqual({
      id: expect.any(String),
      webhookId: hook.id,
      messageId: updated!.headers['webhook-id'],
      event: 'user.updated',
      eventId: updated!.body.data.id,
      subjectId: user.id,
      status: 'delivered',
      attemptCount: 1,
      attempts: [{ at: TIME, ms: expect.any(Number), status: 204 }],
      nextAttemptAt: null,
      createdAt: TIME,
      deliveredAt: TIME,
      parkedAt: null,
    });
    await server.must(204, 'DELETE', `/webhooks/${hook.id}`);
  });

  it('are of the events that were asked for, from the moment that it was made', async () => {
    const [all, some, off] = [await server.receiver(), await server.receiver(), await server.receiver()];
    await server.user();
    const hooks = [
      await server.hook(all.url, ['*']),
      await server.hook(some.url, ['user.deactivated', 'group.*']),
      await server.hook(off.url, ['*'], { enabled: false }),
    ];
    const id = await server.user();
    await server.activate(id, false);
    await server.quiet(hooks[0]!);
    await server.quiet(hooks[1]!);
    expect(all.typesOf(id).slice(0, 2)).toEqual(['user.created', 'user.deactivated']);
    expect(all.received.filter(({ body }) => body.type === 'user.created')).toHaveLength(1);
    expect(some.received.map(({ body }) => body.type)).toEqual(['user.deactivated']);
    expect(off.received).toEqual([]);
    for (const hook of hooks) await server.must(204, 'DELETE', `/webhooks/${hook.id}`);
  });

  it('of one user stay in order while one is retried; nobody else waits for it', async () => {
    const receiver = await server.receiver();
    const hook = await server.hook(receiver.url);
    const [ava, ben] = [await server.user(), await server.user()];
    await server.quiet(hook);
    receiver.received.length = 0;
    let refused = 0;
    receiver.answer = (received, response) => {
      const isAva = (received.body.data.subject as Json).id === ava;
      const fails = isAva && received.body.type === 'user.deactivated' && refused++ < 3;
      response.writeHead(fails ? 400 : 200).end(fails ? `no\u0000t yet ${'é'.repeat(600)}` : '');
    };
    await server.activate(ava, false);
    await server.activate(ava, true);
    await server.activate(ava, false);
    await server.activate(ben, false);
    await server.quiet(hook);
    const first = 'user.deactivated';
    expect(receiver.typesOf(ava)).toEqual([first, first, first, first, 'user.reactivated', first]);
    const [a, b, c, d, , last] = idsOf(receiver.about(ava));
    expect([b, c, d]).toEqual([a, a, a]);
    expect(last).not.toBe(a);
    expect(receiver.received.indexOf(receiver.about(ben)[0]!)).toBeLessThan(receiver.received.length - 3);
    const retried = (await server.deliveries(hook)).find(({ attemptCount }) => attemptCount === 4)!;
    expect((retried.attempts as Json[]).map(({ status }) => status)).toEqual([400, 400, 400, 200]);
    const [attempt] = retried.attempts as Json[];
    expect(attempt!.error).toBe('The endpoint answered 400.');
    expect(attempt!.response).toMatch(/^no t yet é+$/);
    expect((attempt!.response as string).length).toBe(500);
    await server.must(204, 'DELETE', `/webhooks/${hook.id}`);
  });

  it('are parked when their time is up; then the next is sent, and a replay sends it again', async () => {
    const receiver = await server.receiver();
    const hook = await server.hook(receiver.url);
    server.terms.giveUpAfterMs = 300;
    const ava = await server.user();
    await server.quiet(hook);
    receiver.answer = ({ body }, response) => response.writeHead(body.type === 'user.deactivated' ? 422 : 204).end();
    await server.activate(ava, false);
    await server.activate(ava, true);
    await server.quiet(hook);
    expect(receiver.typesOf(ava).at(-1)).toBe('user.reactivated');
    expect(receiver.typesOf(ava).filter((type) => type === 'user.deactivated').length).toBeGreaterThan(2);
    const [parked, ...more] = await server.deliveries(hook, '?status=parked');
    expect(more).toEqual([]);
    expect(parked).toMatchObject({ event: 'user.deactivated', status: 'parked', nextAttemptAt: null, parkedAt: TIME });

    const before = receiver.received.length;
    receiver.answer = (_, response) => response.writeHead(200).end('thanks');
    const path = `/webhooks/${hook.id}/deliveries/${parked!.id as string}/replay`;
    expect(await server.must(202, 'POST', path)).toMatchObject({ id: parked!.id, status: 'pending', parkedAt: null });
    await server.quiet(hook);
    expect(idsOf(receiver.received.slice(before))).toEqual([parked!.messageId]);
    const [replayed] = await server
      .deliveries(hook, '?status=delivered&limit=1000')
      .then((all) => all.filter(({ id }) => id === parked!.id));
    expect((replayed!.attempts as Json[]).at(-1)).toMatchObject({ status: 200, response: 'thanks' });
    await server.must(404, 'POST', `/webhooks/${hook.id}/deliveries/${NOBODY}/replay`);
    await server.must(204, 'DELETE', `/webhooks/${hook.id}`);
  });

  it('are signed with both secrets while one replaces the other', async () => {
    const receiver = await server.receiver();
    const hook = await server.hook(receiver.url);
    const { secret: second } = await server.must(200, 'POST', `/webhooks/${hook.id}/rotate-secret`, {
      overlap: 'PT1H',
    });
    await server.user();
    await server.quiet(hook);
    const signedBy = (secret: unknown) => isSignedBy(secret as string, receiver.received.at(-1)!);
    expect([hook.secret, second].map(signedBy)).toEqual([true, true]);
    const { secret: third } = await server.must(200, 'POST', `/webhooks/${hook.id}/rotate-secret`, { overlap: 'PT0S' });
    await server.user();
    await server.quiet(hook);
    expect([hook.secret, second, third].map(signedBy)).toEqual([false, false, true]);
    await server.must(204, 'DELETE', `/webhooks/${hook.id}`);
  });

  it('end with a 410; what is pending waits until it is enabled again', async () => {
    const receiver = await server.receiver();
    const hook = await server.hook(receiver.url);
    const ava = await server.user();
    await server.quiet(hook);
    receiver.answer = (_, response) => response.writeHead(410).end();
    await server.activate(ava, false);
    await until('it is disabled', async () => !(await server.must(200, 'GET', `/webhooks/${hook.id}`)).enabled);
    expect(await server.must(200, 'GET', `/webhooks/${hook.id}`)).toMatchObject({
      disabledReason: 'The endpoint answered 410 Gone.',
    });
    const [gone] = await server.deliveries(hook, '?status=parked');
    expect(gone).toMatchObject({ event: 'user.deactivated' });
    const replay = `/webhooks/${hook.id}/deliveries/${gone!.id as string}/replay`;
    await server.must(409, 'POST', replay);
    expect((await server.app.events('webhook.disabled')).map(({ subject_id }) => subject_id)).toEqual([hook.id]);
    receiver.fail(0);
    await server.must(200, 'PATCH', `/webhooks/${hook.id}`, { enabled: true });
    await server.must(202, 'POST', replay);
    await server.quiet(hook);
    expect(receiver.typesOf(ava).at(-1)).toBe('user.deactivated');
    await server.must(204, 'DELETE', `/webhooks/${hook.id}`);
  });

  it('follow no redirect', async () => {
    const [receiver, elsewhere] = [await server.receiver(), await server.receiver()];
    const hook = await server.hook(receiver.url);
    receiver.answer = (_, response) => response.writeHead(307, { location: elsewhere.url }).end();
    await server.user();
    await until('it was tried', () => receiver.received.length > 1);
    const [delivery] = await server.deliveries(hook);
    expect((delivery!.attempts as Json[])[0]).toMatchObject({
      status: 307,
      error: 'The endpoint answered 307: redirects are not followed. Register the address that it leads to.',
    });
    expect(elsewhere.received).toEqual([]);
    await server.must(204, 'DELETE', `/webhooks/${hook.id}`);
  });

  it('say of an erased person only that something happened', async () => {
    const receiver = await server.receiver();
    const hook = await server.hook(receiver.url);
    const ava = await server.user();
    await server.quiet(hook);
    receiver.answer = (_, response) => response.writeHead(400).end('who is Ava?');
    await server.rename(ava, 'Chief');
    await until('it was refused', () => receiver.typesOf(ava).includes('user.updated'));
    await server.app.database.query('DELETE FROM subject_keys WHERE subject_id = $1', [ava]);
    const before = receiver.received.length;
    receiver.fail(0);
    await server.quiet(hook);
    const { body } = receiver.received.at(-1)!;
    expect(receiver.received.length).toBeGreaterThan(before);
    expect(body.data).toMatchObject({ changes: [{ path: 'title' }], erased: true });
    expect(JSON.stringify(body)).not.toContain('Chief');
    await server.must(204, 'DELETE', `/webhooks/${hook.id}`);
  });
});
