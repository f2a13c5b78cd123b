import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { type Answer, bearer, type Headers, ScimServer } from '../scim/scim-client';
import { everyOperation, type Operation } from './every-operation';

let scim: ScimServer;
let token: string;
beforeAll(async () => {
  scim = await ScimServer.start({ ROLE: 'api', LOG_LEVEL: 'silent' });
  token = (await scim.credential({ kind: 'admin' })).token;
});
afterAll(() => scim?.stop());

const ALL = everyOperation();
const WITH_BODY = ALL.filter(({ takesBody }) => takesBody);
/** No answer takes longer, however hostile the question, also on a machine that does other things. */
const SOON_MS = 3_000;
const INTERNALS = /\bat .+:\d+:\d+|node_modules|SELECT |pg_|syntax error at|\/src\/|Error:/;

const filled = ({ path }: Operation, value: string) => path.replace(/\{[^}]+\}/g, encodeURIComponent(value));

/** Sends it and sees that the answer is quick, no 5xx, and says nothing that it should not. */
async function ask(operation: Operation, path: string, body?: string, headers: Headers = {}): Promise<Answer> {
  const started = performance.now();
  const type: Headers = body === undefined ? {} : { 'content-type': 'application/json' };
  const answer = await scim.send(operation.method, path, body, { ...bearer(token), ...type, ...headers });
  const ms = performance.now() - started;
  const what = `${operation.method} ${path.slice(0, 120)} ${body?.slice(0, 60) ?? ''}: ${answer.status} in ${Math.round(ms)} ms`;
  expect({ what, is5xx: answer.status >= 500, isSlow: ms > SOON_MS }).toEqual({ what, is5xx: false, isSlow: false });
  if (answer.status >= 400) {
    expect({ what, text: INTERNALS.exec(answer.text)?.[0] }).toEqual({ what, text: undefined });
    expect({ what, length: answer.text.length < 20_000 }).toEqual({ what, length: true });
    if (path.startsWith('/api/') || path.startsWith('/access/'))
      expect({ what, type: answer.headers['content-type'] }).toEqual({ what, type: 'application/problem+json' });
  }
  return answer;
}

const NAMES = [
  '0192aaaa-0000-7000-8000-00000000000g',
  '00000000-0000-0000-0000-000000000000',
  '__proto__',
  'constructor',
  '..',
  '../../etc/passwd',
  "' OR 1=1 --",
  '\u0000',
  '\u202e\ud83d\ude00',
  'x'.repeat(4_000),
  '%',
];

describe('every operation outside SCIM', () => {
  it('answers to names that are none', async () => {
    for (const operation of ALL.filter(({ path }) => path.includes('{')))
      for (const name of NAMES) {
        const { status } = await ask(operation, filled(operation, name), operation.takesBody ? '{}' : undefined);
        // A name that may be given is given; nothing else is done.
        if (operation.method === 'GET') expect([200, 400, 403, 404, 422]).toContain(status);
      }
  });

  it('answers to parameters without sense or measure', async () => {
    const values = [
      ...[
        '',
        '-1',
        '0',
        '1e309',
        '99999999999999999999',
        'NaN',
        '[]',
        '{"a":1}',
        "'",
        '"',
        '%00',
        '%ff',
        '%F0%9F%98%80',
      ],
      ...[
        'eyJhIjoxfQ',
        'null',
        '__proto__',
        'x'.repeat(20_000),
        '2026-13-45T99:99:99Z',
        '-infinity',
        '+275760-09-13T00:00:00Z',
      ],
    ];
    for (const operation of ALL.filter(({ method }) => method === 'GET')) {
      const path = filled(operation, NAMES[1]!);
      for (const name of new Set([...operation.query, 'limit', 'cursor'])) {
        for (const value of values) await ask(operation, `${path}?${name}=${value}`);
        // The same one many times over, and as a list or an object.
        await ask(operation, `${path}?${`${name}=1&`.repeat(200)}`);
        await ask(operation, `${path}?${name}[]=1&${name}[a]=2&__proto__[a]=1`);
      }
    }
  }, 60_000);

  it('refuses bodies that are none, too deep, too wide, or of other types', async () => {
    const inherited =
      '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"toString":1,"hasOwnProperty":1}';
    const list = `[${'1,'.repeat(199_999)}1]`;
    const bodies = [
      ...['', '[]', 'null', '1', '"x"', '{', '{"a":', '[{"a":1},', '{"a":1}{"b":2}', '\u0000', '{"a":\u00001}'],
      `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
      `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`,
    ];
    const accepted: string[] = [];
    for (const operation of WITH_BODY)
      for (const body of bodies) {
        const { status } = await ask(operation, filled(operation, NAMES[1]!), body);
        if (status < 400) accepted.push(`${operation.method} ${operation.path} ${body.slice(0, 40)}`);
      }
    expect(accepted).toEqual([]);
    // Names that every object has are read as names, or not at all.
    for (const body of [list, inherited])
      for (const operation of WITH_BODY) await ask(operation, filled(operation, NAMES[1]!), body);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  }, 60_000);

  it('gives no header of its answers to those of the question', async () => {
    const { port } = new URL(scim.server.apiUrl);
    const hostile = ['x\r\nSet-Cookie: a=1', 'x\nSet-Cookie: a=1', '"><script>', '\u001b[31mred', 'x'.repeat(2_000)];
    for (const value of hostile) {
      const head = `GET /api/v1/tenant HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer ${token}\r\n`;
      const answer = await raw(Number(port), `${head}X-Request-Id: ${value}\r\nX-Tenant: ${value}\r\n\r\n`);
      expect(answer).not.toMatch(/^set-cookie/im);
      expect(answer).not.toContain('<script>');
      expect(answer).toMatch(/^HTTP\/1\.1 [24]\d\d/);
    }
    const traced = await scim.api('GET', '/tenant', undefined, {
      ...bearer(token),
      'x-request-id': 'from-the-proxy.1',
    });
    expect(traced.status).toBe(200);
  });

  it('keeps nothing of all that', async () => {
    const before = process.memoryUsage().heapUsed;
    const [operation] = WITH_BODY;
    const body = `{"a":[${'{"b":"cccccccccccccccccccccccccccc"},'.repeat(20_000)}1]}`;
    for (let i = 0; i < 30; i++) await ask(operation!, filled(operation!, NAMES[1]!), body);
    await delay(50);
    global.gc?.();
    // 30 bodies of a megabyte, several times that when parsed.
    expect((process.memoryUsage().heapUsed - before) / 1024 / 1024).toBeLessThan(150);
  });
});

/** Writes to a socket what no HTTP client would. @returns all that came back */
function raw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.setTimeout(5_000, () => socket.destroy(new Error('The server did not close the connection.')));
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString('latin1')));
    socket.on('error', reject);
    socket.on('close', () => resolve(answer));
  });
}
