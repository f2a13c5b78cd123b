import { NOBODY, ResourcesServer, TIME } from './resources-server';

let app: ResourcesServer;
let ava: string;
let bo: string;
let cy: string;
beforeAll(async () => {
  app = await ResourcesServer.start();
  [ava, bo, cy] = [await person(), await person(), await person()];
  for (const key of ['eu', 'us']) await app.must(201, 'PUT', `/workspaces/${key}`, { name: key });
});
afterAll(() => app?.stop());

const person = async () => (await app.scim.createdUser()).id;
const membersOf = async (key: string) => (await app.must(200, 'GET', `/projects/${key}`)).members;
/** What was said of members of a project, in the order of the log. */
const movements = async (key: string) =>
  (await app.events('resource.project_member'))
    .filter(({ data }) => data.project === key)
    .map(({ type, subject_id }) => [type.slice('resource.project_member_'.length), subject_id]);

describe('projects (contract §6)', () => {
  it('are registered with their members, read, changed and removed', async () => {
    const body = { name: 'Apollo', workspace: 'eu', members: [bo, ava, bo], phase: 3 };
    const view = { key: 'apollo', ...body, members: [ava, bo], createdAt: TIME, updatedAt: TIME };
    expect(await app.must(201, 'PUT', '/projects/apollo', body)).toEqual(view);
    expect(await app.must(200, 'GET', '/projects/apollo')).toEqual(view);
    expect(await app.must(200, 'PUT', '/projects/apollo', view)).toEqual(view);
    expect(await app.must(200, 'PUT', '/projects/apollo', { ...body, members: [cy, bo] })).toEqual({
      ...view,
      members: [bo, cy],
    });
    await app.must(204, 'DELETE', '/projects/apollo');
    await app.must(404, 'GET', '/projects/apollo');
    expect((await movements('apollo')).map(([what, who]) => `${what} ${who}`).sort()).toEqual(
      [`added ${ava}`, `added ${bo}`, `removed ${ava}`, `added ${cy}`, `removed ${bo}`, `removed ${cy}`].sort(),
    );
    const events = (await app.events('resource.project_')).filter(({ data }) => data.key === 'apollo');
    expect(events.map(({ type }) => type)).toEqual(['resource.project_registered', 'resource.project_removed']);
    expect(events[0]!.data.changes).toEqual([
      { path: 'name', to: 'Apollo' },
      { path: 'workspace', to: 'eu' },
      { path: 'phase' },
    ]);
  });

  it('keep their members when a PUT does not speak of them, and lose them when it says so', async () => {
    await app.must(201, 'PUT', '/projects/keeps', { name: 'K', workspace: 'eu', members: [ava] });
    expect(await app.must(200, 'PUT', '/projects/keeps', { name: 'L' })).toMatchObject({
      name: 'L',
      workspace: null,
      members: [ava],
    });
    expect(await app.must(200, 'PUT', '/projects/keeps', { name: 'L', members: [] })).toMatchObject({ members: [] });
  });

  it('take and lose one member at a time', async () => {
    await app.must(201, 'PUT', '/projects/single', { name: 'S', workspace: 'eu', members: [ava] });
    const answer = { project: 'single', userId: bo };
    expect(await app.must(201, 'POST', '/projects/single/members', { userId: bo })).toEqual(answer);
    expect(await app.must(200, 'POST', '/projects/single/members', { userId: bo })).toEqual(answer);
    expect(await membersOf('single')).toEqual([ava, bo]);
    await app.must(204, 'DELETE', `/projects/single/members/${ava}`);
    await app.must(404, 'DELETE', `/projects/single/members/${ava}`);
    expect(await membersOf('single')).toEqual([bo]);
    expect(await movements('single')).toEqual([
      ['added', ava],
      ['added', bo],
      ['removed', ava],
    ]);
    await app.must(404, 'POST', '/projects/none/members', { userId: bo });
    await app.must(404, 'DELETE', `/projects/none/members/${bo}`);
    await app.must(404, 'DELETE', '/projects/single/members/x');
    expect(await app.faults(400, 'POST', '/projects/single/members', { userId: NOBODY })).toEqual(['/userId']);
    expect(await app.faults(400, 'POST', '/projects/single/members', { userId: 'x', role: 'y' })).toEqual([
      '/role',
      '/userId',
    ]);
  });

  it('name each member that is no user, by its place', async () => {
    const body = { name: 'F', workspace: 'none', members: [ava, NOBODY, bo, 'x', 5, null, ava.toUpperCase()] };
    expect(await app.faults(400, 'PUT', '/projects/faulty', body)).toEqual([
      ...['/workspace', '/members/1', '/members/3', '/members/4', '/members/5', '/members/6'],
    ]);
    await app.must(404, 'GET', '/projects/faulty');
    const many = { name: 'F', members: Array<string>(50_000).fill('x') };
    expect(await app.faults(400, 'PUT', '/projects/faulty', many)).toHaveLength(100);
    expect(await app.faults(400, 'PUT', '/projects/faulty', { workspace: 5, members: {} })).toEqual([
      ...['/name', '/workspace', '/members'],
    ]);
  });

  it('do not show members who were deleted from the directory', async () => {
    const gone = await person();
    await app.must(201, 'PUT', '/projects/left', { name: 'L', members: [ava, gone] });
    await app.scim.scim('DELETE', `/Users/${gone}`);
    expect(await membersOf('left')).toEqual([ava]);
    const [listed] = (await app.all('/projects?members=true', 100)).filter(({ key }) => key === 'left');
    expect(listed!.members).toEqual([ava]);
  });

  it('take what is in them along to another workspace', async () => {
    await app.must(201, 'PUT', '/projects/moves', { name: 'M', workspace: 'eu', members: [] });
    await app.must(201, 'PUT', '/content/moves-1', { type: 'doc', ownerId: ava, project: 'moves' });
    await app.must(200, 'PUT', '/projects/moves', { name: 'M', workspace: 'us' });
    expect(await app.must(200, 'GET', '/content/moves-1')).toMatchObject({ project: 'moves', workspace: 'us' });
    expect((await app.must(409, 'DELETE', '/projects/moves')).detail).toBe(
      'The project still holds 1 piece of content. Move or remove them first.',
    );
    expect((await app.must(409, 'DELETE', '/workspaces/us')).detail).toMatch(/holds 1 project and 1 piece of content/);
  });

  it('are listed with their members only when asked, and by workspace', async () => {
    await app.must(201, 'PUT', '/workspaces/listed', { name: 'listed' });
    for (const key of ['l3', 'l1', 'l2'])
      await app.must(201, 'PUT', `/projects/${key}`, { name: key, workspace: 'listed', members: [ava] });
    const listed = await app.all('/projects?workspace=listed', 2);
    expect(listed.map(({ key, members }) => [key, members])).toEqual([
      ['l1', undefined],
      ['l2', undefined],
      ['l3', undefined],
    ]);
    const full = await app.all('/projects?workspace=listed&members=true', 2);
    expect(full.map(({ members }) => members)).toEqual([[ava], [ava], [ava]]);
    expect((await app.all('/projects', 1000)).length).toBeGreaterThan(3);
    await app.must(400, 'GET', '/projects?workspace=a&workspace=b');
  });

  it('come out as one of the sets when several PUTs and single changes meet', async () => {
    await app.must(201, 'PUT', '/projects/race', { name: 'R', members: [] });
    const answers = await Promise.all([
      ...Array.from({ length: 8 }, (_, i) =>
        app.send('PUT', '/projects/race', { name: `R${i}`, members: i % 2 ? [ava, bo] : [bo, cy] }),
      ),
      ...Array.from({ length: 4 }, () => app.send('POST', '/projects/race/members', { userId: ava })),
    ]);
    for (const { status } of answers) expect([200, 201]).toContain(status);
    const members = await membersOf('race');
    expect([
      [ava, bo],
      [bo, cy],
      [ava, bo, cy],
    ]).toContainEqual(members);
    // Replaying the log leads to what is there: an event for each change, and for nothing else.
    const replayed = new Set<string>();
    for (const [what, who] of await movements('race')) {
      expect(replayed.has(who!)).toBe(what === 'removed');
      if (what === 'added') replayed.add(who!);
      else replayed.delete(who!);
    }
    expect([...replayed].sort()).toEqual(members);
  });

  it('of thousands of members are set at once', async () => {
    await app.database.query(
      `INSERT INTO users (tenant_id, id, user_name, user_name_key, search_key, active, created_at, updated_at, resource)
       SELECT t.id, uuid_v7(), 'bulk' || i, 'bulk' || i, '', true, now(), now(), '{}' FROM generate_series(1, 5000) i,
         (SELECT id FROM tenants WHERE slug = 'default') t`,
    );
    const { rows } = await app.database.query<{ id: string }>(
      `SELECT id FROM users WHERE user_name LIKE 'bulk%' ORDER BY id`,
    );
    const ids = rows.map(({ id }) => id);
    await app.must(201, 'PUT', '/projects/big', { name: 'Big', members: ids });
    expect(
      await app.must(200, 'PUT', '/projects/big', { name: 'Big', members: [...ids.slice(10), ava] }),
    ).toMatchObject({
      members: [...ids.slice(10), ava].sort(),
    });
    expect(await movements('big')).toHaveLength(5_011);
  });

  it('belong to their tenant, and so do the workspaces and users that they name', async () => {
    await app.scim.api('POST', '/tenants', { slug: 'other', name: 'Other' });
    const other = { authorization: `Bearer ${app.scim.server.operatorToken}`, 'x-tenant': 'other' };
    await app.must(201, 'PUT', '/projects/ours', { name: 'ours', workspace: 'eu', members: [ava] });
    await app.must(404, 'GET', '/projects/ours', undefined, other);
    await app.must(404, 'POST', '/projects/ours/members', { userId: ava }, other);
    await app.must(404, 'DELETE', `/projects/ours/members/${ava}`, undefined, other);
    const refused = await app.must(400, 'PUT', '/projects/ours', { name: 'x', workspace: 'eu', members: [ava] }, other);
    expect((refused.errors as { pointer: string }[]).map(({ pointer }) => pointer)).toEqual([
      '/workspace',
      '/members/0',
    ]);
    await app.must(201, 'PUT', '/projects/ours', { name: 'theirs', members: [] }, other);
    expect(await app.must(200, 'GET', '/projects/ours')).toMatchObject({ name: 'ours', members: [ava] });
  });
});
