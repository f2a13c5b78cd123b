import { ava, grantOf, inWorkspace, names, NOW, policyOf } from './tenant.fixture';

describe('default_role', () => {
  const documents = {
    group_mappings: { Leads: { role: 'lead' }, Readers: { permissions: ['read'] } },
    provisioning_rules: { user_creation: { default_role: 'user' } },
  };
  const policy = policyOf({ documents, groups: { Leads: [], Readers: [] } });

  it.each([
    ['nobody else gives one', { groups: ['Readers'] }, ['user']],
    ['a group gives one', { groups: ['Leads'] }, ['lead']],
    ['a grant gives one', { grants: [grantOf({ role: 'guest' })] }, ['guest']],
    ['the grant has ended', { grants: [grantOf({ role: 'guest', until: 0 })] }, ['user']],
    ['they are inactive', { active: false }, []],
  ])('when %s', (_, person, roles) => expect(names(policy.access(ava(person), NOW).roles)).toEqual(roles));
});

describe('grants', () => {
  const policy = policyOf({
    documents: { group_mappings: { Leads: { role: 'lead' } } },
    groups: { Leads: [] },
    workspaces: ['hq'],
  });
  const at = (n: number) => new Date(NOW.getTime() + n * 3_600_000);

  it.each([
    [grantOf({ permission: 'x', from: 0, until: 1 }), true, at(1)],
    [grantOf({ permission: 'x', startsAt: null, until: 2 }), true, at(2)],
    [grantOf({ permission: 'x', from: 1, until: 2 }), false, at(1)],
    [grantOf({ permission: 'x', from: -1, until: 0 }), false, undefined],
  ])('run from their start until before their end: %#', (grant, runs, until) => {
    const decider = policy.decider(ava({ grants: [grant] }), NOW);
    expect(decider.decide('x', { kind: 'other' }).decision).toBe(runs);
    expect(decider.validUntil).toBe(until?.getTime() ?? Infinity);
  });

  it('give a permission everywhere or in their workspace, which is theirs then', () => {
    const decider = policy.decider(ava({ grants: [grantOf({ permission: 'x', workspace: 'hq' })] }), NOW);
    const sources = [{ type: 'grant', grantId: 'grant-1', expiresAt: at(1).toISOString() }];
    expect(decider.access().workspaces).toEqual([{ workspace: 'hq', sources }]);
    expect(decider.decide('x', inWorkspace('hq')).sources).toEqual(sources);
    expect(decider.decide('x', { kind: 'other' }).reason).toBe('unknown_resource');
  });

  it('end a role only when every source of it ends, with the last', () => {
    const grants = [grantOf({ id: 'a', role: 'lead', until: 3 }), grantOf({ id: 'b', role: 'lead', until: 2 })];
    expect(policy.access(ava({ grants }), NOW).roles).toMatchObject([{ role: 'lead', expiresAt: at(3).toISOString() }]);
    expect(policy.access(ava({ grants, groups: ['Leads'] }), NOW).roles[0]).not.toHaveProperty('expiresAt');
    expect(policy.access(ava({ grants }), NOW).validUntil).toBe(at(2).getTime());
  });
});
