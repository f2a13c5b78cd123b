import { CUSTOM, ENTERPRISE, type Json } from '../scim/scim-client';
import { sample } from '../policy-documents/config-server';
import { NOBODY } from '../resources/resources-server';
import { until } from '../support/until';
import { AccessServer } from './access-server';

let app: AccessServer;
beforeEach(async () => {
  app = await AccessServer.start();
});
afterEach(() => app?.stop());

const person = async (more: Json = {}) => (await app.scim.createdUser(more)).id;
const group = async (name: string, ...members: string[]) => (await app.scim.createdGroup(name, members)).id;
const soon = (ms: number) => new Date(Date.now() + ms).toISOString();

describe('group_mappings', () => {
  it('give what the sample of the specification says, where it says so', async () => {
    const [ava, bo, cy, dee] = [await person(), await person(), await person(), await person()];
    await group('taskade-admins', ava);
    await group('taskade-managers', bo);
    await group('taskade-users', cy);
    await app.put('group_mappings', sample('group_mappings'));
    await app.workspaces('department_sales', 'department_hr', 'lobby');
    await app.resources.must(201, 'PUT', '/projects/p1', { name: 'P', workspace: 'lobby', members: [cy] });

    const all = ['department_hr', 'department_sales', 'lobby'];
    expect(await app.names(ava)).toEqual({ roles: ['admin'], permissions: ['all'], workspaces: all });
    expect(await app.names(bo)).toEqual({
      roles: ['manager'],
      permissions: ['create_projects', 'manage_users', 'view_reports'],
      workspaces: ['department_hr', 'department_sales'],
    });
    expect(await app.names(cy)).toEqual({ roles: ['user'], permissions: ['basic_access'], workspaces: ['lobby'] });
    expect(await app.names(dee)).toEqual({ roles: [], permissions: [], workspaces: [] });

    const at = (id: string) => ({ type: 'workspace', id });
    expect(await app.decision(ava, 'whatever', at('lobby'))).toBe(true);
    expect(await app.decision(bo, 'view_reports', at('department_hr'))).toBe(true);
    expect(await app.decision(bo, 'view_reports', at('lobby'))).toBe('not_in_workspace');
    expect(await app.decision(bo, 'view_reports', at('department_unregistered'))).toBe('unknown_resource');
    expect(await app.decision(bo, 'basic_access', at('department_hr'))).toBe('no_source');
    expect(await app.decision(cy, 'basic_access', at('lobby'))).toBe(true);
    expect(await app.decision(cy, 'basic_access', at('department_hr'))).toBe('not_in_workspace');
    expect(await app.decision(dee, 'basic_access', at('lobby'))).toBe('no_source');
  });

  it('reach through three levels of nested groups and a circle, and say the way', async () => {
    const ava = await person();
    const one = await group('one', ava);
    const two = await group('two', one);
    const three = await group('three', two);
    const top = await group('top', three);
    await app.members('add', one, top);
    await app.put('group_mappings', { top: { taskade_role: 'admin', permissions: ['read'] } });
    const source = { type: 'group_mapping', group: 'one', groupId: one, path: ['one', 'two', 'three', 'top'] };
    expect(await app.evaluate(ava, 'read')).toEqual({
      decision: true,
      context: { reason: 'granted', sources: [source] },
    });
    expect((await app.access(ava)).roles).toEqual([{ role: 'admin', sources: [source] }]);
    await app.members('remove', three, two);
    expect(await app.roles(ava)).toEqual([]);
    // The circle now comes from below: top is in one, and nobody of one is in top.
    await app.members('add', top, ava);
    expect((await app.access(ava)).roles).toEqual([
      { role: 'admin', sources: [{ type: 'group_mapping', group: 'top', groupId: top, path: ['top'] }] },
    ]);
  });

  it('stay with a group through renames, and do not pass to a new one of the old name', async () => {
    const [ava, bo] = [await person(), await person()];
    const sales = await group('Sales', ava);
    await app.put('group_mappings', { sales: { taskade_role: 'seller' } });
    await app.replace(`/Groups/${sales}`, 'displayName', 'Revenue');
    await group('Sales', bo);
    expect(await app.roles(ava)).toEqual(['seller']);
    expect(await app.roles(bo)).toEqual([]);
    expect((await app.access(ava)).roles[0]).toMatchObject({ sources: [{ group: 'Revenue', path: ['Revenue'] }] });
  });
});

