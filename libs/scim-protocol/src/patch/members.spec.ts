import { LENIENT, STRICT, type ClientProfile } from '../client-profile';
import { createRegistry } from '../schema/create-registry';
import type { Json } from '../schema/types';
import { parsePatch, PATCH_URN, splitMembers } from './index';

const group = createRegistry().type('Group');
const split = (Operations: Json[], profile: ClientProfile = LENIENT) =>
  splitMembers(parsePatch(group, { schemas: [PATCH_URN], Operations }, profile).steps, profile);
const memberSteps = (...operations: Json[]) => split(operations).memberSteps;
const refused = (operation: Json, profile: ClientProfile = LENIENT) => {
  try {
    split([operation], profile);
  } catch (error) {
    return (error as { scimType?: string }).scimType;
  }
  return undefined;
};
const values = (...ids: string[]) => ids.map((value) => ({ value }));

describe('splitMembers', () => {
  it('OK-G5: one remove per leaver, one add for the joiners', () => {
    const { attributeSteps, memberSteps: steps } = split([
      { op: 'remove', path: 'members[value eq "u2"]' },
      { op: 'remove', path: 'members[value eq"u3"]' },
      {
        op: 'add',
        path: 'members',
        value: [
          { value: 'u1', display: 'ava' },
          { value: 'u4', display: 'di' },
        ],
      },
    ]);
    expect(attributeSteps).toEqual([]);
    expect(steps).toEqual([
      { kind: 'remove', members: values('u2', 'u3') },
      { kind: 'add', members: values('u1', 'u4') },
    ]);
  });

  it('OK-G6, OK-G4: a full push, with the rename that goes along', () => {
    const { attributeSteps, memberSteps: steps } = split([
      { op: 'replace', path: 'members', value: values('u1', 'u2', 'u1') },
      { op: 'replace', value: { id: 'g1', displayName: 'Ops', members: values('u3') } },
    ]);
    expect(steps).toEqual([
      { kind: 'replace', members: values('u1', 'u2') },
      { kind: 'replace', members: values('u3') },
    ]);
    expect(attributeSteps).toMatchObject([{ op: 'replace', value: 'Ops', operation: 2 }]);
  });

  it('R53, EN-G5, K2: without a value all, with one only those listed', () => {
    expect(memberSteps({ op: 'remove', path: 'members' })).toEqual([{ kind: 'removeAll' }]);
    expect(memberSteps({ op: 'replace', path: 'members', value: [] })).toEqual([{ kind: 'removeAll' }]);
    const listed = { op: 'Remove', path: 'members', value: [{ $ref: null, value: 'u1' }] };
    expect(memberSteps(listed)).toEqual([{ kind: 'remove', members: values('u1') }]);
    expect(memberSteps({ ...listed, value: { value: 'u1' } })).toEqual([{ kind: 'remove', members: values('u1') }]);
    expect(memberSteps({ ...listed, value: [] })).toEqual([]);
    expect(memberSteps({ op: 'add', path: 'members', value: [] })).toEqual([]);
    expect(refused(listed, STRICT)).toBe('invalidValue');
  });

  it('EN-G8: keeps the order of what is added and removed', () => {
    expect(
      memberSteps(
        { op: 'Replace', path: 'displayName', value: 'Eng2' },
        { op: 'Add', path: 'members', value: [{ $ref: null, value: 'u2' }] },
        { op: 'Remove', path: 'members', value: [{ $ref: null, value: 'u2' }] },
        { op: 'Add', path: 'members', value: values('u2') },
      ),
    ).toEqual([
      { kind: 'add', members: values('u2') },
      { kind: 'remove', members: values('u2') },
      { kind: 'add', members: values('u2') },
    ]);
    expect(memberSteps({ op: 'add', path: 'members', value: values('a') }, { op: 'remove', path: 'members' })).toEqual([
      { kind: 'add', members: values('a') },
      { kind: 'removeAll' },
    ]);
  });

  it('lists the ids of value eq chains, hands on any other filter', () => {
    expect(memberSteps({ op: 'remove', path: 'members[value eq "a" or (value eq "b" or VALUE eq c)]' })).toEqual([
      { kind: 'remove', members: values('a', 'b', 'c') },
    ]);
    for (const filter of ['display sw "x"', 'value ne "a"', 'value eq "a" and type eq "User"', 'not (value eq "a")']) {
      expect(memberSteps({ op: 'remove', path: `members[${filter}]` })).toMatchObject([{ kind: 'removeWhere' }]);
    }
  });

  it('keeps the kind of member', () => {
    const value: Json = [
      { value: 'g2', type: 'group' },
      { value: 'u1', $ref: 'https://x.example/scim/v2/Users/u1' },
    ];
    expect(memberSteps({ op: 'add', path: 'members', value })).toEqual([
      {
        kind: 'add',
        members: [
          { value: 'g2', type: 'Group' },
          { value: 'u1', type: 'User' },
        ],
      },
    ]);
  });

  it('refuses to change a member in place', () => {
    expect(refused({ op: 'replace', path: 'members[value eq "a"].display', value: 'x' })).toBe('mutability');
    expect(refused({ op: 'replace', path: 'members[value eq "a"]', value: { value: 'b' } })).toBe('mutability');
    expect(refused({ op: 'remove', path: 'members.display' })).toBe('mutability');
    expect(refused({ op: 'add', path: 'members[value eq "a"]', value: { value: 'a' } })).toBe('noTarget');
    expect(refused({ op: 'add', path: 'members', value: [{ display: 'nobody' }] })).toBe('invalidValue');
  });

  it('OK-G9: ten thousand removes or members take no longer than they should', () => {
    const ids = Array.from({ length: 10_000 }, (_, i) => `user-${i}`);
    const started = process.cpuUsage();
    const steps = memberSteps(...ids.map((id) => ({ op: 'remove', path: `members[value eq "${id}"]` })), {
      op: 'add',
      path: 'members',
      value: ids.map((value) => ({ value, display: value })),
    });
    expect(steps).toEqual([
      { kind: 'remove', members: values(...ids) },
      { kind: 'add', members: values(...ids) },
    ]);
    const spent = process.cpuUsage(started);
    expect((spent.user + spent.system) / 1_000).toBeLessThan(1_500);
  });
});
