import fc from 'fast-check';
import { ProfileHistory, ProfileMapping, type Person } from '@provost/access-policy';
import type { EventRow } from '@provost/event-log';
import { type Entry, type LoggedGrant, LoggedPerson, type LoggedRow } from './logged-person';
import { roleSteps } from './role-steps';

const history = new ProfileHistory(ProfileMapping.compile('app', undefined), new Map(), 0);
const ID = 'ava';
/** One role for each group and each running grant. */
const rolesOf = ({ active, groups, grants }: Person) =>
  active ? [...groups, ...grants.map(({ role }) => role!)].sort() : [];

interface State {
  readonly active: boolean;
  readonly groups: readonly string[];
  readonly running: readonly string[];
}

function row({ active, groups, running }: State, grants: readonly string[], entries: readonly Entry[]): LoggedRow {
  const known = grants.map((id): LoggedGrant => [id, `role of ${id}`, null, null, running.includes(id)]);
  return {
    ...{ id: ID, user_name: ID, active, resource: '{}', app: null, approved: null, steps: null },
    groups: groups.join(',') || null,
    grants: JSON.stringify(known),
    entries: JSON.stringify(entries),
  };
}

const event = (seq: string, type: string, request = seq): EventRow =>
  ({ seq, type, subject_type: 'User', subject_id: ID, context: { request: { id: request } } }) as EventRow;
const steps = (of: LoggedRow, causes: EventRow[], first: string, last: string) =>
  roleSteps(new LoggedPerson(of, history), causes, { first, last }, rolesOf).map(({ roles, cause, mark }) => [
    ...[cause.seq, roles.join(' ')],
    mark,
  ]);

it('tells what each event made of somebody, whatever came after it (against a story told forward)', () => {
  const [groups, grants] = [
    ['g1', 'g2', 'g3'],
    ['a', 'b'],
  ];
  const kind = fc.constantFrom('member', 'active', 'grant', 'else');
  const change = fc.record({ kind, which: fc.nat(5), gap: fc.integer({ min: 1, max: 3 }) });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 25 }), fc.nat(24), (changes, length) => {
      let state: State = { active: true, groups: ['g1'], running: [] };
      let seq = 0n;
      const story: { entry?: Entry; seq: string; type: string; roles: string }[] = [];
      const ended = new Set<string>();
      const toggled = (list: readonly string[], one: string) =>
        list.includes(one) ? list.filter((other) => other !== one) : [...list, one];
      for (const { kind, which, gap } of changes) {
        seq += BigInt(gap);
        const at = String(seq);
        let type = 'user.updated';
        let entry: Entry | undefined;
        if (kind === 'member') {
          const group = groups[which % groups.length]!;
          type = state.groups.includes(group) ? 'group.member_removed' : 'group.member_added';
          state = { ...state, groups: toggled(state.groups, group) };
          entry = [at, type, group, null];
        } else if (kind === 'active') {
          type = state.active ? 'user.deactivated' : 'user.reactivated';
          state = { ...state, active: !state.active };
          entry = [at, type, null, null];
        } else if (kind === 'grant') {
          const grant = grants[which % grants.length]!;
          // A grant runs once.
          if (!state.running.includes(grant) && ended.has(grant)) continue;
          if (state.running.includes(grant)) ended.add(grant);
          type = state.running.includes(grant) ? 'access.grant_expired' : 'access.grant_created';
          state = { ...state, running: toggled(state.running, grant) };
          entry = [at, type, null, grant];
        }
        const person = { ...state, grants: state.running.map((id) => ({ role: `role of ${id}` })) };
        story.push({ ...(entry && { entry }), seq: at, type, roles: rolesOf(person as unknown as Person).join(' ') });
      }
      const batch = story.slice(0, length + 1);
      if (!batch.length) return;
      const entries = story.flatMap(({ entry }) => (entry ? [entry] : []));
      const causes = batch.map(({ seq: at, type }) => event(at, type));
      const told = steps(row(state, grants, entries), causes, batch[0]!.seq, batch.at(-1)!.seq);
      // What is told of each event is what it was after it; what is not told was the same before.
      let now = told[0]?.[1];
      for (const one of batch) {
        if (!one.entry) continue;
        now = told.find(([at]) => at === one.seq)?.[1] ?? now;
        expect([one.seq, now]).toEqual([one.seq, one.roles]);
      }
      const marks = told.map(([, , mark]) => mark as bigint);
      expect(marks).toEqual([...marks].sort((a, b) => (a < b ? -1 : 1)));
    }),
    { numRuns: 500 },
  );
});

describe('what came otherwise', () => {
  const state: State = { active: true, groups: ['g1', 'g2'], running: [] };
  const joined: Entry = ['7', 'group.member_added', 'g2', null];

  it('is told first, with the last such event of the batch', () => {
    const causes = [event('5', 'user.updated'), event('7', 'group.member_added'), event('8', 'user.updated')];
    expect(steps(row(state, [], [joined]), causes, '4', '9')).toEqual([
      ['8', 'g1', 8n],
      ['7', 'g1 g2', 15n],
    ]);
  });

  it('is left to a later batch when this one has no such event', () => {
    expect(steps(row(state, [], [joined]), [event('7', 'group.member_added')], '4', '9')).toEqual([
      ['7', 'g1 g2', 15n],
    ]);
    // Its own event is yet to come: nothing of it is told now.
    expect(steps(row(state, [], [joined]), [event('5', 'user.updated')], '4', '6')).toEqual([['5', 'g1', 8n]]);
  });

  it('is no change of its own where one request made both', () => {
    const causes = [event('6', 'user.updated', 'r'), event('7', 'group.member_added', 'r')];
    expect(steps(row(state, [], [joined]), causes, '4', '9')).toEqual([['7', 'g1 g2', 15n]]);
  });
});