it('group_hierarchy gives own people the specific and inherited, and those below the inherited permissions', async () => {
  const ceo = await person({ userName: 'ceo@corp.example' });
  const [dev, lead] = [await person(), await person()];
  await group('dev_team', dev);
  const engineering = await group('Engineering', lead);
  await app.put('group_hierarchy', sample('group_hierarchy'));
  expect((await app.names(ceo)).permissions).toEqual(['financial_reports', 'strategic_access']);
  const below = ['code_access', 'deployment_access', 'financial_reports', 'strategic_access'];
  expect((await app.names(dev)).permissions).toEqual(below);
  expect((await app.names(lead)).permissions).toEqual(below);
  expect(await app.evaluate(dev, 'strategic_access')).toMatchObject({
    decision: true,
    context: { sources: [{ type: 'group_hierarchy', group: 'engineering', path: ['engineering', 'executives'] }] },
  });
  // A mapping of the parent is inherited where it says so.
  const executives = await group('executives');
  await app.put('group_mappings', { executives: { taskade_role: 'chief', inherit: true } });
  expect(await app.roles(lead)).toEqual(['chief']);
  expect(await app.roles(ceo)).toEqual(['chief']);
  await app.put('group_mappings', { executives: { taskade_role: 'chief' } });
  expect(await app.roles(lead)).toEqual([]);
  await app.members('add', executives, ceo);
  expect(await app.roles(ceo)).toEqual(['chief']);
  // Names are what the hierarchy goes by.
  await app.replace(`/Groups/${engineering}`, 'displayName', 'Tinkering');
  expect((await app.names(lead)).permissions).toEqual([]);
});

describe('access_rules', () => {
  it('read department, title, mapped custom attributes and groups', async () => {
    const ava = await person({
      title: 'Engineer',
      [ENTERPRISE]: { department: 'Sales' },
      [CUSTOM]: { employeeType: 'contractor' },
    });
    const bo = await person({ title: 'CEO' });
    await group('Night Shift', bo);
    await app.put('attribute_mappings', sample('custom_mappings'));
    await app.put('access_rules', {
      rules: [
        { name: 'sales', when: 'department eq "sales"', role: 'seller', permissions: ['sell'] },
        { name: 'chiefs', when: 'title sw "C" and title pr', role: 'chief' },
        { name: 'externals', when: 'employmentType eq "external"', permissions: ['guest_wifi'] },
        { name: 'night', when: 'groups.display eq "night shift"', permissions: ['night_door'], workspaces: ['plant'] },
      ],
    });
    await app.workspaces('plant', 'office');
    expect(await app.names(ava)).toEqual({ roles: ['seller'], permissions: ['guest_wifi', 'sell'], workspaces: [] });
    expect(await app.names(bo)).toEqual({ roles: ['chief'], permissions: ['night_door'], workspaces: ['plant'] });
    expect(await app.evaluate(ava, 'sell')).toMatchObject({
      context: { sources: [{ type: 'access_rule', rule: 'sales' }] },
    });
    expect(await app.decision(bo, 'night_door', { type: 'workspace', id: 'plant' })).toBe(true);
    expect(await app.decision(bo, 'night_door', { type: 'workspace', id: 'office' })).toBe('not_in_workspace');
    expect(await app.decision(bo, 'night_door')).toBe('unknown_resource');
  });

  it('require a second factor or a trusted device, and only what is plainly true meets it', async () => {
    const ava = await person({ title: 'Admin' });
    const requires = { mfa: true, device_trusted: true };
    await app.put('access_rules', {
      rules: [
        { name: 'both', when: 'title eq "admin"', permissions: ['delete', 'export'], requires },
        { name: 'one', when: 'title eq "admin"', permissions: ['export'], requires: { mfa: true } },
      ],
    });
    const needs = (permission: string, context?: unknown) => app.evaluate(ava, permission, { context });
    expect(await needs('delete')).toMatchObject({
      decision: false,
      context: { reason: 'step_up_required', step_up: ['mfa', 'device_trusted'] },
    });
    expect(await needs('delete', { mfa: true })).toMatchObject({ context: { step_up: ['device_trusted'] } });
    expect(await needs('delete', { mfa: true, device_trusted: true, ip: '::1' })).toMatchObject({ decision: true });
    expect(await needs('export', { mfa: false })).toMatchObject({ context: { step_up: ['mfa'] } });
    expect(await needs('export', { mfa: true })).toMatchObject({
      decision: true,
      context: { sources: [{ rule: 'one' }] },
    });
    for (const mfa of ['true', 1, null]) {
      const answer = await app.post('/access/v1/evaluation', {
        subject: { type: 'user', id: ava },
        action: { name: 'export' },
        resource: { type: 'app', id: 'x' },
        context: { mfa },
      });
      expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer: '/context/mfa' }] } });
    }
  });

  it('give the members of a project what holds in it and in its content, and nowhere else', async () => {
    const [ava, bo] = [await person(), await person()];
    await app.workspaces('w');
    await app.resources.must(201, 'PUT', '/projects/apollo', { name: 'A', workspace: 'w', members: [ava] });
    await app.resources.must(201, 'PUT', '/projects/gemini', { name: 'G', workspace: 'w', members: [bo] });
    await app.resources.must(201, 'PUT', '/content/plan', { type: 'doc', ownerId: bo, project: 'apollo' });
    await app.resources.must(201, 'PUT', '/content/note', { type: 'doc', ownerId: bo, workspace: 'w' });
    await app.put('access_rules', { projects: { apollo: { permissions: ['launch'] } } });
    const ask = (user: string, type: string, id: string) => app.decision(user, 'launch', { type, id });
    expect(await ask(ava, 'project', 'apollo')).toBe(true);
    expect(await ask(ava, 'content', 'plan')).toBe(true);
    expect(await ask(ava, 'doc', 'plan')).toBe(true);
    expect(await ask(ava, 'sheet', 'plan')).toBe('unknown_resource');
    expect(await ask(ava, 'project', 'gemini')).toBe('not_in_workspace');
    expect(await ask(ava, 'content', 'note')).toBe('not_in_workspace');
    expect(await ask(ava, 'workspace', 'w')).toBe('not_in_workspace');
    expect(await ask(bo, 'project', 'apollo')).toBe('no_source');
    expect((await app.access(ava)).permissions).toEqual([
      { permission: 'launch', sources: [{ type: 'project', project: 'apollo' }] },
    ]);
  });
});

