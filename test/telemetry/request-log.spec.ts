import { RecordedServer } from '../event-log/recorded-server';
import { until } from '../support/until';
import { USER } from '../scim/scim-client';

let server: RecordedServer;
beforeAll(async () => (server = await RecordedServer.start()));
afterAll(() => server?.stop());

interface Line {
  readonly level: number;
  readonly msg: string;
  readonly request: string;
}
const lines = (requestId: string) =>
  server.logged
    .map((line) => JSON.parse(line) as Line)
    .filter(({ msg, request }) => msg === 'request' && request === requestId);

it('every request is a line, whose id stands in its events', async () => {
  const body = { schemas: [USER], userName: 'logged@corp.example', password: 's3cret-pass' };
  const created = await server.send('POST', '/Users', body);
  await until('it is logged', () => lines(created.requestId).length === 1);
  const [line] = lines(created.requestId);
  expect(line).toMatchObject({
    ...{ level: 30, request: created.requestId, method: 'POST', route: '/scim/v2/Users', status: 201 },
    ...{ ms: expect.any(Number), tenant: expect.any(String), credential: expect.any(String) },
  });
  const [event] = await server.news().then((events) => events.filter(({ type }) => type === 'user.created'));
  expect(event!.context.request.id).toBe(created.requestId);

  const query = `/Users?filter=${encodeURIComponent('userName eq "logged@corp.example"')}`;
  const listed = await server.send('GET', query);
  const stranger = await server.send('GET', '/Users', undefined, { token: 'pv_scim_guessed' });
  const probe = await server.send('GET', '/api/v1/../../health/live');
  await until('they are logged', () => lines(listed.requestId).length + lines(stranger.requestId).length === 2);
  expect(lines(stranger.requestId)[0]).toMatchObject({ status: 401, route: '/scim/v2/Users' });
  expect(lines(stranger.requestId)[0]).not.toHaveProperty('tenant');
  expect(lines(probe.requestId)).toEqual([]);
  const all = server.logged.filter((text) => text.includes('"msg":"request"')).join('');
  expect(all).not.toMatch(/logged@corp|s3cret|pv_scim|filter/);
});
