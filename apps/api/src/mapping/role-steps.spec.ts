import fc from 'fast-check';
import { ProfileHistory, ProfileMapping, type Person } from '@provost/access-policy';
import { type EventRow, newSubjectKey, sealEvent } from '@provost/event-log';
import { type Entry, type LoggedGrant, LoggedPerson, type LoggedRow } from './logged-person';
import { type RolePoint, roleSteps } from './role-steps';

const history = new ProfileHistory(ProfileMapping.compile('app', undefined), new Map(), 0);
const ID = 'ava';
const key = newSubjectKey();
/** One role for each group, each running grant, each approval and the title. */
const rolesOf = ({ active, groups, grants, approved, attributes, userName }: Person) =>
  active
    ? [...groups, ...grants.map(({ role }) => role!), ...(approved ?? []), String(attributes().title), userName].sort()
    : [];

interface State {
  readonly there: boolean;
  readonly active: boolean;
  readonly userName: string;
  readonly title: string;
  readonly groups: readonly string[];
  readonly running: readonly string[];
  readonly approved: readonly string[];
}
const START: State = {
  ...{ there: true, active: true, userName: 'ava', title: 'a' },
  ...{ groups: ['g1'], running: [], approved: [] },
};
const GRANTS = ['a', 'b', 'c'];

function row(state: State, entries: readonly Entry[]): LoggedRow {
  const { there, active, userName, title, groups, running, approved } = state;
  const known = GRANTS.map((id): LoggedGrant => [id, `role of ${id}`, null, null, running.includes(id)]);
  return {
    ...{ id: ID, user_name: there ? userName : '', active: there && active, app: null, steps: null, pasts: null, key },
    resource: there ? JSON.stringify({ userName, title, active }) : null,
    approved: JSON.stringify(approved),
    groups: groups.join(',') || null,
    grants: JSON.stringify(known),
    entries: JSON.stringify(entries),
  };
}
const expected = ({ there, active, userName, title, groups, running, approved }: State) =>
  rolesOf({
    ...{ active: there && active, userName, groups, approved: new Set(approved), attributes: () => ({ title }) },
    grants: running.map((id) => ({ role: `role of ${id}` })),
  } as unknown as Person).join(' ');

const point = (unit: string, end: bigint): RolePoint => ({
  ...{ unit, end },
  cause: { seq: String(end) } as EventRow,
  rolesOf: (person) => rolesOf(person.person(history)),
});
const tells = (of: LoggedRow, points: RolePoint[]) =>
  roleSteps(new LoggedPerson(of), points).map(({ roles, mark }) => [mark, roles.join(' ')] as const);

const toggled = (list: readonly string[], one: string) =>
  list.includes(one) ? list.filter((other) => other !== one) : [...list, one];

/** What happens next to somebody, and the event that says so. */
function next(
  state: State,
  kind: string,
  which: number,
  begun: Set<string>,
): [State, Omit<EntryParts, 'seq' | 'unit'>] {
  const pick = <T>(list: readonly T[]) => list[which % list.length]!;
  switch (kind) {
    case 'member': {
      const of = pick(['g1', 'g2', 'g3']);
      const type = state.groups.includes(of) ? 'group.member_removed' : 'group.member_added';
      return [
        { ...state, groups: toggled(state.groups, of) },
        { type, of },
      ];
    }
    case 'active':
      return [{ ...state, active: !state.active }, { type: state.active ? 'user.deactivated' : 'user.reactivated' }];
    case 'update': {
      const to = { ...state, title: pick(['a', 'b', 'c']), userName: pick(['ava', 'eve']) };
      const changes = (['title', 'userName'] as const).map((path) => ({ path, from: state[path], to: to[path] }));
      return [to, { type: 'user.updated', changes }];
    }
    case 'approve': {
      const of = pick(['x', 'y']);
      const given = state.approved.includes(of);
      const type = given ? 'access.approval_lapsed' : 'access.approval_approved';
      return [
        { ...state, approved: toggled(state.approved, of) },
        { type, of, ...(given && { was: true }) },
      ];
    }
    case 'end': {
      // One that has not begun may be revoked as well.
      const of = pick(GRANTS);
      const was = state.running.includes(of);
      const type = was && which % 2 ? 'access.grant_expired' : 'access.grant_revoked';
      return [
        { ...state, running: state.running.filter((id) => id !== of) },
        { type, of, was },
      ];
    }
    default: {
      const of = pick(GRANTS);
      const type = begun.has(of) ? 'access.grant_started' : 'access.grant_created';
      begun.add(of);
      return [
        { ...state, running: [...new Set([...state.running, of])] },
        { type, of },
      ];
    }
  }
}
interface EntryParts {
  seq: bigint;
  unit: string;
  type: string;
  of?: string;
  was?: boolean;
  changes?: object[];
}
function entry({ seq, unit, type, of, was, changes }: EntryParts): Entry {
  const id = `01a223ce-077a-764f-adcb-${String(seq).padStart(12, '0')}`;
  const sealed = changes ? sealEvent(key, id, { changes }).toString('hex') : null;
  return [String(seq), type, unit, of ?? null, was ?? null, id, sealed];
}

