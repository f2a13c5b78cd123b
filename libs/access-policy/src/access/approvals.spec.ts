import { ava, grantOf, inWorkspace, names, NOW, policyOf } from './tenant.fixture';

const documents = {
  group_mappings: {
    Admins: { taskade_role: 'admin', permissions: ['all'], workspaces: ['hq'] },
    Users: { taskade_role: 'user', permissions: ['read'] },
  },
  approval_policies: { roles: { admin: { approver: 'manager' as const } } },
};
const groups = { Admins: [], Users: [] };
const policy = policyOf({ documents, groups, workspaces: ['hq'] });
const both = { groups: ['Admins', 'Users'] };

it('lets a sensitive role wait, with all that it carries', () => {
  const access = policy.access(ava(both), NOW);
  expect(names(access.roles)).toEqual(['user']);
  expect(names(access.permissions)).toEqual(['read']);
  expect(access.workspaces).toEqual([]);
  expect(access.pending).toMatchObject([{ role: 'admin', sources: [{ type: 'group_mapping', group: 'Admins' }] }]);
  expect(policy.names(ava(both), NOW).roles).toEqual(['user']);
  expect(policy.decider(ava(both), NOW).decide('write', inWorkspace('hq'))).toMatchObject({ decision: false });
});

it('puts it in force once it is approved', () => {
  const approved = ava({ ...both, approved: new Set(['admin']) });
  const access = policy.access(approved, NOW);
  expect(names(access.roles)).toEqual(['admin', 'user']);
  expect(access.pending).toEqual([]);
  expect(policy.decider(approved, NOW).decide('write', inWorkspace('hq'))).toMatchObject({ decision: true });
});

it('withholds what a role means where it is granted, and gives the default role meanwhile', () => {
  const withDefault = policyOf({
    documents: { ...documents, provisioning_rules: { user_creation: { default_role: 'user' } } },
    groups,
    workspaces: ['hq'],
  });
  const access = withDefault.access(ava({ grants: [grantOf({ role: 'admin' })] }), NOW);
  expect(names(access.roles)).toEqual(['user']);
  expect(names(access.permissions)).toEqual(['read']);
  expect(names(access.pending)).toEqual(['admin']);
});

it('asks nobody without a policy', () => {
  const { approval_policies: _, ...others } = documents;
  const access = policyOf({ documents: others, groups, workspaces: ['hq'] }).access(ava(both), NOW);
  expect(names(access.roles)).toEqual(['admin', 'user']);
  expect(access.pending).toEqual([]);
});
