import type { Json } from '../scim/scim-client';
import { TIME } from '../resources/resources-server';
import { ConfigServer } from './config-server';

let server: ConfigServer;
beforeAll(async () => {
  server = await ConfigServer.start();
});
afterAll(() => server.stop());

const pilot = (active: string, ...names: string[]) => ({ phases: names.map((name) => ({ name })), active });
const rules = (...names: string[]) => ({
  rules: names.map((name) => ({ name, when: 'department eq "Sales"', permissions: [name] })),
});
const events = async () => (await server.resources.events('config.changed')).map(({ data }) => data);

describe('If-Match', () => {
  it('lets a change pass only over the version that was read', async () => {
    const first = await server.send('PUT', '/access_rules', rules('a'), { 'if-match': '"0"' });
    expect(first).toMatchObject({ status: 200, headers: { etag: '"1"' }, body: { version: 1 } });
    for (const tag of ['"1"', 'W/"2"', '3', '"9", "4"', '*'])
      await server.put('access_rules', rules('a', tag), { 'if-match': tag });
    const late = await server.send('PUT', '/access_rules', rules('late'), { 'if-match': '"5"' });
    expect(late).toMatchObject({ status: 412, headers: { 'content-type': 'application/problem+json' } });
    expect(late.body.detail).toMatch(
      /^Version 6 of access_rules is in force, put by spec at 20\S+Z\. Read it, make your change there and send If-Match: "6"\.$/,
    );
    const back = await server.send('POST', '/access_rules/rollback', { version: 1 }, { 'if-match': '"5"' });
    expect(back.status).toBe(412);
    expect((await server.send('GET', '/access_rules')).body).toMatchObject({ version: 6, document: rules('a', '*') });
    expect((await server.put('access_rules', rules('late'))).version).toBe(7);
  });

  it('of nothing yet is "0", and what is no ETag is told', async () => {
    for (const tag of ['*', '"1"']) {
      const answer = await server.send('PUT', '/sync_config', { conflict_resolution: 'app_wins' }, { 'if-match': tag });
      expect(answer).toMatchObject({
        status: 412,
        body: { detail: expect.stringContaining('No sync_config was put yet.') },
      });
    }
    for (const tag of ['x', '"x"', '""', '"1" "2"', '"99999999999"', '-1']) {
      const answer = await server.send('PUT', '/sync_config', { conflict_resolution: 'app_wins' }, { 'if-match': tag });
      expect({ tag, status: answer.status }).toEqual({ tag, status: 400 });
    }
  });

  it('has one winner among puts at once; without it each is applied in turn', async () => {
    const { version } = await server.put('access_rules', rules('start'));
    const race = (headers: Record<string, string>) =>
      Promise.all(
        Array.from({ length: 8 }, (_, i) =>
          server.send('PUT', '/access_rules', rules(`racer ${i} ${headers['if-match'] ?? ''}`), headers),
        ),
      );
    const guarded = await race({ 'if-match': `"${version}"` });
    expect(guarded.map(({ status }) => status).sort()).toEqual([200, ...Array.from({ length: 7 }, () => 412)]);
    const free = await race({});
    expect(free.map(({ body }) => (body as { version: number }).version).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 8 }, (_, i) => version + 2 + i),
    );
    expect((await server.send('GET', '/access_rules')).body.version).toBe(version + 9);
  });

  it('has one winner among the first puts of all', async () => {
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, i) =>
        server.send('PUT', '/rollout', pilot(`p${i}`, `p${i}`), { 'if-match': '"0"' }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412, 412, 412]);
  });
});

