import { ava, grantOf, inWorkspace, names, NOW, policyOf } from './tenant.fixture';

describe('access_rules', () => {
  it('gives by attributes, and asks for them once and only where a condition reads them', () => {
    const rules = [
      { name: 'sales', when: 'department eq "Sales" and employmentType ne "external"', permissions: ['crm'] },
      { name: 'leads', when: 'title co "Lead"', role: 'lead', workspaces: ['hq'] },
    ];
    const policy = policyOf({ documents: { access_rules: { rules } }, workspaces: ['hq'] });
    expect(policy.readsAttributes).toBe(true);
    const attributes = jest.fn(() => ({ department: 'sales', title: 'Team Lead' }));
    const access = policy.access({ ...ava(), attributes }, NOW);
    expect(attributes).toHaveBeenCalledTimes(1);
    expect(access.permissions).toEqual([{ permission: 'crm', sources: [{ type: 'access_rule', rule: 'sales' }] }]);
    expect([...names(access.roles), ...names(access.workspaces)]).toEqual(['lead', 'hq']);
    expect(policy.access({ ...ava({ active: false }), attributes }, NOW).permissions).toEqual([]);
    expect(attributes).toHaveBeenCalledTimes(1);
  });

  it.each(['groups.display eq "Tribe"', 'groups[display eq "tribe" and type eq "indirect"]', 'GROUPS eq "tribe"'])(
    'lets conditions see groups, nested ones as well: %s',
    (when) => {
      const policy = policyOf({
        documents: { access_rules: { rules: [{ name: 'r', when, permissions: ['x'] }] } },
        groups: { Squad: ['Tribe'], Tribe: [] },
      });
      expect(policy.readsAttributes).toBe(false);
      expect(names(policy.access(ava({ groups: ['Squad'] }), NOW).permissions)).toEqual(['x']);
      expect(policy.access(ava(), NOW).permissions).toEqual([]);
    },
  );

  it('holds what a project gives in the project and its content only', () => {
    const policy = policyOf({
      documents: { access_rules: { projects: { apollo: { permissions: ['edit'] } } } },
      workspaces: ['hq'],
    });
    const decider = policy.decider(ava({ projects: [{ key: 'apollo', workspace: 'hq' }] }), NOW);
    const source = { type: 'project', project: 'apollo' };
    expect(decider.decide('edit', { kind: 'project', project: 'apollo', workspace: 'hq' }).sources).toEqual([source]);
    expect(decider.decide('edit', { kind: 'content', project: 'apollo' }).decision).toBe(true);
    expect(decider.decide('edit', { kind: 'content', project: 'gemini', workspace: 'hq' }).reason).toBe(
      'not_in_workspace',
    );
    expect(decider.decide('edit', inWorkspace('hq')).reason).toBe('not_in_workspace');
    expect(policy.access(ava(), NOW).permissions).toEqual([]);
  });

  it('asks for a step-up where only sources with requirements give the permission', () => {
    const rule = (name: string, requires: object, permissions = ['pay']) => ({
      name,
      when: 'userName pr',
      permissions,
      requires,
    });
    const person = ava({ attributes: { userName: 'ava' } });
    const ask = (rules: ReturnType<typeof rule>[], context?: object) =>
      policyOf({ documents: { access_rules: { rules } } })
        .decider(person, NOW)
        .decide('pay', { kind: 'other' }, context);
    const both = rule('both', { mfa: true, device_trusted: true });
    expect(ask([both])).toMatchObject({
      decision: false,
      reason: 'step_up_required',
      stepUp: ['mfa', 'device_trusted'],
    });
    expect(ask([both], { mfa: true }).stepUp).toEqual(['device_trusted']);
    expect(ask([both], { mfa: true, device_trusted: true })).toEqual({
      decision: true,
      reason: 'granted',
      sources: [{ type: 'access_rule', rule: 'both' }],
    });
    // The source that lacks least counts; one that lacks nothing grants.
    expect(ask([both, rule('mfa', { mfa: true })]).stepUp).toEqual(['mfa']);
    expect(ask([both, rule('device', { device_trusted: true })], { mfa: false }).stepUp).toEqual(['device_trusted']);
    expect(ask([both, rule('free', { mfa: false })]).sources).toEqual([{ type: 'access_rule', rule: 'free' }]);
    expect(names(policyOf({ documents: { access_rules: { rules: [both] } } }).access(person, NOW).permissions)).toEqual(
      ['pay'],
    );
  });
});