it('places: a permission holds in the workspaces of its source, and everywhere where that names none', async () => {
  const ava = await person();
  await group('here', ava);
  await app.put('group_mappings', {
    here: { permissions: ['local'], workspaces: ['w1'] },
    [ava]: { permissions: ['never'] },
  });
  await app.put('access_rules', {
    rules: [
      { name: 'g', when: 'active eq true', permissions: ['global'] },
      { name: 'n', when: 'active eq true', permissions: ['nowhere'], workspaces: [] },
      { name: 'all', when: 'active eq true', permissions: ['each'], workspaces: ['all'] },
    ],
  });
  await app.workspaces('w1', 'w2');
  await app.resources.must(201, 'PUT', '/projects/in1', { name: 'P', workspace: 'w1', members: [] });
  await app.resources.must(201, 'PUT', '/projects/free', { name: 'P', members: [] });
  await app.resources.must(201, 'PUT', '/content/c1', { type: 'task', ownerId: ava, project: 'in1' });
  const places = [
    ['workspace', 'w1', true],
    ['workspace', 'w2', 'not_in_workspace'],
    ['workspace', 'w3', 'unknown_resource'],
    ['project', 'in1', true],
    ['project', 'free', 'not_in_workspace'],
    ['project', 'none', 'unknown_resource'],
    ['content', 'c1', true],
    ['task', 'c1', true],
    ['content', 'none', 'unknown_resource'],
    ['invoice', '7', 'unknown_resource'],
    ['workspace', "w1' OR true", 'unknown_resource'],
  ] as const;
  for (const [type, id, local] of places) {
    expect([type, id, await app.decision(ava, 'local', { type, id })]).toEqual([type, id, local]);
    expect(await app.decision(ava, 'global', { type, id })).toBe(true);
    expect(await app.decision(ava, 'each', { type, id })).toBe(true);
    expect(await app.decision(ava, 'nowhere', { type, id })).not.toBe(true);
    expect(await app.decision(ava, 'never', { type, id })).toBe('no_source');
  }
});

