import { ENTERPRISE, type Json } from '../scim/scim-client';
import { sample } from '../policy-documents/config-server';
import { thorough } from '../support/thorough';
import { AccessServer, type Named } from './access-server';

interface Change {
  readonly userId: string;
  readonly userName: string;
  readonly gained: Named;
  readonly lost: Named;
}
interface Plan {
  readonly summary: { users: number; gained: number; lost: number };
  readonly changes: Change[];
  readonly warnings: { pointer: string; detail: string }[];
}

let app: AccessServer;
beforeEach(async () => {
  app = await AccessServer.start();
});
afterEach(() => app?.stop());

const plan = async (name: string, document: unknown): Promise<Plan> => {
  const answer = await app.config.send('POST', `/${name}/plan`, document);
  expect({ status: answer.status, text: answer.text }).toEqual({ status: 200, text: answer.text });
  expect(answer.headers['content-type']).toMatch(/^application\/json/);
  return answer.body as unknown as Plan;
};
const NONE: Named = { roles: [], permissions: [], workspaces: [] };
const person = async (more: Json = {}) => (await app.scim.createdUser(more)).id;
const group = async (name: string, ...members: string[]) => (await app.scim.createdGroup(name, members)).id;

const less = (names: Named, others: Named): Named => ({
  roles: names.roles.filter((name) => !others.roles.includes(name)),
  permissions: names.permissions.filter((name) => !others.permissions.includes(name)),
  workspaces: names.workspaces.filter((name) => !others.workspaces.includes(name)),
});
const some = ({ roles, permissions, workspaces }: Named) => roles.length + permissions.length + workspaces.length > 0;

/** Plans a document, puts it, and expects that exactly the plan has come true. @returns the plan */
async function comesTrue(people: ReadonlyMap<string, string>, name: string, document: unknown): Promise<Plan> {
  const ids = [...people.keys()].sort();
  const names = async () => Promise.all(ids.map((id) => app.names(id)));
  const before = await names();
  const told = await plan(name, document);
  expect(await names()).toEqual(before);
  await app.put(name, document);
  const after = await names();
  const changes = ids
    .map((userId, i) => ({
      userId,
      userName: people.get(userId)!,
      gained: less(after[i]!, before[i]!),
      lost: less(before[i]!, after[i]!),
    }))
    .filter(({ gained, lost }) => some(gained) || some(lost));
  expect([name, told.changes]).toEqual([name, changes]);
  expect(told.summary).toEqual({
    users: changes.length,
    gained: changes.filter(({ gained }) => some(gained)).length,
    lost: changes.filter(({ lost }) => some(lost)).length,
  });
  // Once it is in force there is nothing left to change.
  expect((await plan(name, document)).changes).toEqual([]);
  return told;
}

it('says who gains and loses what, and stores nothing', async () => {
  const [ava, bo] = [await app.scim.createdUser(), await app.scim.createdUser()];
  await group('sales', ava.id);
  await group('admins', bo.id);
  await app.workspaces('w1', 'w2');
  await app.put('group_mappings', { sales: { taskade_role: 'user', permissions: ['read'], workspaces: ['w1'] } });
  const counters = await app.config.counters();
  const bindings = await app.config.bindings();
  const proposed = {
    sales: { taskade_role: 'seller', permissions: ['read', 'sell'], workspaces: ['w2'] },
    admins: { taskade_role: 'admin', permissions: ['all'], workspaces: ['all'] },
    later: { taskade_role: 'user' },
  };
  expect(await plan('group_mappings', { group_mappings: proposed })).toEqual({
    summary: { users: 2, gained: 2, lost: 1 },
    changes: [
      {
        userId: ava.id,
        userName: ava.userName,
        gained: { roles: ['seller'], permissions: ['sell'], workspaces: ['w2'] },
        lost: { roles: ['user'], permissions: [], workspaces: ['w1'] },
      },
      {
        userId: bo.id,
        userName: bo.userName,
        gained: { roles: ['admin'], permissions: ['all'], workspaces: ['w1', 'w2'] },
        lost: NONE,
      },
    ],
    warnings: [{ pointer: '/later', detail: expect.stringContaining('matches no group yet') as string }],
  });
  expect(await app.config.counters()).toEqual(counters);
  expect(await app.config.bindings()).toEqual(bindings);
  expect((await app.config.send('GET', '/group_mappings')).body).toMatchObject({ version: 1 });
  expect(await app.resources.events('config.changed')).toHaveLength(1);
  expect(await app.roles(bo.id)).toEqual([]);
});

