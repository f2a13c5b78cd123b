import { connect } from 'node:net';
import { bearer, CUSTOM, ENTERPRISE, expectScimError, type Json, PATCH_OP, ScimServer, SEARCH } from './scim-client';

let scim: ScimServer;
beforeAll(async () => {
  scim = await ScimServer.start();
});
afterAll(() => scim?.stop());

/** Writes to a socket what no HTTP client would, and reads until it closes. */
function raw(...parts: (string | Buffer)[]): Promise<{ status: number; head: string; body: Json }> {
  const { port } = new URL(scim.server.apiUrl);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), '127.0.0.1');
    const chunks: Buffer[] = [];
    socket.setTimeout(10_000, () => socket.destroy(new Error('The server did not close the connection.')));
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('error', (error: NodeJS.ErrnoException) => (chunks.length ? undefined : reject(error)));
    socket.on('close', () => {
      const [head = '', body = ''] = Buffer.concat(chunks).toString().split('\r\n\r\n');
      resolve({ status: Number(/^HTTP\/1.1 (\d+)/.exec(head)?.[1]), head, body: JSON.parse(body || '{}') as Json });
    });
    for (const part of parts) socket.write(part);
  });
}
const SCIM_ERROR = { schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'], detail: expect.stringMatching(/\.$/) };

describe('addresses', () => {
  it.each(['/Users/%', '/Users/%zz', '/Users/%ff', '/Users/%c3%28', '/%e0%80%80', '/Users/%u0041'])(
    '%s is not well encoded: 400, in SCIM',
    async (path) => expectScimError(await scim.scim('GET', path), 400, 'invalidSyntax'),
  );

  it.each([
    '/Users/%00',
    '/Users/a%2fb',
    '/Users/..%2f..%2fapi',
    '/Users/%2e%2e',
    "/Users/'%20or%201=1",
    '/Users/__proto__',
    '/Users/constructor',
    `/Users/${'x'.repeat(5_000)}`,
    '/Users/0192AAAA-0000-7000-8000-00000000000g',
    '/Users/x/y',
    '/Users//',
    '//Users',
    '/__proto__',
    '/constructor/x',
    '/toString',
    '/Nope?filter=%zz',
  ])('names nothing (%#): 404, and the answer is short and clean', async (path) => {
    for (const method of ['GET', 'DELETE']) {
      const answer = await scim.scim(method, path);
      expectScimError(answer, 404);
      expect(answer.text.length).toBeLessThan(500);
      expect(answer.body.detail).not.toContain('\u0000');
    }
  });

  it.each(['/scim/v1/Users', '/scim/v3/Users', '/SCIM/V9/Users'])('%s is another version', async (path) => {
    const answer = await scim.send('GET', path, undefined, bearer(scim.server.scimToken));
    expectScimError(answer, 400, 'invalidVers');
  });

  it('outside SCIM are problem documents', async () => {
    for (const [path, status] of [
      ['/nope', 404],
      ['/api/v1/nope', 404],
      ['/api/v1/%zz', 400],
    ] as const) {
      const answer = await scim.send('GET', path, undefined, bearer(scim.server.operatorToken));
      expect(answer).toMatchObject({ status, body: { status } });
      expect(answer.headers['content-type']).toBe('application/problem+json');
    }
  });

  it('with the query of Okta’s base URL are put right, and a slash in a filter is none (catalogue §1.2)', async () => {
    const ask = (path: string) => scim.send('GET', path, undefined, bearer(scim.server.scimToken));
    expect(await ask('/scim/v2?connection=x/Users?count=0')).toMatchObject({ status: 200, body: { itemsPerPage: 0 } });
    expect((await ask('/scim/v2?connection=x/Users/none')).status).toBe(404);
    const profile = encodeURIComponent('profileUrl eq "').replace(/%22/g, '"') + 'https://h.example/a?b"';
    expect((await ask(`/scim/v2?count=0&filter=${profile}`)).status).toBe(200);
  });
});

describe('methods', () => {
  it.each(['TRACE', 'PROPFIND', 'LOCK', 'SEARCH', 'OPTIONS', 'LINK'])(
    '%s is 405 with what is possible',
    async (method) => {
      const answer = await scim.scim(method, '/Users');
      expectScimError(answer, 405);
      expect(answer.headers.allow).toBe('GET, POST');
      expect((await scim.scim(method, '/Users/x')).headers.allow).toBe('GET, PUT, PATCH, DELETE');
    },
  );

  it('HEAD is GET without the body', async () => {
    const user = await scim.createdUser();
    for (const path of ['/Users', `/Users/${user.id}`, '/Schemas']) {
      const [get, head] = [await scim.scim('GET', path), await scim.scim('HEAD', path)];
      expect(head).toMatchObject({ status: 200, text: '' });
      for (const name of ['content-type', 'etag', 'content-length']) expect(head.headers[name]).toBe(get.headers[name]);
    }
    expect(await scim.scim('HEAD', '/Users/none')).toMatchObject({ status: 404, text: '' });
  });
});

describe('what is no HTTP', () => {
  const token = () => `Authorization: Bearer ${scim.server.scimToken}\r\n`;
  it('gets a SCIM error, and the connection ends', async () => {
    for (const request of [
      'FOO /scim/v2/Users HTTP/1.1\r\nHost: x\r\n\r\n',
      'GET /scim/v2/Users HTTP/9.9\r\n\r\n',
      'GET /scim/v2/Users HTTP/1.1\r\nHost x\r\n\r\n',
      'GET /scim/v2/Users HTTP/1.1\r\nHost: x\r\nX-A: a\u0000b\r\n\r\n',
      '\u0016\u0003\u0001\u0002\u0000\r\n\r\n',
    ]) {
      const answer = await raw(request);
      expect(answer).toMatchObject({ status: 400, body: { ...SCIM_ERROR, status: '400' } });
      expect(answer.head).toMatch(/content-type: application\/scim\+json/i);
    }
  });

  it('in a chunked body too', async () => {
    const head = `POST /scim/v2/Users HTTP/1.1\r\nHost: x\r\n${token()}Content-Type: application/json\r\n`;
    const { status, body } = await raw(`${head}Transfer-Encoding: chunked\r\n\r\nzz\r\n`);
    expect({ status, body }).toMatchObject({ status: 400, body: SCIM_ERROR });
  });

  it('headers without end are 431', async () => {
    const { status, body } = await raw(`GET /scim/v2/Users HTTP/1.1\r\nHost: x\r\nX-A: ${'a'.repeat(70_000)}\r\n\r\n`);
    expect({ status, body }).toMatchObject({ status: 431, body: { ...SCIM_ERROR, status: '431' } });
  });

  it('outside SCIM it is a problem', async () => {
    const { head, body } = await raw('FOO /api/v1/tenants HTTP/1.1\r\nHost: x\r\n\r\n');
    expect(head).toMatch(/application\/problem\+json/);
    expect(body).toMatchObject({ status: 400, detail: expect.any(String) });
  });
});

describe('bodies', () => {
  it.each<[string, string | Buffer]>([
    ['nothing', ''],
    ['white space', '  '],
    ['half a document', '{"userName":"x"'],
    ['more than one document', '{"userName":"x"} {}'],
    ['a text', '"userName"'],
    ['a number', '5'],
    ['null', 'null'],
    ['a list', '[]'],
    ['bytes that are no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])],
    ['UTF-16', Buffer.from('{"userName":"x"}', 'utf16le')],
    ['two hundred thousand brackets', `{"userName":"x","a":${'['.repeat(200_000)}${']'.repeat(200_000)}}`],
    ['two hundred thousand braces', `${'{"a":'.repeat(200_000)}1${'}'.repeat(200_000)}`],
  ])('of %s are 400 invalidSyntax, whatever the endpoint and the media type', async (_, body) => {
    const user = await scim.createdUser();
    for (const type of ['application/scim+json', 'application/json'])
      for (const [method, path] of [
        ['POST', '/Users'],
        ['POST', '/Groups'],
        ['PUT', `/Users/${user.id}`],
        ['PATCH', `/Users/${user.id}`],
        ['POST', '/.search'],
        ['POST', '/Users/.search'],
        ['POST', '/Bulk'],
      ] as const)
        expectScimError(await scim.scim(method, path, body, { 'content-type': type }), 400, 'invalidSyntax');
  });

  it('of 40 MiB are 413, whether they say so or not, and are not kept', async () => {
    const before = process.memoryUsage().rss;
    const said = await scim.scim('POST', '/Users', Buffer.alloc(40 * 1024 * 1024, 0x20));
    expectScimError(said, 413);
    expect(said.body.detail).toMatch(/16 MiB/);
    const head = `POST /scim/v2/Users HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${scim.server.scimToken}\r\n`;
    const chunk = Buffer.concat([Buffer.from('100000\r\n'), Buffer.alloc(0x100000, 0x20), Buffer.from('\r\n')]);
    const chunks = Array.from({ length: 40 }, () => chunk);
    const { status, body } = await raw(
      `${head}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`,
      ...chunks,
      '0\r\n\r\n',
    );
    expect({ status, body }).toMatchObject({ status: 413, body: { ...SCIM_ERROR, status: '413' } });
    // Our own copies are in it as well.
    expect(process.memoryUsage().rss - before).toBeLessThan(400 * 1024 * 1024);
  });

  it('with the names that every JavaScript object has change nothing but themselves', async () => {
    const hostile =
      '"__proto__":{"active":false,"polluted":1},"constructor":{"prototype":{"polluted":1}},"toString":"x","hasOwnProperty":5';
    for (const [endpoint, name] of [
      ['/Users', '"userName":"proto@x"'],
      ['/Groups', '"displayName":"proto"'],
    ] as const) {
      const body = `{${name},"name":{${hostile}},"${CUSTOM}":{${hostile}},"${ENTERPRISE}":{${hostile}},${hostile}}`;
      const answer = await scim.scim('POST', endpoint, body);
      expect(answer.status).toBe(201);
      expect(answer.text).not.toMatch(/__proto__|polluted|toString|hasOwnProperty/);
      const path = `${endpoint}/${answer.body.id as string}`;
      const patch = `{"schemas":["${PATCH_OP}"],"Operations":[{"op":"add","value":{${hostile}}},{"op":"add","path":"__proto__","value":{"polluted":1}},{"op":"add","path":"constructor.polluted","value":1}]}`;
      expect([200, 204]).toContain((await scim.scim('PATCH', path, patch)).status);
    }
    expect(({} as Json).polluted).toBeUndefined();
  });

  it.each<[string, Json]>([
    ['1e999', { title: JSON.parse('1e999') as number }],
    ['NUL', { displayName: 'a\u0000' }],
    ['half a surrogate pair', { displayName: '\udc00' }],
    ['a megabyte of userName', { userName: 'x'.repeat(1_000_000) }],
    ['a megabyte of title', { title: 'x'.repeat(1_000_000) }],
    ['five thousand and one e-mails', { emails: Array.from({ length: 5_001 }, (_, i) => ({ value: `${i}` })) }],
    ['lists in lists', { emails: [[['x']]] }],
    ['an object where text belongs', { [ENTERPRISE]: { manager: { value: {} } } }],
    ['NUL in the ready-made extension', { [CUSTOM]: { a: '\u0000' } }],
    [
      'a thousand attributes that nobody defined',
      { [CUSTOM]: Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`a${i}`, i])) },
    ],
    ['an externalId without end', { externalId: 'x'.repeat(10_000) }],
  ])('with %s are refused', async (name, more) => {
    // JSON has no Infinity: 1e999 is written as it is.
    const body = JSON.stringify(scim.user(more)).replace(name === '1e999' ? '"title":null' : /$^/, '"title":1e999');
    expectScimError(await scim.scim('POST', '/Users', body), 400, 'invalidValue');
  });

  it('keep text as it is: emoji, right-to-left, quotes, SQL, control characters where they may be', async () => {
    const displayName = `😀 \u202eשלום "q" 'q' \\ ; DROP TABLE users; -- %s $1 \u0001\n\t`;
    const user = await scim.createdUser({ displayName });
    expect(user.displayName).toBe(displayName);
    const { body } = await scim.scim('POST', '/Users/.search', {
      schemas: [SEARCH],
      filter: `displayName eq ${JSON.stringify(displayName)}`,
    });
    expect((body.Resources as Json[]).map(({ id }) => id)).toEqual([user.id]);
  });
});
