import { Client } from 'pg';
import { ENTERPRISE, type Json } from '../scim/scim-client';
import { until } from '../support/until';
import { AccessServer } from './access-server';

let app: AccessServer;
let read = '0';
beforeEach(async () => {
  app = await AccessServer.start();
  read = '0';
});
afterEach(() => app?.stop());

interface Told {
  readonly user: string;
  readonly from: string[];
  readonly to: string[];
  /** Type of the event that caused it. */
  readonly cause: string;
  readonly actor: string;
}

/** Waits until every event there is has been looked at, also those that this wrote. */
const settled = () =>
  until('every event has been looked at', async () => {
    const { rows } = await app.resources.database.query<{ done: boolean }>(
      `SELECT position >= (SELECT max(seq) FROM events) AS done FROM event_consumers WHERE name = 'role-changes'`,
    );
    return rows[0]?.done === true;
  });

/** What was told since the last call. */
async function told(): Promise<Told[]> {
  await settled();
  const { rows } = await app.resources.database.query<{ seq: string; subject_id: string; data: Json; context: Json }>(
    `SELECT seq, subject_id, data, context FROM events WHERE type = 'access.role_changed' AND seq > $1 ORDER BY seq`,
    [read],
  );
  read = rows.at(-1)?.seq ?? read;
  return rows.map(({ subject_id: user, data, context }) => {
    const [{ path, from, to }] = data.changes as [{ path: string; from: string[]; to: string[] }];
    expect(path).toBe('roles');
    return {
      user,
      from,
      to,
      cause: (data.cause as Json).type as string,
      actor: (context.actor as Json).type as string,
    };
  });
}

const person = async (more: Json = {}) => (await app.scim.createdUser(more)).id;
const group = async (name: string, ...members: string[]) => (await app.scim.createdGroup(name, members)).id;
const soon = (ms: number) => new Date(Date.now() + ms).toISOString();
const change = (user: string, from: string[], to: string[], cause: string, actor: string): Told => ({
  user,
  from,
  to,
  cause,
  actor,
});
/** Makes a change and expects what is told of it. */
const tells = async (work: () => Promise<unknown>, ...changes: Told[]) => {
  await told();
  await work();
  const byUser = (list: readonly Told[]) => [...list].sort((a, b) => (a.user < b.user ? -1 : a.user > b.user ? 1 : 0));
  expect(byUser(await told())).toEqual(byUser(changes));
};

