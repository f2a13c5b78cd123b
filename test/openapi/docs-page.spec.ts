import { type TestServer, startServer } from '../support/server';

let server: TestServer;
beforeAll(async () => (server = await startServer({ PUBLIC_URL: '' })));
afterAll(() => server.stop());

const get = (path: string) => fetch(`${server.apiUrl}${path}`);

it.each(['/api/docs', '/api/docs/', '/API/docs?x=1'])('shows the page at %s with all that it needs', async (path) => {
  const answer = await get(path);
  expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
  const html = await answer.text();
  const links = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => new URL(link!, answer.url));
  expect(links.length).toBe(4);
  for (const link of links) {
    expect(link.origin).toBe(new URL(server.apiUrl).origin);
    const file = await fetch(link);
    expect({ link: link.pathname, status: file.status }).toEqual({ link: link.pathname, status: 200 });
    expect(file.headers.get('content-type')).toMatch(/^(text\/(css|javascript); charset=utf-8|image\/png)$/);
    expect(file.headers.get('x-content-type-options')).toBe('nosniff');
    expect((await file.arrayBuffer()).byteLength).toBeGreaterThan(100);
  }
});

it('runs scripts of its own only, none of them inline', async () => {
  const answer = await get('/api/docs');
  const policy = answer.headers.get('content-security-policy')!;
  expect(policy).toContain(`default-src 'none'`);
  expect(policy).toContain(`script-src 'self';`);
  expect(policy).toContain(`frame-ancestors 'none'`);
  expect(await answer.text()).not.toMatch(/<script(?![^>]* src=)|<style| style=| on\w+=|https?:/);
});

it('loads the document beside its script, and asks no validator elsewhere', async () => {
  const script = await (await get('/api/docs/start.js')).text();
  let options: { url: string; validatorUrl: unknown } | undefined;
  const run = new Function('SwaggerUIBundle', 'document', script) as (...values: unknown[]) => void;
  const bundle = (given: typeof options) => (options = given);
  run(bundle, { currentScript: { src: 'https://api.example/provost/api/docs/start.js' } });
  expect(options).toMatchObject({ url: 'https://api.example/provost/api/docs/openapi.json', validatorUrl: null });
});

it.each(['/api/docs/index.html', '/api/docs/..%2fpackage.json', '/api/docs/swagger-ui-bundle.js.map', '/api/docs/x'])(
  'has nothing at %s',
  async (path) => expect((await get(path)).status).toBe(404),
);
