import type { Json } from '../scim/scim-client';
import { ResourcesServer, TIME } from './resources-server';

let app: ResourcesServer;
beforeAll(async () => {
  app = await ResourcesServer.start();
});
afterAll(() => app?.stop());

const counter = async () => {
  const { rows } = await app.database.query<{ n: string }>(
    'SELECT coalesce(sum(workspaces), 0) AS n FROM access_versions',
  );
  return Number(rows[0]!.n);
};

describe('workspaces (contract §6)', () => {
  it('are registered, read, changed and removed', async () => {
    const body = { name: 'Sales', color: 'red', nested: { tags: ['a', null] } };
    const view = { key: 'sales', ...body, createdAt: TIME, updatedAt: TIME };
    expect(await app.must(201, 'PUT', '/workspaces/sales', body)).toEqual(view);
    expect(await app.must(200, 'GET', '/workspaces/sales')).toEqual(view);
    expect(await app.must(200, 'PUT', '/workspaces/sales', { name: 'Sales EU' })).toEqual({
      ...{ key: 'sales', name: 'Sales EU', createdAt: TIME, updatedAt: TIME },
    });
    expect(await app.send('DELETE', '/workspaces/sales')).toMatchObject({ status: 204, text: '' });
    await app.must(404, 'GET', '/workspaces/sales');
    await app.must(404, 'DELETE', '/workspaces/sales');
    expect((await app.events('resource.workspace')).map(({ type, data }) => [type, data])).toEqual([
      [
        'resource.workspace_registered',
        { key: 'sales', changes: [{ path: 'name', to: 'Sales' }, { path: 'color' }, { path: 'nested' }] },
      ],
      [
        'resource.workspace_updated',
        {
          key: 'sales',
          changes: [{ path: 'name', from: 'Sales', to: 'Sales EU' }, { path: 'color' }, { path: 'nested' }],
        },
      ],
      ['resource.workspace_removed', { key: 'sales' }],
    ]);
    const subjects = new Set((await app.events('resource.workspace')).map(({ subject_id }) => subject_id));
    expect(subjects.size).toBe(1);
  });

  it('stay as they are when the same is said again, also as it was read', async () => {
    const first = await app.must(201, 'PUT', '/workspaces/again', { name: 'Again', archived: 1, note: 'x' });
    const events = (await app.events('resource.')).length;
    const version = await counter();
    for (const body of [{ name: 'Again', note: 'x', archived: 1 }, first])
      expect(await app.must(200, 'PUT', '/workspaces/again', body)).toEqual(first);
    expect((await app.events('resource.')).length).toBe(events);
    expect(await counter()).toBe(version);
  });

  it('raise the version that access is computed from when one comes or goes, and not when it changes', async () => {
    const before = await counter();
    await app.must(201, 'PUT', '/workspaces/versioned', { name: 'A' });
    expect(await counter()).toBe(before + 1);
    await app.must(200, 'PUT', '/workspaces/versioned', { name: 'B' });
    expect(await counter()).toBe(before + 1);
    await app.must(204, 'DELETE', '/workspaces/versioned');
    expect(await counter()).toBe(before + 2);
  });

  it('are made once when many register one at a time', async () => {
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, i) => app.send('PUT', '/workspaces/race', { name: `n${i % 3}` })),
    );
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([...Array<number>(11).fill(200), 201]);
  });

  it.each([
    ['blanks', 'a b'],
    ['what separates addresses', 'A/B?c=d#e&f'],
    ['a percent sign', '100%'],
    ['any script', 'ünïcödé-東京-🙂'],
    ['quotes', `"o'neil"\\`],
    ['dots', '..a'],
    ['a star', '*'],
    ['the name of a prototype', '__proto__'],
    ['the name of a constructor', 'constructor'],
    ['200 letters', 'k'.repeat(200)],
    ['200 pictures', '🙂'.repeat(200)],
  ])('take %s as a key', async (_, key) => {
    const path = `/workspaces/${encodeURIComponent(key)}`;
    expect(await app.must(201, 'PUT', path, { name: 'x' })).toMatchObject({ key });
    expect(await app.must(200, 'GET', path)).toMatchObject({ key });
    await app.must(204, 'DELETE', path);
  });

  it('tell keys apart by upper and lower case', async () => {
    await app.must(201, 'PUT', '/workspaces/Case', { name: 'upper' });
    await app.must(201, 'PUT', '/workspaces/case', { name: 'lower' });
    expect(await app.must(200, 'GET', '/workspaces/Case')).toMatchObject({ key: 'Case', name: 'upper' });
  });

  it.each([
    ['a NUL', 'a%00b'],
    ['a line break', '%0A'],
    ['a DEL', 'a%7F'],
    ['201 letters', 'k'.repeat(201)],
  ])('refuse %s as a key', async (_, key) => {
    await app.must(400, 'PUT', `/workspaces/${key}`, { name: 'x' });
    await app.must(404, 'GET', `/workspaces/${key}`);
    await app.must(404, 'DELETE', `/workspaces/${key}`);
  });

  it.each<[string, unknown, string[]]>([
    ['nothing', {}, ['/name']],
    ['a name that is none', { name: 5 }, ['/name']],
    ['an empty name', { name: '' }, ['/name']],
    ['a name that cannot be stored', { name: 'a\u0000' }, ['/name']],
    ['a name that is too long', { name: 'x'.repeat(201) }, ['/name']],
    ['another key', { name: 'x', key: 'other' }, ['/key']],
    ['a list', [], ['']],
    ['a text', '"x"', ['']],
    ['attributes without end', { name: 'x', big: 'y'.repeat(16 * 1024) }, ['']],
  ])('refuse %s', async (_, body, pointers) => {
    expect(await app.faults(400, 'PUT', '/workspaces/faulty', body)).toEqual(pointers);
    await app.must(404, 'GET', '/workspaces/faulty');
  });

  it('keep attributes of any name and value', async () => {
    const body =
      '{"name":"x","__proto__":{"polluted":true},"constructor":1,"a\\u0000":"\\u0000","toString":null,"ü":"\\ud800"}';
    const { text } = await app.send('PUT', '/workspaces/odd', body);
    expect(text).toContain('"__proto__":{"polluted":true},"constructor":1,"a\\u0000":"\\u0000","toString":null');
    expect((await app.send('GET', '/workspaces/odd')).text).toBe(text);
    expect(({} as Json).polluted).toBeUndefined();
  });

  it('are listed page by page in the order of their keys', async () => {
    for (const key of ['list-b', 'list-A', 'list-ü', 'list-a'])
      await app.must(201, 'PUT', `/workspaces/${encodeURIComponent(key)}`, { name: key });
    const keys = (await app.all('/workspaces', 2)).map(({ key }) => key as string);
    expect(keys.filter((key) => key.startsWith('list-'))).toEqual(['list-A', 'list-a', 'list-b', 'list-ü']);
    expect((await app.all('/workspaces', 1000)).map(({ key }) => key)).toEqual(keys);
    for (const query of ['limit=0', 'limit=1001', 'limit=x', 'cursor=!', 'cursor=AA', 'limit=1&limit=2', 'cursor=YQ=='])
      await app.must(400, 'GET', `/workspaces?${query}`);
  });

  it('are not removed while something is in them', async () => {
    const { id: ownerId } = await app.scim.createdUser();
    await app.must(201, 'PUT', '/workspaces/full', { name: 'Full' });
    await app.must(201, 'PUT', '/projects/in-full', { name: 'P', workspace: 'full', members: [] });
    await app.must(201, 'PUT', '/content/in-full-1', { type: 'doc', ownerId, project: 'in-full' });
    await app.must(201, 'PUT', '/content/in-full-2', { type: 'doc', ownerId, workspace: 'full' });
    const refused = await app.must(409, 'DELETE', '/workspaces/full');
    expect(refused.detail).toBe(
      'The workspace still holds 1 project and 2 pieces of content. Move or remove them first.',
    );
    await app.must(204, 'DELETE', '/content/in-full-1');
    await app.must(204, 'DELETE', '/content/in-full-2');
    await app.must(204, 'DELETE', '/projects/in-full');
    await app.must(204, 'DELETE', '/workspaces/full');
  });

  it('are written by operators, administrators and the app, and read by auditors too', async () => {
    for (const kind of ['app', 'admin'] as const)
      await app.must(201, 'PUT', `/workspaces/by-${kind}`, { name: kind }, app.as(kind));
    await app.must(200, 'GET', '/workspaces/by-app', undefined, app.as('auditor'));
    await app.must(200, 'GET', '/workspaces', undefined, app.as('auditor'));
    await app.must(403, 'PUT', '/workspaces/by-auditor', {}, app.as('auditor'));
    await app.must(403, 'DELETE', '/workspaces/by-app', undefined, app.as('auditor'));
    const scim = { authorization: `Bearer ${app.scim.server.scimToken}` };
    await app.must(403, 'GET', '/workspaces', undefined, scim);
    await app.must(401, 'PUT', '/workspaces/by-nobody', {}, { authorization: 'Bearer unknown' });
  });

  it('belong to their tenant', async () => {
    await app.scim.api('POST', '/tenants', { slug: 'other', name: 'Other' });
    const other = { authorization: `Bearer ${app.scim.server.operatorToken}`, 'x-tenant': 'other' };
    await app.must(201, 'PUT', '/workspaces/shared', { name: 'ours' });
    await app.must(404, 'GET', '/workspaces/shared', undefined, other);
    await app.must(404, 'DELETE', '/workspaces/shared', undefined, other);
    await app.must(201, 'PUT', '/workspaces/shared', { name: 'theirs' }, other);
    expect(await app.must(200, 'GET', '/workspaces/shared')).toMatchObject({ name: 'ours' });
    expect((await app.must(200, 'GET', '/workspaces', undefined, other)).items).toHaveLength(1);
  });
});
