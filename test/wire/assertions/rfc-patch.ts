import { Assertion, Assertions } from '../assertion';
import { Json } from '../wire-client';
import { CORE, ENT, PATCH_OP } from '../world';

const user =
  (change: Json): NonNullable<Assertion['arrange']> =>
  async (world) =>
    void (await world.user('U1', change));

const reads =
  (expected: Json): NonNullable<Assertion['post']> =>
  async (world) =>
    expect(await world.read('/Users/<U1>')).toMatchObject(expected);

/** The vector leaves the operations in words. */
const operations = (...Operations: Json[]) => ({ b: { schemas: [PATCH_OP], Operations } });

/** PATCH (catalogue §3.4). */
export const RFC_PATCH: Assertions = {
  R30: {
    arrange: async (world) => {
      await world.user('U1');
      return operations({ op: 'replace', path: 'title', value: 'T' });
    },
    body: ({ body }) => expect(Object.keys(body).sort()).toEqual(['id', 'schemas', 'userName']),
  },
  R41: {
    arrange: user({
      emails: [
        { type: 'work', value: 'a@x.example.com' },
        { type: 'home', value: 'b@x.example.com' },
      ],
    }),
    post: async (world) => {
      expect((await world.read('/Users/<U1>')).emails).toMatchObject([{ type: 'home', value: 'b@x.example.com' }]);
      await world.patched('/Users/<U1>', { op: 'remove', path: 'emails[type eq "home"]' });
      expect(await world.read('/Users/<U1>')).not.toHaveProperty('emails');
      expect((await world.found('/Users', 'emails pr')).length).toBe(0);
    },
  },
  R42: {
    arrange: async (world) => {
      await world.user('U1');
      await world.user('U2');
      await world.group('G1', 'Sales', ['U1']);
      return operations({ op: 'remove', path: `members[value eq "${world.id('U2')}"]` });
    },
    post: async (world) => expect(await world.membersOf('G1')).toEqual(world.ids('U1')),
  },
  R43: { post: reads({ userName: 'ava@corp.example' }) },
  R44: {
    arrange: async (world) => {
      await world.user('U1');
      const { meta } = await world.group('G1', 'Sales', ['U1']);
      world.names.set('version', String((meta as Json).version));
      world.names.set('lastModified', String((meta as Json).lastModified));
      return operations({ op: 'add', path: 'members', value: [{ value: world.id('U1') }] });
    },
    post: async (world) => {
      expect(await world.membersOf('G1')).toEqual(world.ids('U1'));
      const { meta } = await world.read('/Groups/<G1>');
      expect(meta).toMatchObject({ version: world.id('version'), lastModified: world.id('lastModified') });
    },
  },
  R45: {
    post: async (world) => {
      const emails = (await world.read('/Users/<U1>')).emails as Json[];
      expect(emails.filter((email) => email.primary === true)).toMatchObject([
        { value: 'new@corp.example', type: 'home' },
      ]);
      expect(emails).toHaveLength(2);
    },
  },
  // K3: the lenient profile creates for the vector's plain `sub eq literal`; for any other filter noTarget it is.
  R46: {
    arrange: async (world) => {
      await world.user('U1');
      return operations({ op: 'replace', path: 'addresses[type eq "nowhere" and locality pr].locality', value: 'X' });
    },
    post: async (world) => {
      expect(await world.read('/Users/<U1>')).not.toHaveProperty('addresses');
      await world.patched('/Users/<U1>', { op: 'replace', path: 'addresses[type eq "nowhere"].locality', value: 'X' });
      expect((await world.read('/Users/<U1>')).addresses).toMatchObject([{ type: 'nowhere', locality: 'X' }]);
    },
  },
  R47: { post: reads({ name: { givenName: 'A', familyName: 'Lee' } }) },
  R48: { post: reads({ nickName: 'Av' }) },
  R49: { arrange: user({ title: 'Boss' }), post: reads({ title: 'Boss' }) },
  R50: { post: reads({ userName: 'ava@corp.example' }) },
  R51: { post: reads({ schemas: expect.arrayContaining([CORE, ENT]), [ENT]: { employeeNumber: '9' } }) },
  R53: {
    arrange: async (world) => {
      await world.user('U1');
      await world.user('U2');
      await world.group('G1', 'Sales', ['U1', 'U2']);
    },
    post: async (world) => expect(await world.membersOf('G1')).toEqual([]),
  },
  R54: {
    arrange: user({
      emails: [
        { type: 'work', value: 'w0@corp.example' },
        { type: 'work', value: 'w1@corp.example' },
        { type: 'home', value: 'h@corp.example' },
      ],
    }),
    post: async (world) => {
      const emails = (await world.read('/Users/<U1>')).emails as Json[];
      const values = new Set(emails.filter((email) => email.type === 'work').map((email) => email.value));
      expect([...values]).toEqual(['w2@corp.example']);
      expect(emails).toContainEqual(expect.objectContaining({ type: 'home', value: 'h@corp.example' }));
    },
  },
};