it('binds new keys as the put would, and keeps those that are bound', async () => {
  const [ava, bo] = [await person(), await person()];
  const people = new Map([
    [ava, (await app.scim.read(`/Users/${ava}`)).userName as string],
    [bo, (await app.scim.read(`/Users/${bo}`)).userName as string],
  ]);
  const old = await group('Sales', ava);
  await app.put('group_mappings', { Sales: { taskade_role: 'user' } });
  await app.replace(`/Groups/${old}`, 'displayName', 'Revenue');
  const fresh = await group('Sales', bo);
  const kept = await comesTrue(people, 'group_mappings', { Sales: { taskade_role: 'seller' } });
  expect(kept.changes.map(({ userId }) => userId)).toEqual([ava]);
  const both = await comesTrue(people, 'group_mappings', {
    Sales: { taskade_role: 'seller' },
    sales: { taskade_role: 'new' },
    [fresh]: { permissions: ['by id'] },
  });
  expect(both.changes).toMatchObject([{ userId: bo, gained: { roles: ['new'], permissions: ['by id'] } }]);
  await comesTrue(people, 'group_mappings', {});
  // Without the key for a moment it is bound anew.
  const anew = await comesTrue(people, 'group_mappings', { Sales: { taskade_role: 'seller' } });
  expect(anew.changes.map(({ userId }) => userId)).toEqual([bo]);
  const external = (
    await app.scim.created('/Groups', { displayName: 'E', externalId: 'ext', members: [{ value: ava }] })
  ).id;
  await comesTrue(people, 'group_mappings', { ext: { taskade_role: 'x' }, REVENUE: { taskade_role: 'y' } });
  expect(await app.config.bindings()).toEqual({ ext: external, REVENUE: old });
});

it('of sync_config shows whom values come to that did not flow', async () => {
  const [ava, bo] = [await app.scim.createdUser({ title: 'Clerk' }), await app.scim.createdUser({ title: 'Clerk' })];
  const people = new Map([ava, bo].map(({ id, userName }) => [id, userName as string]));
  const flowing = (...update_attributes: string[]) => ({ update_attributes, conflict_resolution: 'okta_wins' });
  await app.put('access_rules', { rules: [{ name: 'r', when: 'jobTitle eq "chief"', role: 'chief' }] });
  await app.put('sync_config', flowing('department'));
  await app.replace(`/Users/${ava.id}`, 'title', 'Chief');
  expect(await app.roles(ava.id)).toEqual([]);
  const opened = await comesTrue(people, 'sync_config', flowing('department', 'title'));
  expect(opened.changes).toMatchObject([{ userId: ava.id, gained: { roles: ['chief'] } }]);
  await app.resources.must(200, 'PATCH', `/users/${bo.id}`, { profile: { jobTitle: 'Chief' } });
  await comesTrue(people, 'sync_config', flowing('department'));
  await comesTrue(people, 'sync_config', { ...flowing('title'), conflict_resolution: 'app_wins' });
});

it('warns of what the put warns of', async () => {
  const ava = await person();
  const one = await group('one', ava);
  const gone = await group('gone');
  await app.put('group_mappings', { gone: { taskade_role: 'x' } });
  await app.deleted(`/Groups/${gone}`);
  const documents: [string, unknown][] = [
    [
      'group_mappings',
      {
        one: { taskade_role: 'x', workspaces: ['typo_*'] },
        [one]: { permissions: ['p'] },
        gone: { taskade_role: 'x' },
        none: { taskade_role: 'x' },
      },
    ],
    ['provisioning_rules', { user_creation: { trigger: 'user_created', default_role: 'undefined' } }],
    ['access_rules', { rules: [{ name: 'r', when: 'title pr', role: 'nobody_defines' }] }],
  ];
  for (const [name, document] of documents) {
    const planned = (await plan(name, document)).warnings;
    expect(planned.length).toBeGreaterThan(0);
    const sorted = (warnings: readonly object[]) => warnings.map((warning) => JSON.stringify(warning)).sort();
    expect([name, sorted(planned)]).toEqual([name, sorted((await app.put(name, document)).warnings)]);
  }
});

it('refuses what the put refuses, with every fault', async () => {
  await person();
  const documents: [string, unknown][] = [
    ['group_mappings', { a: { rolle: 1 }, b: {} }],
    ['group_hierarchy', { a: { parent: 'b' }, b: { parent: 'a' } }],
    ['access_rules', { rules: [{ name: 'r', when: 'title eq', role: 'x' }] }],
    ['rollout', { phases: [], active: 'x' }],
    ['group_mappings', [1]],
  ];
  for (const [name, document] of documents) {
    const planned = await app.config.send('POST', `/${name}/plan`, document);
    const put = await app.config.send('PUT', `/${name}`, document);
    expect(app.config.faultsOf(planned, 422)).toEqual(app.config.faultsOf(put, 422));
    expect(app.config.faultsOf(planned, 422).length).toBeGreaterThan(0);
  }
  expect((await app.config.send('POST', '/nonsense/plan', {})).status).toBe(404);
});

it('of a document that decides nobody’s access is empty', async () => {
  await person();
  const empty = { summary: { users: 0, gained: 0, lost: 0 }, changes: [], warnings: [] };
  expect(await plan('deprovisioning_rules', sample('deprovisioning_rules'))).toMatchObject({
    ...empty,
    warnings: expect.any(Array),
  });
  expect(await plan('group_mappings', {})).toEqual(empty);
});

