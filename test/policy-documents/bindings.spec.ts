import type { Json } from '../scim/scim-client';
import { ConfigServer } from './config-server';

let server: ConfigServer;
beforeEach(async () => {
  server = await ConfigServer.start();
});
afterEach(() => server.stop());

const NOT_YET = expect.stringContaining('matches no group yet') as string;
const mappings = (...keys: string[]) => Object.fromEntries(keys.map((key) => [key, { taskade_role: 'user' }]));
const putMappings = (...keys: string[]) => server.put('group_mappings', mappings(...keys));
const about = (warnings: Json[], wanted: string) =>
  warnings.filter(({ detail }) => (detail as string).includes(wanted)).map(({ pointer }) => pointer);
const rename = (id: string, to: string) =>
  server.scim.patch(`/Groups/${id}`, { op: 'replace', path: 'displayName', value: to });

it('binds a key to the group that is there: by id, then by display name in any case, then by externalId', async () => {
  const sales = await server.scim.createdGroup('Sales');
  const twin = await server.scim.createdGroup('SALES');
  const other = await server.scim.created('/Groups', { displayName: 'Other', externalId: 'ext-1' });
  const named = await server.scim.createdGroup('ext-1');
  await putMappings('sales', twin.id, 'ext-1', 'Nobody', other.id.toUpperCase());
  expect(await server.bindings()).toEqual({
    sales: [sales.id, twin.id].sort()[0],
    [twin.id]: twin.id,
    'ext-1': named.id,
    Nobody: null,
    [other.id.toUpperCase()]: null,
  });
  await putMappings('OTHER');
  expect(await server.bindings()).toEqual({ OTHER: other.id });
});

it('keeps a binding across renames, and against a new group of the old name', async () => {
  const group = await server.scim.createdGroup('Engineering');
  await putMappings('Engineering');
  await rename(group.id, 'Research');
  const usurper = await server.scim.createdGroup('Engineering');
  expect(await server.bindings()).toEqual({ Engineering: group.id });
  await putMappings('Engineering', 'research');
  expect(await server.bindings()).toEqual({ Engineering: group.id, research: group.id });
  await server.scim.scim('DELETE', `/Groups/${group.id}`);
  await server.scim.createdGroup('Engineering');
  expect((await server.bindings()).Engineering).toBe(group.id);
  await putMappings('research');
  await putMappings('research', 'Engineering');
  expect(await server.bindings()).toEqual({ Engineering: usurper.id, research: group.id });
});

it('binds a key to the first group that comes or is renamed to match it', async () => {
  const { warnings } = await putMappings('Born Later', 'Renamed Later', 'ext-later', 'Put Later');
  expect(warnings).toEqual(expect.arrayContaining([{ pointer: '/Born Later', detail: NOT_YET }]));
  const born = await server.scim.createdGroup('born later');
  const renamed = await server.scim.createdGroup('Something');
  await rename(renamed.id, 'RENAMED later');
  const external = await server.scim.createdGroup('Anything');
  await server.scim.patch(`/Groups/${external.id}`, { op: 'add', path: 'externalId', value: 'ext-later' });
  const put = await server.scim.createdGroup('Whatever');
  await server.scim.scim('PUT', `/Groups/${put.id}`, { displayName: 'put later' });
  const bound = { 'Born Later': born.id, 'Renamed Later': renamed.id, 'ext-later': external.id, 'Put Later': put.id };
  expect(await server.bindings()).toEqual(bound);
  await server.scim.createdGroup('Born Later');
  expect(await server.bindings()).toEqual(bound);
});

it('warns of what is doubtful', async () => {
  const group = await server.scim.createdGroup('One');
  const gone = await server.scim.createdGroup('Gone');
  await putMappings('One', 'Gone');
  await server.scim.scim('DELETE', `/Groups/${gone.id}`);
  const { warnings } = await putMappings('One', group.id, 'Gone', 'Not/Yet');
  expect(about(warnings, 'matches no group yet')).toEqual(['/Not~1Yet']);
  expect(about(warnings, 'was deleted')).toEqual(['/Gone']);
  expect(about(warnings, 'means the same group as')).toHaveLength(1);
  expect((await putMappings('One')).warnings.filter(({ detail }) => /group/.test(detail as string))).toEqual([]);
});

