import { bindingWarnings, MOST_BINDING_WARNINGS } from './index';
import { ava, grantOf, inWorkspace, names, NOW, policyOf } from './tenant.fixture';

describe('group_mappings', () => {
  const documents = {
    group_mappings: {
      Admins: { taskade_role: 'admin', permissions: ['all'], workspaces: ['all'] },
      Managers: { role: 'manager', permissions: ['create_projects'], workspaces: ['department_*', 'hq'] },
      Users: { taskade_role: 'user', permissions: ['basic_access'], workspaces: ['assigned_only'] },
    },
  };
  const workspaces = ['department_a', 'department_b', 'hq', 'lab'];
  const groups = { Admins: [], Managers: [], Users: [] };
  const policy = policyOf({ documents, groups, workspaces });

  it('gives role, permissions and workspaces, each with its reason', () => {
    const source = { type: 'group_mapping', group: 'Managers', groupId: 'managers', path: ['Managers'] };
    expect(policy.access(ava({ groups: ['Managers'] }), NOW)).toEqual({
      status: 'active',
      roles: [{ role: 'manager', sources: [source] }],
      permissions: [{ permission: 'create_projects', sources: [source] }],
      workspaces: ['department_a', 'department_b', 'hq'].map((workspace) => ({ workspace, sources: [source] })),
      pending: [],
      validUntil: Infinity,
    });
  });

  it('holds a permission in the workspaces of its source, "all" everywhere', () => {
    const manager = policy.decider(ava({ groups: ['Managers'] }), NOW);
    expect(manager.decide('create_projects', inWorkspace('department_b'))).toMatchObject({
      decision: true,
      reason: 'granted',
    });
    expect(manager.decide('create_projects', inWorkspace('lab')).reason).toBe('not_in_workspace');
    expect(manager.decide('create_projects', inWorkspace('department_unregistered')).reason).toBe('unknown_resource');
    expect(manager.decide('create_projects', inWorkspace()).reason).toBe('unknown_resource');
    expect(manager.decide('create_projects', { kind: 'other', workspace: 'hq' }).reason).toBe('unknown_resource');
    expect(manager.decide('create_projects', { kind: 'content', workspace: 'hq' }).decision).toBe(true);
    expect(manager.decide('delete_projects', inWorkspace('hq')).reason).toBe('no_source');
    const admin = policy.decider(ava({ groups: ['Admins'] }), NOW);
    for (const workspace of ['lab', 'unregistered', undefined]) {
      expect(admin.decide('whatever_there_is', inWorkspace(workspace)).decision).toBe(true);
    }
    expect(names(admin.access().workspaces)).toEqual(workspaces);
  });

  it('takes assigned_only for the workspaces of the projects and of the running grants', () => {
    const projects = [
      { key: 'p', workspace: 'lab' },
      { key: 'q', workspace: null },
      { key: 'r', workspace: 'unregistered' },
    ];
    const grants = [
      grantOf({ permission: 'x', workspace: 'hq' }),
      grantOf({ permission: 'x', workspace: 'department_a', until: 0 }),
    ];
    const decider = policy.decider(ava({ groups: ['Users'], projects, grants }), NOW);
    expect(names(decider.access().workspaces)).toEqual(['hq', 'lab']);
    expect(decider.decide('basic_access', inWorkspace('lab')).decision).toBe(true);
    expect(decider.decide('basic_access', inWorkspace('hq')).decision).toBe(true);
    expect(decider.decide('basic_access', inWorkspace('department_a')).decision).toBe(false);
  });

  it('adds sources up, and an empty list of workspaces gives none', () => {
    const both = policyOf({
      documents: {
        group_mappings: {
          A: { permissions: ['read'], workspaces: [] },
          B: { permissions: ['read'], workspaces: ['hq'] },
        },
      },
      groups: { A: [], B: [] },
      workspaces,
    }).decider(ava({ groups: ['A', 'B'] }), NOW);
    expect(both.access().permissions[0]?.sources).toHaveLength(2);
    expect(both.decide('read', inWorkspace('hq')).sources).toMatchObject([{ group: 'B' }]);
    expect(both.decide('read', inWorkspace('lab')).decision).toBe(false);
  });

  it('follows the binding, not the name', () => {
    const renamed = policyOf({ documents, groups: { Chiefs: [], Admins: [] }, bindings: { Admins: 'Chiefs' } });
    expect(names(renamed.access(ava({ groups: ['Chiefs'] }), NOW).roles)).toEqual(['admin']);
    expect(renamed.access(ava({ groups: ['Admins'] }), NOW).roles).toEqual([]);
  });

  it('counts members of nested groups, by the shortest way from each group of theirs', () => {
    const nested = policyOf({
      documents,
      groups: {
        Squad: ['Tribe', 'Guild'],
        Tribe: ['Division'],
        Division: ['Admins'],
        Guild: ['Admins'],
        Admins: ['Squad'],
      },
    });
    expect(nested.access(ava({ groups: ['Squad', 'Tribe'] }), NOW).roles).toEqual([
      {
        role: 'admin',
        sources: [
          { type: 'group_mapping', group: 'Squad', groupId: 'squad', path: ['Squad', 'Guild', 'Admins'] },
          { type: 'group_mapping', group: 'Tribe', groupId: 'tribe', path: ['Tribe', 'Division', 'Admins'] },
        ],
      },
    ]);
  });

  it('has ordinary groups called __proto__ and constructor', () => {
    const odd = policyOf({
      documents: JSON.parse('{"group_mappings":{"__proto__":{"role":"a"},"constructor":{"role":"b"}}}') as object,
      groups: JSON.parse('{"__proto__":[],"constructor":[]}') as Record<string, string[]>,
    });
    expect(names(odd.access(ava({ groups: ['__proto__', 'constructor'] }), NOW).roles)).toEqual(['a', 'b']);
    expect(odd.access(ava(), NOW).roles).toEqual([]);
  });

  it('warns of keys that share a group, have lost it or have none, in their order and not without end', () => {
    const bindings = new Map([
      ['b', 'g1'],
      ['a', 'g1'],
      ['c/d', 'gone'],
      ['e', 'g2'],
    ]);
    const groups = { name: (id: string) => (id === 'gone' ? undefined : id) };
    expect(bindingWarnings(['none', ...bindings.keys()], bindings, groups)).toEqual([
      { pointer: '/b', detail: 'means the same group as "a", whose members have both' },
      { pointer: '/c~1d', detail: expect.stringContaining('was deleted') as string },
      { pointer: '/none', detail: expect.stringContaining('matches no group yet') as string },
    ]);
    const many = Array.from({ length: 1_000 }, (_, i) => `key ${i}`);
    expect(bindingWarnings(many, bindings, groups)).toHaveLength(MOST_BINDING_WARNINGS);
  });
});