it('is for administrators, operators and auditors, in their tenant', async () => {
  const ava = await person();
  await group('g', ava);
  const document = { g: { taskade_role: 'x' } };
  const send = (headers: Record<string, string>) => app.config.send('POST', '/group_mappings/plan', document, headers);
  expect((await send(app.resources.as('auditor'))).body).toMatchObject({ summary: { users: 1 } });
  expect((await send(app.resources.as('app'))).status).toBe(403);
  const other = await app.foreign('elsewhere', 'admin');
  expect((await send(other)).body).toMatchObject({ summary: { users: 0 }, changes: [] });
});

describe('comes true to the letter', () => {
  const random = (seed: number) => () => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return seed / 2 ** 32;
  };

  it.each(thorough([1, 2], [1, 2, 3, 4, 5, 6]))(
    'for every kind of document, over a random directory (%i)',
    async (seed) => {
      const next = random(seed);
      const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!;
      const picks = <T>(list: readonly T[], most: number): T[] => [
        ...new Set(Array.from({ length: list.length && Math.floor(next() * (most + 1)) }, () => pick(list))),
      ];
      const people = new Map<string, string>();
      const [departments, titles] = [
        ['Sales', 'HR', 'IT'],
        ['Lead', 'Clerk', 'Chief'],
      ];
      for (let i = 0; i < 30; i++) {
        const more = { title: pick(titles), active: next() > 0.1, [ENTERPRISE]: { department: pick(departments) } };
        const { id, userName } = await app.scim.createdUser(more);
        people.set(id, userName as string);
      }
      const ids = [...people.keys()];
      const groups = Array.from({ length: 10 }, (_, i) => `group ${i}`);
      const groupIds: string[] = [];
      for (const name of groups) groupIds.push(await group(name, ...picks(ids, 6), ...picks(groupIds, 2)));
      await app.workspaces('dep_a', 'dep_b', 'hall');
      const workspaces = ['dep_a', 'dep_b', 'hall', 'dep_*', 'all', 'assigned_only'];
      for (const key of ['p1', 'p2'])
        await app.resources.must(201, 'PUT', `/projects/${key}`, {
          name: key,
          workspace: pick(['dep_a', 'hall']),
          members: picks(ids, 8),
        });
      const [roles, permissions] = [
        ['admin', 'user', 'guest'],
        ['read', 'write', 'erase', 'all'],
      ];
      for (let i = 0; i < 6; i++)
        await app.granted(pick(ids), { role: pick(roles), ...(next() > 0.5 && { workspace: 'hall' }) });
      const when = () =>
        pick([
          'title eq "lead"',
          'department eq "HR" or title eq "clerk"',
          'groups.display co "3"',
          'jobTitle pr',
          'office pr',
          'not (department eq "it")',
        ]);
      const source = () => ({
        permissions: [pick(permissions), ...picks(permissions, 2)].filter((p, i, all) => all.indexOf(p) === i),
        ...(next() > 0.4 && { workspaces: picks(workspaces, 2) }),
      });
      const make: Record<string, () => unknown> = {
        group_mappings: () =>
          Object.fromEntries(
            picks([...groups, ...groupIds], 6).map((key) => [
              key,
              { taskade_role: pick(roles), ...source(), inherit: next() > 0.6 },
            ]),
          ),
        group_hierarchy: () =>
          Object.fromEntries(
            picks(groups, 6)
              .sort()
              .map((name, i, all) => [
                name,
                {
                  ...(i > 0 && { parent: all[Math.floor(i / 2)] === name ? all[0] : all[Math.floor(i / 2)] }),
                  members: picks([...groups, ...people.values()], 3),
                  inherited_permissions: picks(permissions, 1),
                  specific_permissions: picks(permissions, 2),
                },
              ]),
          ),
        access_rules: () => ({
          rules: Array.from({ length: 3 }, (_, i) => ({
            name: `r${i}`,
            when: when(),
            role: pick(roles),
            ...(next() > 0.5 && source()),
          })),
          projects: { p1: { permissions: [pick(permissions)] } },
        }),
        provisioning_rules: () => ({
          user_creation: { trigger: 'user_created', ...(next() > 0.3 && { default_role: pick(roles) }) },
        }),
        rollout: () => ({
          phases: [{ name: 'a', groups: picks(groups, 3) }, { name: 'b', when: when() }, { name: 'c' }].filter(
            ({ groups }) => groups === undefined || groups.length,
          ),
          active: pick(['b', 'b', 'c']),
        }),
        attribute_mappings: () => ({
          standard: {
            [pick(['title', 'department'])]: 'office',
            [pick(['title', 'nickName'])]: 'jobTitle',
            department: 'department',
          },
        }),
      };
      let moved = 0;
      for (let round = 0; round < thorough(2, 3); round++)
        for (const [name, document] of Object.entries(make)) {
          let given = document();
          // A random hierarchy may have a circle, a random mapping two targets of one name: those are no plans.
          for (let i = 0; i < 20 && (await app.config.send('POST', `/${name}/plan`, given)).status === 422; i++)
            given = document();
          moved += (await comesTrue(people, name, given)).changes.length;
        }
      expect(moved).toBeGreaterThan(20);
    },
    120_000,
  );
});