it('misses no group that comes while the document is put', async () => {
  for (let round = 0; round < 15; round++) {
    const keys = Array.from({ length: 4 }, (_, i) => `Race ${round} ${i}`);
    const put = putMappings(...keys);
    const groups = await Promise.all(keys.map((key) => server.scim.createdGroup(key)));
    await put;
    expect(await server.bindings()).toEqual(Object.fromEntries(keys.map((key, i) => [key, groups[i]!.id])));
  }
});

describe('the counters', () => {
  it('move with documents, groups and nesting, and with nothing else', async () => {
    const user = await server.scim.createdUser();
    const other = await server.scim.createdUser();
    const parent = await server.scim.createdGroup('Parent');
    const child = await server.scim.createdGroup('Child');
    const member = (op: string, id: string) => () =>
      server.scim.patch(`/Groups/${parent.id}`, { op, path: 'members', value: [{ value: id }] });
    let later = { id: '' };

    expect(await server.moved(() => putMappings('Parent'))).toEqual({ documents: 1 });
    expect(await server.moved(() => putMappings('Parent'))).toEqual({});
    expect(await server.moved(() => server.send('PUT', '/group_mappings', 1))).toEqual({});
    expect(await server.moved(() => putMappings('Parent', 'Later'))).toEqual({ documents: 1 });
    expect(await server.moved(() => server.send('POST', '/group_mappings/rollback', { version: 1 }))).toEqual({
      documents: 1,
    });

    expect(await server.moved(member('add', user.id))).toEqual({});
    expect(await server.moved(member('add', child.id))).toEqual({ groups: 1 });
    expect(await server.moved(member('add', child.id))).toEqual({});
    expect(await server.moved(member('remove', child.id))).toEqual({ groups: 1 });
    expect(await server.moved(member('remove', user.id))).toEqual({});
    await member('add', child.id)();
    expect(await server.moved(async () => (later = await server.scim.createdGroup('Later', [user.id])))).toEqual({
      groups: 1,
    });
    expect(await server.moved(() => rename(later.id, 'Renamed'))).toEqual({ groups: 1 });
    expect(await server.moved(() => rename(later.id, 'Renamed'))).toEqual({});
    const described = () => server.scim.patch(`/Groups/${later.id}`, { op: 'add', path: 'externalId', value: 'x' });
    expect(await server.moved(described)).toEqual({ groups: 1 });
    // The group, and its place in the other.
    expect(await server.moved(() => server.scim.scim('DELETE', `/Groups/${child.id}`))).toEqual({ groups: 1 });
    expect(await server.moved(() => server.scim.scim('DELETE', `/Users/${user.id}`))).toEqual({});
    expect(await server.moved(() => server.scim.scim('PUT', `/Users/${other.id}`, server.scim.user()))).toEqual({});
  });

  it('move with workspaces', async () => {
    const { resources } = server;
    const put = (name: string) => () => resources.must(expect.any(Number) as number, 'PUT', '/workspaces/w', { name });
    expect(await server.moved(put('One'))).toEqual({ workspaces: 1 });
    expect(await server.moved(() => resources.send('DELETE', '/workspaces/w'))).toEqual({ workspaces: 1 });
  });

  it('move once for a group of many groups', async () => {
    const groups = await Promise.all(Array.from({ length: 40 }, (_, i) => server.scim.createdGroup(`G${i}`)));
    const ids = groups.map(({ id }) => id);
    let all = { id: '' };
    expect(await server.moved(async () => (all = await server.scim.createdGroup('All', ids)))).toEqual({
      groups: expect.any(Number),
    });
    expect(await server.moved(() => server.scim.scim('DELETE', `/Groups/${all.id}`))).toEqual({ groups: 1 });
  });
});
