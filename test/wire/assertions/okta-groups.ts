import { Assertion, Assertions } from '../assertion';
import { Json } from '../wire-client';
import { GROUP, PATCH_OP, World } from '../world';

const people = async (world: World, ...names: string[]): Promise<void> => {
  for (const name of names) await world.user(name);
};

/** These are in the group afterwards, nobody else. */
const exactly =
  (...names: string[]): NonNullable<Assertion['post']> =>
  async (world) =>
    expect(await world.membersOf('G1')).toEqual(world.ids(...names));

/** Okta's group push and group import (catalogue §1.6, §1.7). */
export const OKTA_GROUPS: Assertions = {
  'OK-I4': {
    body: ({ body }, world) => {
      const [group] = body.Resources as Json[];
      expect(group).toMatchObject({ id: world.id('G1'), displayName: 'Sales', members: [{ value: world.id('U1') }] });
    },
  },
  'OK-I5': { body: ({ body }) => expect(body.members).toEqual([]) },
  'OK-G3': { post: exactly('U1', 'U2') },
  'OK-G4': {
    arrange: async (world) => {
      await people(world, 'U1', 'U2');
      await world.group('G1', 'Sales', ['U1', 'U2']);
    },
    post: exactly('U1', 'U2'),
  },
  'OK-G5': {
    // U3 is no member and U1 is one already: both operations succeed all the same.
    arrange: async (world) => {
      await people(world, 'U1', 'U2', 'U3', 'U4');
      await world.group('G1', 'Sales', ['U1', 'U2']);
    },
    post: exactly('U1', 'U4'),
  },
  'OK-G6': {
    arrange: async (world) => {
      await people(world, 'U1', 'U2', 'U3');
      await world.group('G1', 'Sales', ['U1', 'U3']);
    },
    post: exactly('U1', 'U2'),
  },
  'OK-G7': {
    arrange: async (world) => {
      await people(world, 'U1', 'U2');
      await world.group('G1', 'Sales', ['U2']);
    },
    post: async (world, answer) => {
      await exactly('U1')(world, answer);
      // The older client repeats the id in the body.
      const body = { schemas: [GROUP], id: world.id('G1'), displayName: 'Sales', members: [] };
      expect((await world.send('PUT', '/Groups/<G1>', body)).status).toBe(200);
      await exactly()(world, answer);
    },
  },
  'OK-G8': {
    arrange: async (world) => {
      await people(world, 'U1');
      await world.group('G1', 'Sales', ['U1']);
    },
    post: async (world) => {
      expect((await world.send('GET', '/Groups/<G1>')).status).toBe(404);
      expect(await world.found('/Groups', 'displayName eq "Sales"')).toEqual([]);
      expect(await world.read('/Users/<U1>')).toMatchObject({ active: true });
    },
  },
  'OK-G9': {
    arrange: async (world) => {
      const members = (await world.crowd(1000)).map((value) => ({ value, display: 'somebody' }));
      await world.group('G1');
      return { b: { schemas: [PATCH_OP], Operations: [{ op: 'add', path: 'members', value: members }] } };
    },
    post: async (world, { ms }) => {
      expect(ms).toBeLessThan(20_000);
      const members = await world.membersOf('G1');
      expect(members).toHaveLength(1000);
      // 1,000 leavers are 1,000 operations in one PATCH.
      await world.patched(
        '/Groups/<G1>',
        ...members.map((id) => ({ op: 'remove', path: `members[value eq "${id}"]` })),
      );
      expect(await world.membersOf('G1')).toEqual([]);
    },
  },
  'OK-G10': {
    arrange: async (world) => {
      await people(world, 'U1');
      await world.group('G1');
    },
    post: async (world) => {
      expect(await world.membersOf('G1')).toEqual([]);
      const value = [{ value: world.id('unknown') }, { value: world.id('U1') }];
      await world.patched('/Groups/<G1>', { op: 'add', path: 'members', value });
      expect(await world.membersOf('G1')).toEqual(world.ids('U1'));
    },
    audit: async (world) => {
      const events = await world.events('sync.member_unknown', world.id('G1'));
      expect(events).toEqual([{ data: { members: [world.id('unknown')] }, sealed: null }]);
    },
  },
};