describe('a change of roles is told once, with the old, the new and whoever caused it', () => {
  it('by membership and nesting', async () => {
    const ava = await person();
    const [inner, outer] = [await group('inner'), await group('outer')];
    await app.put('group_mappings', { outer: { taskade_role: 'o' }, inner: { taskade_role: 'i' } });
    await tells(() => app.members('add', inner, ava), change(ava, [], ['i'], 'group.member_added', 'scim'));
    await tells(() => app.members('add', outer, inner), change(ava, ['i'], ['i', 'o'], 'group.member_added', 'scim'));
    // Another way to the same role is no change.
    await tells(() => app.members('add', outer, ava));
    await tells(() => app.members('remove', outer, inner));
    await tells(
      () => app.members('remove', outer, ava),
      change(ava, ['i', 'o'], ['i'], 'group.member_removed', 'scim'),
    );
    await tells(() => app.members('add', outer, inner), change(ava, ['i'], ['i', 'o'], 'group.member_added', 'scim'));
    await tells(() => app.deleted(`/Groups/${outer}`), change(ava, ['i', 'o'], ['i'], 'group.member_removed', 'scim'));
    await tells(() => app.deleted(`/Groups/${inner}`), change(ava, ['i'], [], 'group.member_removed', 'scim'));
    await tells(
      () => group('late', ava).then(() => app.put('group_mappings', { late: { taskade_role: 'l' } })),
      change(ava, [], ['l'], 'config.changed', 'admin'),
    );
  });

  it('by documents: mapping, rule, hierarchy, default role, rollout, attributes, rollback', async () => {
    const [ava, bo] = [await person({ title: 'Clerk' }), await person({ nickName: 'Clerk' })];
    await group('staff', ava);
    const by = (user: string, from: string[], to: string[]) => change(user, from, to, 'config.changed', 'admin');
    const rules = { rules: [{ name: 'r', when: 'jobTitle eq "clerk"', role: 'clerk' }] };
    await tells(() => app.put('group_mappings', { staff: { taskade_role: 's' } }), by(ava, [], ['s']));
    await tells(() => app.put('group_mappings', { staff: { taskade_role: 's', permissions: ['p'] } }));
    await tells(() => app.put('group_mappings', { staff: { taskade_role: 't' } }), by(ava, ['s'], ['t']));
    await tells(() => app.put('access_rules', rules), by(ava, ['t'], ['clerk', 't']));
    const nick = { standard: { nickName: 'jobTitle' } };
    await tells(() => app.put('attribute_mappings', nick), by(ava, ['clerk', 't'], ['t']), by(bo, [], ['clerk']));
    await tells(
      () => app.put('rollout', { phases: [{ name: 'p', groups: ['staff'] }], active: 'p' }),
      by(bo, ['clerk'], []),
    );
    await tells(() => app.put('rollout', { phases: [{ name: 'p' }], active: 'p' }), by(bo, [], ['clerk']));
    await tells(() => app.put('access_rules', {}), by(bo, ['clerk'], []));
    const defaults = (default_role?: string) => ({
      user_creation: { trigger: 'user_created', ...(default_role && { default_role }) },
    });
    await tells(() => app.put('provisioning_rules', defaults('guest')), by(bo, [], ['guest']));
    await tells(() => app.put('provisioning_rules', defaults()), by(bo, ['guest'], []));
    const back = () => app.config.send('POST', '/group_mappings/rollback', { version: 1 });
    await tells(back, by(ava, ['t'], ['s']));
    await group('top', bo);
    await app.put('group_mappings', { top: { taskade_role: 'chief', inherit: true } });
    await told();
    await tells(() => app.put('group_hierarchy', { top: {}, staff: { parent: 'top' } }), by(ava, [], ['chief']));
  });

  it('by coming, where nothing but the default role is given', async () => {
    await app.put('provisioning_rules', { user_creation: { trigger: 'user_added_to_group', default_role: 'guest' } });
    await told();
    const ava = await person();
    expect(await told()).toEqual([change(ava, [], ['guest'], 'user.created', 'scim')]);
  });

  it('by grants, when they begin and end and when they are revoked', async () => {
    const ava = await person();
    const by = (from: string[], to: string[], what: string, actor: string) =>
      change(ava, from, to, `access.grant_${what}`, actor);
    let id = '';
    await tells(async () => (id = await app.granted(ava, { role: 'g' })), by([], ['g'], 'created', 'app'));
    await tells(() => app.resources.must(204, 'DELETE', `/grants/${id}`), by(['g'], [], 'revoked', 'app'));
    await app.granted(ava, { role: 'later', startsAt: soon(400), expiresAt: soon(1_200) });
    const seen: Told[] = [];
    await until('it has begun and ended', async () => seen.push(...(await told())) >= 2);
    expect(seen).toEqual([by([], ['later'], 'started', 'system'), by(['later'], [], 'expired', 'system')]);
    await tells(() => app.granted(ava, { permission: 'only' }));
  });

  it('by what happens to the person and to names', async () => {
    const ava = await person({ title: 'Clerk' });
    const staff = await group('staff', ava);
    await app.put('group_mappings', { top: { taskade_role: 'chief', inherit: true }, staff: { taskade_role: 's' } });
    await app.put('group_hierarchy', { top: {}, node: { parent: 'top' } });
    await app.put('access_rules', {
      rules: [
        { name: 'a', when: 'title eq "chief" or department eq "HR"', role: 'a' },
        { name: 'g', when: 'groups.display eq "renamed"', role: 'g' },
      ],
    });
    await told();
    const by = (from: string[], to: string[], cause: string, actor = 'scim') => change(ava, from, to, cause, actor);
    await tells(() => app.replace(`/Users/${ava}`, 'title', 'Chief'), by(['s'], ['a', 's'], 'user.updated'));
    await tells(() => app.replace(`/Users/${ava}`, `${ENTERPRISE}:department`, 'HR'));
    await tells(() => app.replace(`/Users/${ava}`, 'title', 'Clerk'));
    await tells(
      () => app.replace(`/Groups/${staff}`, 'displayName', 'Node'),
      by(['a', 's'], ['a', 'chief', 's'], 'group.updated'),
    );
    await tells(
      () => app.replace(`/Groups/${staff}`, 'displayName', 'Renamed'),
      by(['a', 'chief', 's'], ['a', 'g', 's'], 'group.updated'),
    );
    await tells(() => app.replace(`/Users/${ava}`, 'active', false), by(['a', 'g', 's'], [], 'user.deactivated'));
    await tells(() => app.replace(`/Users/${ava}`, 'active', true), by([], ['a', 'g', 's'], 'user.reactivated'));
    await tells(() => app.deleted(`/Users/${ava}`), by(['a', 'g', 's'], [], 'user.deleted'));
    const bo = await person({ title: 'Chief' });
    expect(await told()).toEqual([change(bo, [], ['a'], 'user.created', 'scim')]);
    const { rows } = await app.resources.database.query(`SELECT user_id FROM role_states WHERE roles <> '{}'`);
    expect(rows).toEqual([{ user_id: bo }]);
  });

  it('by the app, where a rule reads what it says', async () => {
    const ava = await person();
    await app.put('access_rules', { rules: [{ name: 'r', when: 'jobTitle eq "chef"', role: 'cook' }] });
    const say = (jobTitle: string | null) => () =>
      app.resources.must(200, 'PATCH', `/users/${ava}`, { profile: { jobTitle } });
    await tells(say('Chef'), change(ava, [], ['cook'], 'user.updated', 'app'));
    await tells(say(null), change(ava, ['cook'], [], 'user.updated', 'app'));
  });

  it('by a mapping of a group that a node inherits, also when that group comes and goes', async () => {
    const ava = await person();
    await group('below', ava);
    await app.put('group_hierarchy', { top: {}, below: { parent: 'top' } });
    await app.put('group_mappings', { key: { taskade_role: 'chief', inherit: true } });
    await told();
    // A group of another name than the node, bound by its externalId and named like the node.
    let id = '';
    const create = async () => (id = (await app.scim.created('/Groups', { displayName: 'Top', externalId: 'key' })).id);
    await tells(create, change(ava, [], ['chief'], 'group.created', 'scim'));
    await tells(
      () => app.replace(`/Groups/${id}`, 'displayName', 'Else'),
      change(ava, ['chief'], [], 'group.updated', 'scim'),
    );
    await tells(
      () => app.replace(`/Groups/${id}`, 'displayName', 'Top'),
      change(ava, [], ['chief'], 'group.updated', 'scim'),
    );
    await tells(() => app.deleted(`/Groups/${id}`), change(ava, ['chief'], [], 'group.deleted', 'scim'));
  });
});

