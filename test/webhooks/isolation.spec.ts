import type { LookupAddress } from 'node:dns';
import type { Json } from '../scim/scim-client';
import { until } from '../support/until';
import { type Hook, WebhooksServer } from './webhooks-server';

let server: WebhooksServer;
afterEach(() => server?.stop());

const LOOPBACK: LookupAddress = { address: '127.0.0.1', family: 4 };
const p95 = (list: readonly number[]) => [...list].sort((a, b) => a - b)[Math.floor(list.length * 0.95)]!;
const attemptsOf = async (hook: Hook) => (await server.deliveries(hook)).flatMap(({ attempts }) => attempts as Json[]);

describe('private addresses', () => {
  it('are not connected to, whatever a name meant before', async () => {
    server = await WebhooksServer.start({ WEBHOOK_ALLOW_PRIVATE: '0' });
    const receiver = await server.receiver();
    const asked: string[] = [];
    server.terms.firstRetryMs = 10;
    server.terms.resolve = (host) => {
      asked.push(host);
      return Promise.resolve([LOOPBACK]);
    };
    const hook = await server.hook(`https://rebound.example.com:${receiver.port}/hook`);
    await server.user();
    await until('it was tried twice', async () => (await attemptsOf(hook)).length >= 2);
    for (const attempt of await attemptsOf(hook)) {
      expect(attempt.error).toMatch(/^The address 127\.0\.0\.1 is not one of the public internet\./);
      expect(attempt).not.toHaveProperty('status');
    }
    // Asked for each connection, and no second time behind the check.
    await server.must(200, 'PATCH', `/webhooks/${hook.id}`, { enabled: false });
    await until('nothing is under way', async () => {
      const { rows } = await server.app.database.query('SELECT FROM webhook_deliveries WHERE leased_by IS NOT NULL');
      return !rows.length;
    });
    expect(asked.length).toBe((await attemptsOf(hook)).length);
    expect(receiver.received).toEqual([]);
  });

  it('are refused when the row already has one', async () => {
    server = await WebhooksServer.start({ WEBHOOK_ALLOW_PRIVATE: '0' });
    const receiver = await server.receiver();
    const hook = await server.hook('https://app.example.com/hook');
    for (const url of [receiver.url, receiver.url.replace('http', 'https')]) {
      await server.app.database.query('UPDATE webhooks SET url = $2, failures = 0, open_until = NULL WHERE id = $1', [
        hook.id,
        url,
      ]);
      await server.user();
      const known = url.startsWith('https') ? /public internet/ : /must be an https URL/;
      await until('it was refused', async () =>
        (await attemptsOf(hook)).some(({ error }) => known.test(error as string)),
      );
    }
    expect(receiver.received).toEqual([]);
  });

  it('are called when that is allowed, also by name', async () => {
    server = await WebhooksServer.start();
    const receiver = await server.receiver();
    server.terms.resolve = () => Promise.resolve([LOOPBACK]);
    const hook = await server.hook(`http://app.internal:${receiver.port}/hook`);
    await server.user();
    await server.quiet(hook);
    expect(receiver.received[0]!.headers.host).toBe(`app.internal:${receiver.port}`);
  });
});

describe('an endpoint that does not answer', () => {
  it('is given up after the timeout, left alone for a while, and tried again', async () => {
    server = await WebhooksServer.start();
    Object.assign(server.terms, {
      timeoutMs: 100,
      firstRetryMs: 20,
      longestRetryMs: 40,
      firstPauseMs: 400,
      longestPauseMs: 400,
    });
    const receiver = await server.receiver();
    const hook = await server.hook(receiver.url);
    receiver.answer = () => undefined;
    const [ava, ben] = [await server.user(), await server.user()];
    const view = () => server.must(200, 'GET', `/webhooks/${hook.id}`);
    await until('it is paused', async () => (await view()).pausedUntil !== null);
    expect((await attemptsOf(hook))[0]).toMatchObject({ error: 'The endpoint did not answer within 0.1 seconds.' });
    const tried = receiver.received.length;
    await until('it was tried alone', () => receiver.received.length > tried);
    const gaps = receiver.received.slice(tried).map(({ at }, i) => at - receiver.received[tried + i - 1]!.at);
    expect(gaps[0]).toBeGreaterThan(200);
    receiver.fail(0);
    await server.quiet(hook);
    for (const user of [ava, ben]) expect(receiver.typesOf(user).at(-1)).toBe('user.created');
    expect(await view()).toMatchObject({ failures: 0, pausedUntil: null });
  });

  it('has what waits for it parked when the time is up, and nothing lost', async () => {
    server = await WebhooksServer.start();
    Object.assign(server.terms, {
      giveUpAfterMs: 400,
      firstRetryMs: 20,
      longestRetryMs: 40,
      firstPauseMs: 60_000,
      longestPauseMs: 60_000,
    });
    const receiver = await server.receiver();
    const hook = await server.hook(receiver.url);
    receiver.answer = (_, response) => response.writeHead(503).end();
    await Promise.all(Array.from({ length: 8 }, () => server.user()));
    await until(
      'it is paused',
      async () => (await server.must(200, 'GET', `/webhooks/${hook.id}`)).pausedUntil !== null,
    );
    await until('all are parked', async () => {
      await server.must(200, 'POST', '/jobs/webhook-upkeep/run');
      return (await server.deliveries(hook, '?status=parked')).length === 8;
    });
    expect(receiver.received.length).toBeLessThan(20);
  });

  it('holds up none of nine others', async () => {
    server = await WebhooksServer.start();
    server.terms.timeoutMs = 5_000;
    const receivers = await Promise.all(Array.from({ length: 9 }, () => server.receiver()));
    const dead = await server.receiver();
    const delays = async () => {
      const sent: number[] = [];
      for (const receiver of receivers) receiver.received.length = 0;
      for (let i = 0; i < 40; i++) await server.user();
      await until('the nine have all', () => receivers.every(({ received }) => received.length === 40));
      for (const { received } of receivers)
        for (const { at, body } of received) sent.push(at - Date.parse(body.timestamp));
      return p95(sent);
    };
    for (const { url } of receivers) await server.hook(url);
    await delays();
    const alone = await delays();
    dead.answer = () => undefined;
    await server.hook(dead.url);
    const beside = await delays();
    expect(dead.received.length).toBeGreaterThan(0);
    // The bound is wide, as two processors measure it; what it must not show is the timeout.
    expect(beside).toBeLessThan(alone * 3 + 100);
  });
});
