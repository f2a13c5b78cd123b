import { readEnvironment } from '../../apps/api/src/config';
import { DeliveryTerms } from '../../apps/api/src/webhooks';
import { EndpointClient } from '../../apps/api/src/webhooks/endpoint-client';
import { Receiver } from './receiver';

const terms = new DeliveryTerms();
let client: EndpointClient;
let receiver: Receiver;
beforeEach(async () => {
  // Long for a busy machine; a spec that waits for the end of it takes a short one.
  terms.timeoutMs = 10_000;
  client = new EndpointClient(readEnvironment({ WEBHOOK_ALLOW_PRIVATE: '1' }), terms);
  receiver = await Receiver.start();
});
afterEach(async () => {
  client.onApplicationShutdown();
  await receiver.stop();
});

const never = new AbortController().signal;
const post = (url = receiver.url, signal = never) =>
  client.post(url, { 'content-type': 'application/json' }, '{}', signal);

describe('one attempt', () => {
  it('uses a connection again, and a new one when the other end has closed it', async () => {
    const ports = new Set<number | undefined>();
    receiver.answer = (_, response) => {
      ports.add(response.socket?.remotePort);
      response.writeHead(200).end('ok');
    };
    for (let i = 0; i < 5; i++) expect(await post()).toMatchObject({ status: 200, response: 'ok' });
    expect(ports.size).toBe(1);
    // It answers, and closes the moment that the next request is on its way.
    receiver.answer = (_, response) => {
      if (ports.has(response.socket?.remotePort)) response.socket?.destroy();
      else response.writeHead(200).end();
    };
    expect(await post()).toMatchObject({ status: 200 });
  });

  it('ends after the timeout, however far the answer came', async () => {
    terms.timeoutMs = 300;
    receiver.answer = () => undefined;
    const silent = await post();
    expect(silent).toMatchObject({ error: 'The endpoint did not answer within 0.3 seconds.' });
    expect(silent.ms).toBeLessThan(5_000);
    receiver.answer = (_, response) => void response.writeHead(200).write('and then');
    const half = await post();
    expect(half).toMatchObject({ status: 200, response: 'and then' });
    expect(half).not.toHaveProperty('error');
  });

  it('reads no more than it needs of an endless answer', async () => {
    receiver.answer = (_, response) => {
      response.writeHead(500);
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(16_384)));
      };
      response.on('drain', more);
      more();
    };
    const attempt = await post();
    expect(attempt).toMatchObject({ status: 500, error: 'The endpoint answered 500.', response: 'x'.repeat(500) });
    expect(attempt.ms).toBeLessThan(1_500);
  });

  it.each([
    ['the connection is refused', 'http://127.0.0.1:1/', 'The connection was refused.'],
    ['it speaks no TLS', 'https', /^The endpoint could not be reached: /],
    ['there is no such name', 'http://nowhere.invalid/', 'The name of the host is not known.'],
  ])('says that %s', async (_, url, error) => {
    if (url.includes('invalid'))
      terms.resolve = () => Promise.reject(Object.assign(new Error('queryA ENOTFOUND'), { code: 'ENOTFOUND' }));
    const attempt = await post(url === 'https' ? receiver.url.replace('http', 'https') : url);
    expect(attempt.error).toEqual(typeof error === 'string' ? error : expect.stringMatching(error));
    expect(attempt).not.toHaveProperty('status');
  });

  it('says when the endpoint wants to be asked again', async () => {
    receiver.answer = (_, response) => response.writeHead(429, { 'retry-after': '7' }).end();
    expect(await post()).toMatchObject({ status: 429, retryAfterMs: 7_000 });
    receiver.answer = (_, response) => response.writeHead(503, { 'retry-after': 'tomorrow' }).end();
    expect(await post()).not.toHaveProperty('retryAfterMs');
  });

  it('ends when the process does', async () => {
    receiver.answer = () => undefined;
    const stopping = new AbortController();
    const attempt = post(receiver.url, stopping.signal);
    stopping.abort();
    expect((await attempt).error).toBeDefined();
  });
});
