import { ResourceReader } from '../../apps/api/src/resources';
import { NOBODY, ResourcesServer, TIME } from './resources-server';

let app: ResourcesServer;
let ava: string;
let bo: string;
let tenantId: string;
beforeAll(async () => {
  app = await ResourcesServer.start();
  [ava, bo] = [(await app.scim.createdUser()).id, (await app.scim.createdUser()).id];
  for (const key of ['eu', 'us']) await app.must(201, 'PUT', `/workspaces/${key}`, { name: key });
  await app.must(201, 'PUT', '/projects/in-eu', { name: 'P', workspace: 'eu', members: [ava, bo] });
  await app.must(201, 'PUT', '/projects/nowhere', { name: 'N', members: [ava] });
  const { rows } = await app.database.query<{ id: string }>(`SELECT id FROM tenants WHERE slug = 'default'`);
  tenantId = rows[0]!.id;
});
afterAll(() => app?.stop());

const archive = (key: string) => app.database.query('UPDATE content SET archived_at = now() WHERE key = $1', [key]);

describe('content (contract §6)', () => {
  it('is registered, read, changed and removed', async () => {
    const body = { type: 'document', ownerId: ava, workspace: 'eu', classification: 'secret', title: 'Plan' };
    const rest = { project: null, archived: false, archivedAt: null, createdAt: TIME, updatedAt: TIME };
    const view = { key: 'plan', ...body, ...rest };
    expect(await app.must(201, 'PUT', '/content/plan', body)).toEqual(view);
    expect(await app.must(200, 'GET', '/content/plan')).toEqual(view);
    expect(await app.must(200, 'PUT', '/content/plan', view)).toEqual(view);
    expect(await app.must(200, 'PUT', '/content/plan', { type: 'document', ownerId: bo })).toEqual({
      ...{ key: 'plan', type: 'document', ownerId: bo, workspace: null, classification: null, ...rest },
    });
    await app.must(204, 'DELETE', '/content/plan');
    await app.must(404, 'GET', '/content/plan');
    await app.must(404, 'DELETE', '/content/plan');
    const events = (await app.events('resource.content_')).filter(({ data }) => data.key === 'plan');
    expect(events.map(({ type }) => type.slice('resource.content_'.length))).toEqual([
      'registered',
      'updated',
      'removed',
    ]);
    expect(events[1]!.data.changes).toEqual([
      { path: 'ownerId', from: ava, to: bo },
      { path: 'workspace', from: 'eu', to: null },
      { path: 'classification', from: 'secret', to: null },
      { path: 'title' },
    ]);
  });

  it('is where its project is', async () => {
    const content = (more: object) => ({ type: 'doc', ownerId: ava, ...more });
    expect(await app.must(201, 'PUT', '/content/a', content({ project: 'in-eu' }))).toMatchObject({ workspace: 'eu' });
    await app.must(201, 'PUT', '/content/b', content({ project: 'in-eu', workspace: 'eu' }));
    expect(await app.must(201, 'PUT', '/content/c', content({ project: 'nowhere' }))).toMatchObject({
      workspace: null,
    });
    for (const [more, pointer] of [
      [{ project: 'in-eu', workspace: 'us' }, '/workspace'],
      [{ project: 'nowhere', workspace: 'us' }, '/workspace'],
      [{ project: 'none' }, '/project'],
      [{ workspace: 'none' }, '/workspace'],
    ] as const)
      expect(await app.faults(400, 'PUT', '/content/d', content(more))).toEqual([pointer]);
    await app.must(404, 'GET', '/content/d');
  });

  it('names what is wrong', async () => {
    expect(await app.faults(400, 'PUT', '/content/x', {})).toEqual(['/type', '/ownerId']);
    expect(await app.faults(400, 'PUT', '/content/x', { type: 'x', ownerId: NOBODY, workspace: 'none' })).toEqual([
      ...['/workspace', '/ownerId'],
    ]);
    const wrong = { type: 1, ownerId: 'x', project: '', workspace: 'a\u0000', classification: {} };
    expect(await app.faults(400, 'PUT', '/content/x', wrong)).toEqual([
      ...['/type', '/ownerId', '/project', '/workspace', '/classification'],
    ]);
  });

  it('stays archived, whatever the app says', async () => {
    const body = { type: 'doc', ownerId: ava };
    await app.must(201, 'PUT', '/content/old', body);
    await archive('old');
    const view = await app.must(200, 'GET', '/content/old');
    expect(view).toMatchObject({ archived: true, archivedAt: TIME });
    expect(await app.must(200, 'PUT', '/content/old', { ...body, archived: false, archivedAt: null })).toEqual(view);
    expect(await app.must(200, 'PUT', '/content/old', { ...body, classification: 'x' })).toMatchObject({
      archived: true,
    });
  });

  it('may keep an owner who has left, and not be given to one', async () => {
    const gone = (await app.scim.createdUser()).id;
    const body = { type: 'doc', ownerId: gone };
    await app.must(201, 'PUT', '/content/orphan', body);
    await app.scim.scim('DELETE', `/Users/${gone}`);
    expect(await app.must(200, 'PUT', '/content/orphan', { ...body, title: 'x' })).toMatchObject({ ownerId: gone });
    expect(await app.faults(400, 'PUT', '/content/orphan2', body)).toEqual(['/ownerId']);
    expect((await app.all(`/content?ownerId=${gone}`, 10)).map(({ key }) => key)).toEqual(['orphan']);
  });

  it('is listed by owner, project and workspace', async () => {
    const owner = (await app.scim.createdUser()).id;
    await app.must(201, 'PUT', '/content/l1', { type: 'doc', ownerId: owner, project: 'in-eu' });
    await app.must(201, 'PUT', '/content/l2', { type: 'doc', ownerId: owner, workspace: 'us' });
    await app.must(201, 'PUT', '/content/l3', { type: 'doc', ownerId: owner });
    const keys = async (query: string) => (await app.all(`/content?${query}`, 2)).map(({ key }) => key);
    expect(await keys(`ownerId=${owner}`)).toEqual(['l1', 'l2', 'l3']);
    expect(await keys(`ownerId=${owner}&workspace=eu`)).toEqual(['l1']);
    expect(await keys(`ownerId=${owner}&project=in-eu&workspace=us`)).toEqual([]);
    expect(await keys('workspace=us')).toEqual(['l2']);
    expect(await keys('project=in-eu')).toContain('l1');
    expect(await app.faults(400, 'GET', '/content?ownerId=x')).toEqual(['/ownerId']);
  });
});

