import { ava, names, NOW, policyOf } from './tenant.fixture';

describe('group_hierarchy', () => {
  const documents = {
    group_hierarchy: {
      executives: { members: ['ceo'], inherited_permissions: ['reports'], specific_permissions: ['board'] },
      engineering: { parent: 'executives', members: ['Dev_Team'], inherited_permissions: ['code'] },
      platform: { parent: 'engineering', members: ['ava'], specific_permissions: ['deploy'] },
    },
  };

  it('gives specific permissions to own people, inherited ones also to those below', () => {
    const policy = policyOf({ documents, groups: { Engineering: [] } });
    const source = (...path: string[]) => ({ type: 'group_hierarchy', group: path[0], path });
    expect(policy.access(ava(), NOW).permissions).toEqual([
      { permission: 'code', sources: [source('platform', 'engineering')] },
      { permission: 'deploy', sources: [source('platform')] },
      { permission: 'reports', sources: [source('platform', 'engineering', 'executives')] },
    ]);
    const engineer = policy.access(ava({ userName: 'bo', groups: ['Engineering'] }), NOW);
    expect(names(engineer.permissions)).toEqual(['code', 'reports']);
    const decider = policy.decider(ava(), NOW);
    expect(decider.decide('code', { kind: 'other' }).decision).toBe(true);
    expect(decider.decide('board', { kind: 'other' }).reason).toBe('no_source');
  });

  it.each([
    ['whole userName in any case', { userName: 'CEO' }, true],
    ['the part before the @', { userName: 'ceo@corp.example' }, true],
    ['not a part of that part', { userName: 'ceo@x@corp.example' }, false],
    ['the group of its name in any case', { userName: 'bo', groups: ['EXECUTIVES'] }, true],
    ['groups nested in that', { userName: 'bo', groups: ['Board'] }, true],
    ['others not', { userName: 'bo', groups: ['Other'] }, false],
  ])('knows its people: %s', (_, person, isOne) => {
    const policy = policyOf({ documents, groups: { EXECUTIVES: [], Board: ['EXECUTIVES'], Other: [] } });
    expect(names(policy.access(ava(person), NOW).permissions).includes('board')).toBe(isOne);
  });

  it('counts SCIM groups that members names', () => {
    const policy = policyOf({ documents, groups: { dev_team: [], Squad: ['dev_team'] } });
    for (const group of ['dev_team', 'Squad']) {
      expect(names(policy.access(ava({ userName: 'bo', groups: [group] }), NOW).permissions)).toEqual([
        'code',
        'reports',
      ]);
    }
  });

  it('lets a mapping of the parent pass down where it says inherit', () => {
    const inherit = { role: 'reader', permissions: ['read'], workspaces: ['hq'] };
    const group_mappings = { executives: { ...inherit, inherit: true }, engineering: inherit };
    const policy = policyOf({
      documents: { ...documents, group_mappings },
      groups: { Executives: [], Engineering: [] },
      workspaces: ['hq'],
    });
    const access = policy.access(ava(), NOW);
    const path = ['platform', 'engineering', 'executives'];
    expect(access.roles).toEqual([{ role: 'reader', sources: [{ type: 'group_mapping', group: 'platform', path }] }]);
    expect(names(access.workspaces)).toEqual(['hq']);
    // Who is in the group has the mapping by that, and is not told it twice.
    expect(policy.access(ava({ userName: 'bo', groups: ['Executives'] }), NOW).roles[0]?.sources).toEqual([
      { type: 'group_mapping', group: 'Executives', groupId: 'executives', path: ['Executives'] },
    ]);
    // Whom the node names belongs to it without being in the group.
    expect(policy.access(ava({ userName: 'ceo' }), NOW).roles[0]?.sources).toEqual([
      { type: 'group_mapping', group: 'executives', path: ['executives'] },
    ]);
  });

  it('finds the mapping of a node by the group that it is bound to', () => {
    const policy = policyOf({
      documents: { ...documents, group_mappings: { bosses: { role: 'boss', inherit: true } } },
      groups: { Executives: [] },
      bindings: { bosses: 'Executives' },
    });
    expect(names(policy.access(ava(), NOW).roles)).toEqual(['boss']);
  });
});