describe('versions', () => {
  it('are all kept, the newest first, page by page', async () => {
    const before = (await server.send('GET', '/provisioning_rules/versions')).body.items as Json[];
    expect(before).toEqual([]);
    for (let i = 1; i <= 5; i++) await server.put('provisioning_rules', { user_creation: { default_role: `r${i}` } });
    const first = (await server.send('GET', '/provisioning_rules/versions?limit=2')).body;
    expect(first).toEqual({
      items: [5, 4].map((version) => ({
        version,
        updatedAt: TIME,
        updatedBy: { type: 'admin', id: expect.any(String) as string, name: 'spec' },
      })),
      nextCursor: expect.any(String) as string,
    });
    const walked: number[] = [];
    for (let cursor: unknown = ''; cursor !== null;) {
      const path = `/provisioning_rules/versions?limit=2${cursor ? `&cursor=${String(cursor)}` : ''}`;
      const { items, nextCursor } = (await server.send('GET', path)).body;
      walked.push(...(items as { version: number }[]).map(({ version }) => version));
      cursor = nextCursor;
    }
    expect(walked).toEqual([5, 4, 3, 2, 1]);
    const { body, headers } = await server.send('GET', '/provisioning_rules/versions/2');
    expect(body).toMatchObject({
      name: 'provisioning_rules',
      version: 2,
      document: { user_creation: { default_role: 'r2' } },
    });
    expect(headers.etag).toBe('"2"');
  });

  it.each(['0', '6', '-1', 'x', '1.5', '99999999999'])('do not include %s', async (version) => {
    expect((await server.send('GET', `/provisioning_rules/versions/${version}`)).status).toBe(404);
  });

  it.each(['?cursor=x', '?cursor=0', '?limit=0', '?limit=1001', '?cursor=1&cursor=2'])(
    'are not listed for %s',
    async (q) => {
      expect((await server.send('GET', `/provisioning_rules/versions${q}`)).status).toBe(400);
    },
  );

  it('come back as new ones', async () => {
    const back = await server.send('POST', '/provisioning_rules/rollback', { version: 2 });
    expect(back).toMatchObject({
      status: 200,
      headers: { etag: '"6"' },
      body: { version: 6, document: { user_creation: { default_role: 'r2' } }, updatedBy: { name: 'spec' } },
    });
    expect((await events()).at(-1)).toEqual({
      name: 'provisioning_rules',
      version: 6,
      previousVersion: 5,
      restoredVersion: 2,
      changes: [{ path: '/user_creation/default_role', from: 'r5', to: 'r2' }],
    });
    expect((await server.send('POST', '/provisioning_rules/rollback', { version: 2 })).body.version).toBe(6);
    const unknown = await server.send('POST', '/provisioning_rules/rollback', { version: 60 });
    expect(unknown).toMatchObject({ status: 404, body: { detail: 'There is no version 60 of provisioning_rules.' } });
    for (const body of [{}, { version: '2' }, { version: 0 }, { version: 2, force: true }, []])
      expect((await server.send('POST', '/provisioning_rules/rollback', body)).status).toBe(400);
  });

  it('that would not be taken today do not come back', async () => {
    // As a release left it that knew more keys than this one.
    await server.put('deprovisioning_rules', {
      group_removal: { trigger: 'user_removed_from_group', actions: ['adjust_permissions'] },
    });
    await server.resources.database.query(
      `INSERT INTO policy_documents SELECT tenant_id, name, 7, '{"group_removal": 1}', now(), created_by
       FROM policy_documents WHERE name = 'deprovisioning_rules'`,
    );
    const answer = await server.send('POST', '/deprovisioning_rules/rollback', { version: 7 });
    expect(server.faultsOf(answer, 422)).toEqual(['/group_removal: must be an object, not a number']);
    expect((await server.send('GET', '/deprovisioning_rules')).body.version).toBe(1);
  });
});

describe('the event', () => {
  it('tells the difference, who made it, and nothing when there is none', async () => {
    const before = (await events()).length;
    await server.put('attribute_mappings', { transformations: { a: { x: 'y', 'p/q': 'r' } } });
    await server.put('attribute_mappings', { transformations: { a: { 'p/q': 's', x: 'y' }, b: { k: 'v' } } });
    await server.put('attribute_mappings', { transformations: { b: { k: 'v' }, a: { x: 'y', 'p/q': 's' } } });
    expect((await events()).slice(before)).toEqual([
      {
        name: 'attribute_mappings',
        version: 1,
        previousVersion: 0,
        changes: [{ path: '/transformations', to: { a: { x: 'y', 'p/q': 'r' } } }],
      },
      {
        name: 'attribute_mappings',
        version: 2,
        previousVersion: 1,
        changes: [
          { path: '/transformations/a/p~1q', from: 'r', to: 's' },
          { path: '/transformations/b', to: { k: 'v' } },
        ],
      },
    ]);
    const rows = (await server.resources.events('config.changed')).slice(before);
    expect(rows[0]).toMatchObject({
      subject_type: 'PolicyDocument',
      context: { actor: { type: 'admin', name: 'spec' } },
    });
    expect(rows[0]!.subject_id).toBe(rows[1]!.subject_id);
  });

  it('of a mass change says how much more there is', async () => {
    const codes = (text: string) => ({
      lookups: { site: Object.fromEntries(Array.from({ length: 1_500 }, (_, i) => [`c${i}`, text])) },
    });
    await server.put('attribute_mappings', codes('a'));
    await server.put('attribute_mappings', codes('b'));
    const data = (await events()).at(-1)!;
    expect(data.changes).toHaveLength(1_000);
    expect(data.moreChanges).toBe(500);
  });
});
