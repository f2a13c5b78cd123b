import { build } from '../faults/build';
import { Product } from '../faults/product';
import { until } from '../support/until';
import type { Received } from './receiver';
import { WebhooksServer } from './webhooks-server';

/** The API in this process, which sends nothing, and workers of their own, which can be killed. */
let server: WebhooksServer;
const workers: Product[] = [];
beforeAll(() => build());
beforeEach(async () => {
  server = await WebhooksServer.start({ ROLE: 'api' });
});
afterEach(async () => {
  await Promise.all(workers.splice(0).map((product) => product.end('SIGKILL')));
  await server.stop();
});

async function worker(): Promise<Product> {
  const started = await Product.start({
    ROLE: 'worker',
    WEBHOOK_ALLOW_PRIVATE: '1',
    DATABASE_URL: server.app.scim.server.databaseUrl,
  });
  workers.push(started);
  return started;
}

const ids = (received: readonly Received[]) => received.map(({ headers }) => headers['webhook-id'] as string);
/** What it was told, the repetitions aside. */
const firsts = (received: readonly Received[]) =>
  [...new Map(received.toReversed().map((r) => [r.headers['webhook-id'], r])).values()].reverse();

describe('several workers', () => {
  it('send each delivery once', async () => {
    await Promise.all([worker(), worker()]);
    const receivers = [await server.receiver(), await server.receiver()];
    const hooks = [await server.hook(receivers[0]!.url), await server.hook(receivers[1]!.url)];
    await Promise.all(Array.from({ length: 100 }, () => server.user()));
    for (const hook of hooks) await server.quiet(hook);
    for (const { received } of receivers) {
      expect(received).toHaveLength(100);
      expect(new Set(ids(received)).size).toBe(100);
    }
  });

  it('take over at once what one of them was sending when it was killed', async () => {
    const first = await worker();
    const receiver = await server.receiver();
    const hook = await server.hook(receiver.url);
    receiver.answer = () => undefined;
    const ava = await server.user();
    await until('it is under way', () => receiver.received.length === 1);
    await worker();
    receiver.fail(0);
    await first.end('SIGKILL');
    const killed = Date.now();
    await server.quiet(hook);
    expect(receiver.received.at(-1)!.at - killed).toBeLessThan(5_000);
    expect(receiver.typesOf(ava)).toEqual(['user.created', 'user.created']);
    expect(new Set(ids(receiver.received)).size).toBe(1);
    // The one that was cut off is no attempt that failed.
    expect(await server.deliveries(hook)).toMatchObject([{ status: 'delivered', attemptCount: 1 }]);
  });

  it('lose nothing and keep the order of each user, however often they are killed', async () => {
    const receiver = await server.receiver();
    const hook = await server.hook(receiver.url);
    const users = await Promise.all(Array.from({ length: 40 }, () => server.user()));
    const changes = (async () => {
      for (let round = 0; round < 5; round++)
        await Promise.all(users.map((user) => server.rename(user, `Title ${round}`)));
    })();
    let current = await worker();
    for (let i = 0; i < 3; i++) {
      const reached = receiver.received.length;
      await until('it has sent some more', () => receiver.received.length >= Math.min(reached + 30, 230));
      const next = worker();
      await current.end('SIGKILL');
      current = await next;
    }
    await changes;
    await server.quiet(hook);
    expect(new Set(ids(receiver.received)).size).toBe(40 * 6);
    for (const user of users)
      expect(
        firsts(receiver.about(user)).map(
          ({ body }) => (body.data.changes as { path: string; to: unknown }[]).find(({ path }) => path === 'title')?.to,
        ),
      ).toEqual([undefined, ...['Title 0', 'Title 1', 'Title 2', 'Title 3', 'Title 4']]);
    expect(await server.deliveries(hook, '?status=parked')).toEqual([]);
  });
});
