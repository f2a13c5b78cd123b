import type { AddressInfo } from 'node:net';
import { ScimServer, type Json } from '../scim/scim-client';
import { RoundRobinProxy } from './round-robin-proxy';

const BULK = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';

let proxy: RoundRobinProxy;
let scim: ScimServer;
let base: string;
beforeAll(async () => {
  proxy = await RoundRobinProxy.start('/apps/identity');
  base = `${proxy.root}/scim/v2`;
  // A slash too many is put right.
  scim = await ScimServer.start({ PUBLIC_URL: `${proxy.root}/`, ROLE: 'api' });
  proxy.to((scim.server.app.getHttpServer().address() as AddressInfo).port);
});
afterAll(async () => {
  await proxy?.stop();
  await scim?.stop();
});

/** Asks as a client does, by an absolute address. */
async function ask(method: string, url: string, body?: unknown, token = scim.server.scimToken) {
  expect(url.startsWith(`${proxy.root}/`)).toBe(true);
  const response = await fetch(url, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: JSON.parse(text || '{}') as Json };
}
const user = () => scim.user();

describe('behind a proxy that serves it below a path (PUBLIC_URL)', () => {
  it('every address that it gives out leads back to it', async () => {
    const made = await ask('POST', `${base}/Users`, user());
    expect(made.status).toBe(201);
    const { location } = made.body.meta as { location: string };
    expect(location).toBe(`${base}/Users/${made.body.id as string}`);
    expect(made.headers.get('location')).toBe(location);
    expect((await ask('GET', location)).body.id).toBe(made.body.id);

    const members = [{ value: made.body.id }];
    const group = await ask('POST', `${base}/Groups`, { displayName: 'prefixed', members });
    const [member] = group.body.members as { $ref: string }[];
    expect((await ask('GET', member!.$ref)).body.id).toBe(made.body.id);

    const Operations = [{ method: 'POST', path: '/Users', bulkId: 'a', data: user() }];
    const bulk = await ask('POST', `${base}/Bulk`, { schemas: [BULK], Operations });
    const [done] = bulk.body.Operations as { location: string; status: string }[];
    expect(done!.status).toBe('201');
    expect((await ask('GET', done!.location)).status).toBe(200);

    for (const path of ['/ServiceProviderConfig', '/Schemas', '/ResourceTypes', '/Users']) {
      const { text } = await ask('GET', base + path);
      const locations = [...text.matchAll(/"location":"([^"]*)"/g)].map(([, found]) => found!);
      expect(locations.length).toBeGreaterThan(0);
      for (const found of locations) expect((await ask('GET', found)).status).toBe(200);
    }
  });

  it('credentials, tenants and the description of the API say so too', async () => {
    const { operatorToken } = scim.server;
    const api = `${proxy.root}/api/v1`;
    const credential = await ask('POST', `${api}/credentials`, { kind: 'scim', name: 'x' }, operatorToken);
    expect(credential.body.baseUrl).toBe(base);
    const tenant = await ask('GET', `${api}/tenant`, undefined, operatorToken);
    expect((tenant.body.scim as Json).baseUrl).toBe(base);
    const openapi = await ask('GET', `${proxy.root}/openapi.json`, undefined, operatorToken);
    expect((openapi.body.servers as Json[]).map(({ url }) => url)).toEqual([proxy.root]);
  });
});