describe('what comes and goes between two deliveries is told as well', () => {
  /** Holds the deliveries up while `work` goes on. */
  const behind = async (work: () => Promise<unknown>): Promise<void> => {
    await settled();
    const lock = new Client({ connectionString: app.scim.server.databaseUrl });
    await lock.connect();
    // The consumer cannot move on while somebody holds the row of its position.
    await lock.query(`BEGIN; SELECT FROM role_states FOR UPDATE; LOCK TABLE role_states IN ACCESS EXCLUSIVE MODE`);
    try {
      await work();
    } finally {
      await lock.query('ROLLBACK');
      await lock.end();
    }
  };

  it('memberships, each with its own cause', async () => {
    const ava = await person();
    const [one, two] = [await group('one'), await group('two')];
    await app.put('group_mappings', { one: { taskade_role: '1' }, two: { taskade_role: '2' } });
    await told();
    await behind(async () => {
      await app.members('add', one, ava);
      await app.members('add', two, ava);
      await app.members('remove', one, ava);
      await app.members('add', one, ava);
      await app.members('remove', two, ava);
      await app.members('remove', one, ava);
    });
    const [added, removed] = ['group.member_added', 'group.member_removed'];
    expect((await told()).map(({ from, to, cause }) => [from, to, cause])).toEqual([
      [[], ['1'], added],
      [['1'], ['1', '2'], added],
      [['1', '2'], ['2'], removed],
      [['2'], ['1', '2'], added],
      [['1', '2'], ['1'], removed],
      [['1'], [], removed],
    ]);
  });

  it('arrivals, and what has become of people since', async () => {
    const id = await group('g');
    const defaults = { user_creation: { trigger: 'user_created', default_role: 'guest' } };
    await app.put('group_mappings', { g: { taskade_role: 'r' } });
    await app.put('provisioning_rules', defaults);
    await told();
    const people: Record<string, string> = {};
    await behind(async () => {
      people.stays = await person();
      people.inactive = await person({ active: false });
      people.joins = await person();
      await app.members('add', id, people.joins);
      people.leaves = await person();
      await app.replace(`/Users/${people.leaves}`, 'active', false);
      people.deleted = await person();
      await app.deleted(`/Users/${people.deleted}`);
      people.granted = await person();
      await app.granted(people.granted, { role: 'extra' });
      people.renamed = await person();
      await app.replace(`/Users/${people.renamed}`, 'title', 'Chief');
    });
    const changes = await told();
    const of = (name: string) =>
      changes.filter(({ user }) => user === people[name]).map(({ from, to, cause }) => [from, to, cause]);
    expect(Object.fromEntries(Object.keys(people).map((name) => [name, of(name)]))).toEqual({
      stays: [[[], ['guest'], 'user.created']],
      inactive: [],
      joins: [
        [[], ['guest'], 'user.created'],
        [['guest'], ['r'], 'group.member_added'],
      ],
      leaves: [
        [[], ['guest'], 'user.created'],
        [['guest'], [], 'user.deactivated'],
      ],
      deleted: [
        [[], ['guest'], 'user.created'],
        [['guest'], [], 'user.deleted'],
      ],
      granted: [
        [[], ['guest'], 'user.created'],
        [['guest'], ['extra'], 'access.grant_created'],
      ],
      renamed: [[[], ['guest'], 'user.created']],
    });
    // What people become is nothing that they came with, also where it is known when they are told of.
    await app.put('group_mappings', {});
    expect(await told()).toEqual([change(people.joins!, ['r'], ['guest'], 'config.changed', 'admin')]);
  });

  it('deactivations and grants', async () => {
    const ava = await person();
    await group('g', ava);
    await app.put('group_mappings', { g: { taskade_role: 'g' } });
    await told();
    await behind(async () => {
      await app.replace(`/Users/${ava}`, 'active', false);
      await app.replace(`/Users/${ava}`, 'active', true);
      const id = await app.granted(ava, { role: 'extra' });
      await app.resources.must(204, 'DELETE', `/grants/${id}`);
    });
    expect((await told()).map(({ from, to, cause }) => [from, to, cause])).toEqual([
      [['g'], [], 'user.deactivated'],
      [[], ['g'], 'user.reactivated'],
      [['g'], ['extra', 'g'], 'access.grant_created'],
      [['extra', 'g'], ['g'], 'access.grant_revoked'],
    ]);
  });

  it('attributes, documents, nesting and people who have left again', async () => {
    const ava = await person({ title: 'Clerk' });
    const [inner, outer] = [await group('inner', ava), await group('outer')];
    const rule = (role: string) => ({ rules: [{ name: 'r', when: 'title eq "Chief"', role }] });
    await app.put('access_rules', rule('chief'));
    await app.put('group_mappings', { outer: { taskade_role: 'o' } });
    await told();
    let bo = '';
    await behind(async () => {
      await app.replace(`/Users/${ava}`, 'title', 'Chief');
      await app.put('access_rules', rule('boss'));
      await app.members('add', outer, inner);
      await app.replace(`/Users/${ava}`, 'title', 'Clerk');
      await app.members('remove', outer, inner);
      await app.put('access_rules', {});
      bo = await person({ title: 'Chief' });
      await app.members('add', outer, bo);
      await app.deleted(`/Users/${bo}`);
    });
    const changes = (await told()).map(({ user, from, to, cause }) => [user === bo ? 'bo' : 'ava', from, to, cause]);
    expect(changes.filter(([user]) => user === 'ava')).toEqual([
      ['ava', [], ['chief'], 'user.updated'],
      ['ava', ['chief'], ['boss'], 'config.changed'],
      ['ava', ['boss'], ['boss', 'o'], 'group.member_added'],
      ['ava', ['boss', 'o'], ['o'], 'user.updated'],
      ['ava', ['o'], [], 'group.member_removed'],
    ]);
    expect(changes.filter(([user]) => user === 'bo')).toEqual([
      ['bo', [], ['o'], 'group.member_added'],
      ['bo', ['o'], [], 'user.deleted'],
    ]);
  });

  it('and a document among them with what it changed', async () => {
    const [ava, bo] = [await person(), await person()];
    const id = await group('g', bo);
    await app.put('group_mappings', { g: { taskade_role: 'old' } });
    await told();
    await behind(async () => {
      await app.put('group_mappings', { g: { taskade_role: 'new' } });
      await app.members('add', id, ava);
      await app.members('remove', id, ava);
    });
    const changes = await told();
    expect(changes.filter(({ user }) => user === bo)).toEqual([
      change(bo, ['old'], ['new'], 'config.changed', 'admin'),
    ]);
    expect(changes.filter(({ user }) => user === ava)).toEqual([
      change(ava, [], ['new'], 'group.member_added', 'scim'),
      change(ava, ['new'], [], 'group.member_removed', 'scim'),
    ]);
  });
});

