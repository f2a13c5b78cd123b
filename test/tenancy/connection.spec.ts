import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { connectionSteps } from '../../apps/api/src/connection/connection-steps';
import { freePort } from '../support/server';

const servers: Server[] = [];
const sockets = new Set<Socket>();
afterAll(() => {
  for (const socket of sockets) socket.destroy();
  for (const server of servers) server.close();
});

/** Something that answers in place of the service. @returns its base URL */
async function serving(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(answer);
  servers.push(server);
  server.on('connection', (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/scim/v2`;
}

const json = (status: number, body: object) => (_: IncomingMessage, response: ServerResponse) =>
  response.writeHead(status, { 'content-type': 'application/scim+json' }).end(JSON.stringify(body));
const html = (status: number) => (_: IncomingMessage, response: ServerResponse) =>
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8' }).end('<h1>Welcome</h1>');
const LIST = { schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'], totalResults: 0, Resources: [] };

/** The last step, at which the test stopped. */
async function last(baseUrl: string, timeoutMs = 3_000) {
  const steps = await connectionSteps(baseUrl, 'token-of-the-test', timeoutMs);
  expect(JSON.stringify(steps)).not.toContain('token-of-the-test');
  for (const { detail } of steps) expect(detail).toMatch(/^[A-Zh0-9].*\.$/s);
  return steps.at(-1)!;
}

describe('the connection test says what to mend', () => {
  it.each<[string, (request: IncomingMessage, response: ServerResponse) => void, RegExp]>([
    ['another deployment', json(401, { detail: 'No.' }), /leads to another deployment.*It says: No\.$/],
    ['a switched-off SCIM', json(403, { detail: 'SCIM is switched off.' }), /It says: SCIM is switched off\.$/],
    ['a wrong path', json(404, {}), /^There is nothing at http:.*\/scim\/v2\. Correct the path of PUBLIC_URL/],
    ['a login page', html(200), /answers with an HTML page \(status 200\)/],
    ['a page of an error', html(502), /answers with an HTML page \(status 502\)/],
    ['a proxy without its server', json(503, {}), /cannot reach this server/],
    ['an odd status', json(418, {}), /status 418/],
    ['another service', json(200, { hello: 'world' }), /is no SCIM service/],
    ['no JSON', (_, response) => response.end('ok'), /without JSON/],
    [
      'a redirect',
      (_, response) => response.writeHead(302, { location: 'https://elsewhere.example/' }).end(),
      /redirects to https:\/\/elsewhere\.example\/\. Clients do not follow/,
    ],
    ['a connection that is closed', (request) => request.socket.destroy(), /closed the connection/],
    [
      'an endless answer',
      (_, response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        const pour = () => response.destroyed || (response.write('x'.repeat(100_000)), setImmediate(pour));
        pour();
      },
      /larger than a megabyte/,
    ],
  ])('about %s', async (_, answer, expected) => {
    expect(await last(await serving(answer))).toMatchObject({
      name: 'users',
      ok: false,
      detail: expect.stringMatching(expected),
    });
  });

  it('about an answer that does not come, in time', async () => {
    const started = performance.now();
    const step = await last(await serving(() => undefined), 300);
    expect(step).toMatchObject({ name: 'users', ok: false, detail: expect.stringMatching(/did not answer in time/) });
    expect(performance.now() - started).toBeLessThan(2_500);
  });

  it('about a name and a port that are not there, and a scheme that is another', async () => {
    expect(await last('https://no-such-host.invalid/scim/v2')).toMatchObject({
      name: 'resolve',
      ok: false,
      detail: expect.stringMatching(/no-such-host\.invalid is not known to DNS|did not answer in time/),
    });
    expect(await last(`http://127.0.0.1:${await freePort()}/scim/v2`)).toMatchObject({
      name: 'users',
      detail: expect.stringMatching(/^Nothing listens at/),
    });
    const { host } = new URL(await serving(json(200, LIST)));
    expect(await last(`https://${host}/scim/v2`)).toMatchObject({
      name: 'users',
      detail: expect.stringMatching(/does not speak TLS/),
    });
  });

  it('about errors that a proxy rewrites', async () => {
    const answer = (request: IncomingMessage, response: ServerResponse) =>
      request.headers.authorization === 'non-token' ? html(401)(request, response) : json(200, LIST)(request, response);
    const steps = await connectionSteps(await serving(answer), 'token', 3_000);
    expect(steps.map(({ name, ok }) => [name, ok])).toEqual([
      ['resolve', true],
      ['users', true],
      ['groups', true],
      ['match', true],
      ['refusal', false],
    ]);
    expect(steps.at(-1)!.detail).toMatch(/Let it pass errors on as they are\.$/);
  });
});
