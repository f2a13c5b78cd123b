import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { build } from '../faults/build';
import { Product } from '../faults/product';
import { USER } from '../scim/scim-client';
import { createTestDatabase } from '../support/database';

interface SentSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly attributes: readonly { readonly key: string; readonly value: Record<string, unknown> }[];
  readonly status?: { readonly code?: number };
}

/** What a collector got, as OTLP over HTTP has it in JSON. */
async function collector() {
  const spans: SentSpan[] = [];
  const paths: string[] = [];
  const server = createServer((request, response) => {
    paths.push(`${request.method} ${request.url}`);
    void body(request).then((text) => {
      const { resourceSpans } = JSON.parse(text) as { resourceSpans: { scopeSpans: { spans: SentSpan[] }[] }[] };
      spans.push(...resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)));
      response.setHeader('content-type', 'application/json').end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { spans, paths, endpoint, close: () => new Promise((resolve) => server.close(resolve)) };
}

async function body(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

beforeAll(() => build());

// As a process of its own: the exporter imports dynamically, which Jest does not let it.
it('a request becomes a span of the trace of its caller, with its statements in it', async () => {
  const { spans, paths, endpoint, close } = await collector();
  const database = await createTestDatabase();
  const settings = { DATABASE_URL: database.url, ROLE: 'api', OTEL_EXPORTER_OTLP_ENDPOINT: `${endpoint}/` };
  const product = await Product.start(settings);
  const { scim, admin } = product.tokens!;
  const send = (path: string, token: string, body?: object, headers: Record<string, string> = {}) =>
    fetch(`${product.root}${path}`, {
      method: body ? 'POST' : 'GET',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
      ...(body && { body: JSON.stringify(body) }),
    }).then(({ status }) => status);
  try {
    const [traceId, caller] = ['4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7'];
    const traced = { traceparent: `00-${traceId}-${caller}-01`, 'x-request-id': 'okta-4711' };
    const user = { schemas: [USER], userName: 'traced@corp.example' };
    expect(await send('/scim/v2/Users', scim, user, traced)).toBe(201);
    expect(await send('/scim/v2/Users/nobody', scim)).toBe(404);
    expect(await send('/api/v1/health', admin)).toBe(200);
    // What was not sent yet is sent before the end.
    expect(await product.end()).toEqual({ code: 0, signal: null });
    const request = spans.find(({ parentSpanId }) => parentSpanId === caller)!;
    expect(request).toMatchObject({ name: 'POST /scim/v2/Users', traceId });
    const attributes = Object.fromEntries(request.attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
    expect(attributes).toMatchObject({
      ...{ 'http.request.method': 'POST', 'http.route': '/scim/v2/Users', 'http.response.status_code': 201 },
      ...{ 'provost.request': 'okta-4711', 'provost.tenant': expect.any(String) },
    });
    const statements = spans.filter(({ parentSpanId }) => parentSpanId === request.spanId);
    expect(statements.map(({ name }) => name)).toContain('user.create');
    expect(statements.every((span) => span.traceId === traceId)).toBe(true);
    // A trace of its own, and no error: it was answered.
    const missing = spans.find(({ name }) => name === 'GET /scim/v2/Users/:id')!;
    expect(missing.traceId).not.toBe(traceId);
    expect(missing.status?.code ?? 0).toBe(0);
    expect(spans.map(({ name }) => name)).toContain('health.state');
    expect(JSON.stringify(spans)).not.toMatch(/traced@corp|Bearer/);
    expect(new Set(paths)).toEqual(new Set(['POST /v1/traces']));
  } finally {
    await product.end('SIGKILL');
    await close();
    await database.drop();
  }
});
