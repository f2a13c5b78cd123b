import { ava, grantOf, NOW, policyOf } from './tenant.fixture';

describe('rollout', () => {
  const phases = [
    { name: 'pilot', groups: ['IT'] },
    { name: 'sales', groups: ['Staff'], when: 'department eq "Sales"' },
    { name: 'everyone' },
  ];
  const status = (active: string, person: Parameters<typeof ava>[0]) =>
    policyOf({
      documents: { rollout: { phases, active }, group_mappings: { Staff: { role: 'user' } } },
      groups: { it: ['Staff'], Staff: [], Helpdesk: ['it'] },
    }).access(ava(person), NOW).status;
  const sales = { groups: ['Staff'], attributes: { department: 'Sales' } };

  it.each([
    ['pilot', { groups: ['Helpdesk'] }, 'active'],
    ['pilot', sales, 'staged'],
    ['pilot', {}, 'staged'],
    ['pilot', { active: false }, 'inactive'],
    ['sales', sales, 'active'],
    ['sales', { groups: ['IT'] }, 'active'],
    ['sales', { groups: ['Staff'] }, 'staged'],
    ['sales', { attributes: { department: 'Sales' } }, 'staged'],
    ['everyone', {}, 'active'],
  ] as const)('in phase %s finds %j %s', (active, person, expected) => expect(status(active, person)).toBe(expected));

  it('leaves the staged without access', () => {
    const policy = policyOf({
      documents: {
        rollout: { phases, active: 'pilot' },
        group_mappings: { Staff: { role: 'user', permissions: ['x'] } },
      },
      groups: { Staff: [] },
    });
    const decider = policy.decider(ava({ groups: ['Staff'], grants: [grantOf({ permission: 'x' })] }), NOW);
    expect(decider.access()).toEqual({
      status: 'staged',
      roles: [],
      permissions: [],
      workspaces: [],
      pending: [],
      validUntil: Infinity,
    });
    expect(decider.decide('x', { kind: 'other' })).toEqual({ decision: false, reason: 'user_staged', sources: [] });
  });
});
