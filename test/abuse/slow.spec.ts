import { connect, type Socket } from 'node:net';
import { ScimServer } from '../scim/scim-client';

interface Timeouts {
  headersTimeout: number;
  requestTimeout: number;
}

let scim: ScimServer;
let timeouts: Timeouts;
const sockets: Socket[] = [];
beforeAll(async () => {
  scim = await ScimServer.start({ ROLE: 'api' });
  timeouts = scim.server.app.getHttpServer() as Timeouts;
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await scim?.stop();
});

/** Begins a request and never ends it. @returns what the server said when it closed, and after how long */
function unfinished(...parts: readonly string[]): Promise<{ answer: string; ms: number }> {
  const { port } = new URL(scim.server.apiUrl);
  const started = performance.now();
  return new Promise((resolve) => {
    const socket = connect(Number(port), '127.0.0.1');
    sockets.push(socket);
    let answer = '';
    for (const part of parts) socket.write(part);
    // A byte now and then, as slow-loris does, so that it never looks idle.
    const drip = setInterval(() => socket.write('a'), 200);
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearInterval(drip);
      resolve({ answer, ms: performance.now() - started });
    });
  });
}

it('a request must have arrived in time: nobody keeps a connection by sending a byte at a time', async () => {
  expect(timeouts).toMatchObject({ headersTimeout: 15_000, requestTimeout: 60_000 });
  // Nobody wants to wait for that here.
  Object.assign(timeouts, { headersTimeout: 500, requestTimeout: 1_000 });
  const token = `Authorization: Bearer ${scim.server.scimToken}\r\n`;
  const post = `POST /scim/v2/Users HTTP/1.1\r\nHost: x\r\n${token}Content-Type: application/json\r\n`;
  const started = await Promise.all([
    unfinished('GET /scim/v2/Users HTTP/1.1\r\nHost: x\r\nX-A: '),
    unfinished(`${post}Content-Length: 10000\r\n\r\n{"userName":"`),
    unfinished(`${post}Transfer-Encoding: chunked\r\n\r\n`),
    unfinished('G'),
  ]);
  for (const { answer, ms } of started) {
    expect(ms).toBeLessThan(8_000);
    // On a connection that sent half a body the refusal may find nobody who reads.
    if (answer) expect(answer).toMatch(/^HTTP\/1\.1 (408|400) /);
  }
  expect(started[0]!.answer).toMatch(/"detail":"The request did not arrive in time\. Send it again\."/);
  // Others were served meanwhile, and are after it.
  expect((await scim.scim('GET', '/Users?count=0')).status).toBe(200);
});

it('many half-open connections keep nobody else out', async () => {
  Object.assign(timeouts, { headersTimeout: 15_000, requestTimeout: 60_000 });
  const { port } = new URL(scim.server.apiUrl);
  for (let i = 0; i < 300; i++) {
    const socket = connect(Number(port), '127.0.0.1', () =>
      socket.write('POST /scim/v2/Users HTTP/1.1\r\nHost: x\r\n'),
    );
    socket.on('error', () => undefined);
    sockets.push(socket);
  }
  const started = performance.now();
  for (let i = 0; i < 20; i++) expect((await scim.scim('GET', '/Users?count=0')).status).toBe(200);
  expect(performance.now() - started).toBeLessThan(3_000);
});