describe('a role without permissions', () => {
  const documents = {
    group_mappings: {
      Leads: { role: 'lead', permissions: ['plan'], workspaces: ['department_*'] },
      Deputies: { role: 'lead', permissions: ['plan'], workspaces: ['hq'] },
      Titular: { role: 'lead', workspaces: ['lab'] },
    },
    access_rules: {
      rules: [
        { name: 'lead pays', when: 'never pr', role: 'lead', permissions: ['pay'], requires: { mfa: true } },
        { name: 'heads', when: 'title eq "Head"', role: 'lead' },
        {
          name: 'lab heads',
          when: 'title eq "Lab head"',
          role: 'lead',
          workspaces: ['lab'],
          requires: { device_trusted: true },
        },
      ],
    },
  };
  const policy = policyOf({ documents, workspaces: ['department_a', 'hq', 'lab'] });

  it('means what defines it, in the workspaces and under the requirements of the definitions', () => {
    const head = policy.decider(ava({ attributes: { title: 'Head' } }), NOW);
    const sources = [{ type: 'access_rule', rule: 'heads' }];
    expect(head.access()).toMatchObject({
      roles: [{ role: 'lead', sources }],
      permissions: [
        { permission: 'pay', sources },
        { permission: 'plan', sources },
      ],
      workspaces: [
        { workspace: 'department_a', sources },
        { workspace: 'hq', sources },
      ],
    });
    expect(head.decide('plan', inWorkspace('hq')).decision).toBe(true);
    expect(head.decide('plan', inWorkspace('lab')).decision).toBe(false);
    expect(head.decide('pay', inWorkspace('lab')).stepUp).toEqual(['mfa']);
  });

  it('holds in the workspaces of the source where it has some, and requires what both require', () => {
    const head = policy.decider(ava({ attributes: { title: 'lab head' } }), NOW);
    expect(names(head.access().workspaces)).toEqual(['lab']);
    expect(head.decide('plan', inWorkspace('hq')).decision).toBe(false);
    expect(head.decide('plan', inWorkspace('lab')).stepUp).toEqual(['device_trusted']);
    expect(head.decide('pay', inWorkspace('lab')).stepUp).toEqual(['mfa', 'device_trusted']);
  });

  it('means the same by a grant and by the default role, and nothing where nothing defines it', () => {
    const everywhere = policy.decider(ava({ grants: [grantOf({ role: 'lead' })] }), NOW);
    expect(everywhere.decide('plan', inWorkspace('department_a')).decision).toBe(true);
    expect(everywhere.decide('plan', inWorkspace('lab')).decision).toBe(false);
    const there = policy.decider(ava({ grants: [grantOf({ role: 'lead', workspace: 'lab' })] }), NOW);
    expect(there.decide('plan', inWorkspace('lab')).decision).toBe(true);
    expect(there.decide('plan', inWorkspace('hq')).decision).toBe(false);
    const unknown = policy.access(ava({ grants: [grantOf({ role: 'unheard_of' })] }), NOW);
    expect([names(unknown.roles), unknown.permissions]).toEqual([['unheard_of'], []]);
    const provisioning_rules = { user_creation: { default_role: 'lead' } };
    const newcomer = policyOf({ documents: { ...documents, provisioning_rules }, workspaces: ['hq'] }).access(
      ava(),
      NOW,
    );
    expect(newcomer.permissions).toMatchObject([
      { permission: 'pay' },
      { permission: 'plan', sources: [{ type: 'provisioning_rule' }] },
    ]);
  });
});