describe('grants', () => {
  it('begin and end by the clock, and end when they are revoked', async () => {
    const ava = await person();
    const decides = (permission: string) => app.decision(ava, permission);
    await app.granted(ava, { permission: 'short', startsAt: soon(700), expiresAt: soon(1_700) });
    expect(await decides('short')).toBe('no_source');
    await until('it begins', async () => (await decides('short')) === true);
    await until('it ends', async () => (await decides('short')) === 'no_source');
    const id = await app.granted(ava, { permission: 'long' });
    expect(await app.evaluate(ava, 'long')).toMatchObject({
      decision: true,
      context: { sources: [{ type: 'grant', grantId: id, expiresAt: expect.any(String) as string }] },
    });
    await app.resources.must(204, 'DELETE', `/grants/${id}`);
    expect(await decides('long')).toBe('no_source');
  });

  it('of a role give what defines the role, in the workspace of the grant', async () => {
    const ava = await person();
    await app.put('group_mappings', {
      admins: { taskade_role: 'admin', permissions: ['erase'], workspaces: ['all'] },
    });
    await app.workspaces('w1', 'w2');
    const expiresAt = soon(3_600_000);
    const id = await app.granted(ava, { role: 'admin', workspace: 'w1', expiresAt });
    const source = { type: 'grant', grantId: id, expiresAt };
    expect(await app.access(ava)).toEqual({
      userId: ava,
      active: true,
      status: 'active',
      roles: [{ role: 'admin', sources: [source], expiresAt }],
      permissions: [{ permission: 'erase', sources: [source] }],
      workspaces: [{ workspace: 'w1', sources: [source] }],
    });
    expect(await app.decision(ava, 'erase', { type: 'workspace', id: 'w1' })).toBe(true);
    expect(await app.decision(ava, 'erase', { type: 'workspace', id: 'w2' })).toBe('not_in_workspace');
  });
});

it('default_role is held by whoever no other source gives a role', async () => {
  const [ava, bo] = [await person(), await person()];
  const admins = await group('admins', ava);
  await app.put('provisioning_rules', sample('provisioning_rules'));
  await app.put('group_mappings', { admins: { taskade_role: 'admin' } });
  expect(await app.roles(ava)).toEqual(['admin']);
  expect((await app.access(bo)).roles).toEqual([{ role: 'user', sources: [{ type: 'provisioning_rule' }] }]);
  await app.members('remove', admins, ava);
  expect(await app.roles(ava)).toEqual(['user']);
});

it('whoever is inactive has nothing, reactivated all again, deleted nothing for ever', async () => {
  const ava = await person();
  await group('admins', ava);
  await app.put('group_mappings', { admins: { taskade_role: 'admin', permissions: ['all'] } });
  await app.replace(`/Users/${ava}`, 'active', false);
  expect(await app.decision(ava, 'x')).toBe('user_inactive');
  expect(await app.access(ava)).toEqual({
    ...{ userId: ava, active: false, status: 'inactive', roles: [], permissions: [], workspaces: [] },
  });
  await app.replace(`/Users/${ava}`, 'active', true);
  expect(await app.decision(ava, 'x')).toBe(true);
  await app.deleted(`/Users/${ava}`);
  expect(await app.decision(ava, 'x')).toBe('user_unknown');
  await app.resources.must(404, 'GET', `/users/${ava}/access`);
});

it('whoever the rollout has not come to is staged', async () => {
  const [ava, bo, cy] = [await person(), await person({ title: 'Lead' }), await person()];
  const pilots = await group('Pilots', ava);
  await app.put('access_rules', { rules: [{ name: 'r', when: 'active eq true', permissions: ['use'] }] });
  const phases = [
    { name: 'pilot', groups: ['pilots'] },
    { name: 'leads', when: 'title eq "lead"' },
    { name: 'everybody' },
  ];
  const reached = async (active: string) => {
    await app.put('rollout', { phases, active });
    return Promise.all([ava, bo, cy].map((id) => app.decision(id, 'use')));
  };
  expect(await reached('pilot')).toEqual([true, 'user_staged', 'user_staged']);
  expect(await app.access(cy)).toMatchObject({ active: true, status: 'staged', permissions: [] });
  expect(await app.resources.must(200, 'GET', `/users/${cy}`)).toMatchObject({ status: 'staged' });
  expect(await reached('leads')).toEqual([true, true, 'user_staged']);
  expect(await reached('everybody')).toEqual([true, true, true]);
  expect(await reached('pilot')).toEqual([true, 'user_staged', 'user_staged']);
  const nested = await group('More', cy);
  await app.members('add', pilots, nested);
  expect(await app.decision(cy, 'use')).toBe(true);
});

it('knows nobody: another id, another type of subject, no id at all', async () => {
  const ava = await person();
  const unknown = { decision: false, context: { reason: 'user_unknown', sources: [] } };
  for (const id of [NOBODY, 'ava', "' OR true", '%', 'x'.repeat(500)])
    expect(await app.evaluate(id, 'x')).toEqual(unknown);
  const asGroup = { subject: { type: 'group', id: ava }, action: { name: 'x' }, resource: { type: 't', id: 'i' } };
  expect((await app.post('/access/v1/evaluation', asGroup)).body).toEqual(unknown);
  for (const id of [NOBODY, 'x', '%00']) await app.resources.must(404, 'GET', `/users/${id}/access`);
  // Ids are case-exact (RFC 7643 §3.1).
  expect(await app.evaluate(ava.toUpperCase(), 'x')).toEqual(unknown);
});