describe('nothing is told twice', () => {
  const again = async (position = '0') => {
    await settled();
    await app.resources.database.query(`UPDATE event_consumers SET position = $1 WHERE name = 'role-changes'`, [
      position,
    ]);
    // Somebody has to knock.
    await group(`knock ${Math.random()}`);
  };

  it('when all events are delivered again', async () => {
    const people = await Promise.all(Array.from({ length: 5 }, () => person({ title: 'x' })));
    const g = await group('g', ...people);
    await app.put('group_mappings', { g: { taskade_role: 'r' } });
    await app.put('access_rules', { rules: [{ name: 'r', when: 'title eq "x"', role: 'x' }] });
    await app.members('remove', g, people[0]!);
    await app.members('add', g, people[0]!);
    await app.replace(`/Users/${people[1]!}`, 'active', false);
    await app.replace(`/Users/${people[1]!}`, 'active', true);
    const grant = await app.granted(people[2]!, { role: 'extra' });
    await app.resources.must(204, 'DELETE', `/grants/${grant}`);
    await app.put('group_mappings', {});
    await app.deleted(`/Users/${people[3]!}`);
    expect((await told()).length).toBeGreaterThan(12);
    await again();
    expect(await told()).toEqual([]);
    await again('20');
    expect(await told()).toEqual([]);
  });

  it('by two workers, over some thousand people, and everybody is told', async () => {
    const { database } = app.resources;
    const { rows } = await database.query<{ id: string }>(`SELECT id FROM tenants WHERE slug = 'default'`);
    const g = await group('crowd');
    // Put in as one statement each: this is not about provisioning.
    await database.query(
      `INSERT INTO users (tenant_id, id, user_name, user_name_key, search_key, active, created_at, updated_at, resource)
       SELECT $1, uuid_v7(), 'c' || i, 'c' || i, 'c' || i, true, now(), now(), '{}' FROM generate_series(1, 5000) i`,
      [rows[0]!.id],
    );
    await database.query(
      `INSERT INTO memberships (tenant_id, group_id, member_id, member_type)
       SELECT $1, $2, id, 'User' FROM users WHERE tenant_id = $1 AND user_name LIKE 'c%'`,
      [rows[0]!.id, g],
    );
    await app.another({ ROLE: 'worker' });
    await told();
    const count = async () => {
      await settled();
      const { rows: counted } = await database.query<{ events: number; people: number; from: string; to: string }>(
        `SELECT count(*)::int AS events, count(DISTINCT subject_id)::int AS people,
           (data->'changes'->0->>'from') AS from, (data->'changes'->0->>'to') AS to
         FROM events WHERE type = 'access.role_changed' AND seq > $1 GROUP BY 3, 4`,
        [read],
      );
      await told();
      return counted;
    };
    await app.put('group_mappings', { crowd: { taskade_role: 'a' } });
    expect(await count()).toEqual([{ events: 5000, people: 5000, from: '[]', to: '["a"]' }]);
    await app.put('group_mappings', { crowd: { taskade_role: 'b' } });
    expect(await count()).toEqual([{ events: 5000, people: 5000, from: '["a"]', to: '["b"]' }]);
    await again();
    expect(await count()).toEqual([]);
  }, 60_000);
});