it('tells what each change made of somebody, whatever came after it (against a story told forward)', () => {
  const kind = fc.constantFrom('member', 'active', 'update', 'approve', 'begin', 'end', 'else');
  const change = fc.record({ kind, which: fc.nat(11), same: fc.boolean() });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 25 }), fc.nat(24), fc.boolean(), (changes, length, leaves) => {
      let state = START;
      let seq = 0n;
      const begun = new Set<string>();
      const entries: Entry[] = [];
      const story: { unit: string; end: bigint; roles: string; first: bigint }[] = [];
      const happens = (unit: string) => story.push({ unit, first: seq, end: seq, roles: expected(state) });
      for (const { kind: what, which, same } of changes) {
        seq += 1n;
        // Several events of one request are one change.
        const last = same ? story.at(-1) : undefined;
        const unit = last?.unit ?? `unit ${seq}`;
        if (what === 'begin' && (state.running.includes(GRANTS[which % 3]!) || begun.has(GRANTS[which % 3]!))) continue;
        if (what !== 'else') {
          const [to, parts] = next(state, what, which, begun);
          state = to;
          entries.push(entry({ seq, unit, ...parts }));
        }
        if (last) Object.assign(last, { end: seq, roles: expected(state) });
        else happens(unit);
      }
      if (leaves) {
        seq += 1n;
        const before = (['title', 'userName', 'active'] as const).map((path) => ({ path, from: state[path] }));
        entries.push(entry({ seq, unit: 'gone', type: 'user.deleted', changes: before }));
        state = { ...state, there: false };
        happens('gone');
      }
      // Deliveries end anywhere, also in the middle of a change.
      const delivered = story.slice(0, length + 1);
      const told = tells(row(state, entries), delivered.map(({ unit, first }) => point(unit, first)).reverse());
      let at: string | undefined;
      for (const one of delivered) {
        const position = entries.findLast(([, , unit]) => unit === one.unit)?.[0] ?? String(one.first);
        at = told.find(([mark]) => mark === 2n * BigInt(position) + 1n)?.[1] ?? at;
        expect([one.unit, at]).toEqual([one.unit, one.roles]);
      }
      const marks = told.map(([mark]) => mark);
      expect(marks).toEqual([...marks].sort((a, b) => (a < b ? -1 : 1)));
    }),
    { numRuns: 500 },
  );
});

it('knows of somebody who was erased who was in which group, and no attribute', () => {
  const joined = entry({ seq: 3n, unit: 'j', type: 'group.member_added', of: 'g2' });
  const changed = entry({
    seq: 4n,
    unit: 'c',
    type: 'user.updated',
    changes: [{ path: 'title', from: 'old', to: 'a' }],
  });
  const erased = { ...row({ ...START, groups: ['g2'] }, [joined, changed]), key: null };
  expect(tells(erased, [point('b', 2n), point('j', 3n)])).toEqual([
    [5n, 'a ava'],
    [7n, 'a ava g2'],
  ]);
});