describe('the reader of what the app registered', () => {
  it('says where a resource is', async () => {
    const reader = app.scim.server.app.get(ResourceReader);
    await app.must(201, 'PUT', '/content/p1', { type: 'report', ownerId: ava, project: 'in-eu' });
    const place = (type: string, key: string) => reader.place(tenantId, type, key);
    expect(await place('workspace', 'eu')).toEqual({
      kind: 'workspace',
      registered: true,
      workspace: 'eu',
      archived: false,
    });
    expect(await place('workspace', 'EU')).toEqual({ kind: 'workspace', registered: false, archived: false });
    const inProject = { registered: true, workspace: 'eu', project: 'in-eu', archived: false };
    expect(await place('project', 'in-eu')).toEqual({ kind: 'project', ...inProject });
    expect(await place('project', 'nowhere')).toEqual({
      kind: 'project',
      registered: true,
      project: 'nowhere',
      archived: false,
    });
    for (const type of ['content', 'report'])
      expect(await place(type, 'p1')).toEqual({ kind: 'content', ...inProject });
    await archive('p1');
    expect(await place('content', 'p1')).toMatchObject({ archived: true });
    for (const [type, key] of [
      ['invoice', 'p1'],
      ['invoice', 'none'],
      ['', ''],
      ['x\u0000', 'y\u0000'],
    ] as const)
      expect(await place(type, key)).toEqual({ kind: 'other', registered: false, archived: false });
    expect(await reader.place(NOBODY, 'workspace', 'eu')).toMatchObject({ registered: false });
  });

  it('gives the projects of many people at once, and the workspaces', async () => {
    const reader = app.scim.server.app.get(ResourceReader);
    const projects = await reader.projectsOf(tenantId, [ava, bo, NOBODY]);
    const keys = (id: string) =>
      projects
        .get(id)
        ?.map(({ key, workspace }) => [key, workspace])
        .sort();
    expect(keys(ava)).toEqual([
      ['in-eu', 'eu'],
      ['nowhere', null],
    ]);
    expect(keys(bo)).toEqual([['in-eu', 'eu']]);
    expect(projects.has(NOBODY)).toBe(false);
    expect(await reader.workspaces(tenantId)).toEqual(['eu', 'us']);
  });
});
