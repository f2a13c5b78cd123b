import { sample } from '../policy-documents/config-server';
import { bearer, type Json } from '../scim/scim-client';
import type { TestServer } from '../support/server';
import { thorough } from '../support/thorough';
import { AccessServer, asked, type Question } from './access-server';

let app: AccessServer;
let second: TestServer;
let token: string;
beforeAll(async () => {
  app = await AccessServer.start();
  second = await app.another();
  token = (await app.scim.credential({ kind: 'app' })).token;
});
afterAll(() => app?.stop());

/** Asks one of the two processes. */
const ask = async (
  root: string,
  userId: string,
  permission: string,
  question?: Question,
): Promise<boolean | string> => {
  const response = await fetch(`${root}/access/v1/evaluation`, {
    method: 'POST',
    headers: { ...bearer(token), 'content-type': 'application/json' },
    body: JSON.stringify(asked(userId, permission, question)),
  });
  expect(response.status).toBe(200);
  const { decision, context } = (await response.json()) as { decision: boolean; context: { reason: string } };
  return decision || context.reason;
};
const roots = () => [app.scim.server.apiUrl, second.apiUrl];
/** What both say; they must agree. */
const both = async (userId: string, permission: string, question?: Question) => {
  const answers = await Promise.all(roots().map((root) => ask(root, userId, permission, question)));
  expect(answers[0]).toBe(answers[1]);
  return answers[0];
};
const person = async (more: Json = {}) => (await app.scim.createdUser(more)).id;
const group = async (name: string, ...members: string[]) => (await app.scim.createdGroup(name, members)).id;

/** Expects that a write is followed at once, on both processes, by another answer. */
async function follows(
  userId: string,
  permission: string,
  steps: readonly (readonly [write: () => Promise<unknown>, answer: boolean | string])[],
  question?: Question,
): Promise<void> {
  for (const [i, [write, answer]] of steps.entries()) {
    await write();
    expect([i, await both(userId, permission, question)]).toEqual([i, answer]);
    // What is remembered by now says the same.
    expect([i, await both(userId, permission, question)]).toEqual([i, answer]);
  }
}

describe('the first answer after a write shows it, on every process', () => {
  it('memberships and nested groups', async () => {
    const ava = await person();
    const inner = await group('f-inner', ava);
    const outer = await group('f-outer', inner);
    const other = await group('f-other');
    const exchange = async (from: string, to: string) => {
      await app.members('remove', from, ava);
      await app.members('add', to, ava);
    };
    await follows(ava, 'f', [
      [() => app.put('group_mappings', { 'f-outer': { permissions: ['f'] } }), true],
      [() => app.members('remove', outer, inner), 'no_source'],
      [() => app.members('add', outer, inner), true],
      [() => app.members('remove', inner, ava), 'no_source'],
      [() => app.members('add', outer, ava), true],
      [() => app.scim.scim('PUT', `/Groups/${outer}`, { displayName: 'f-outer', members: [] }), 'no_source'],
      [() => app.members('add', outer, ava), true],
      // As many groups as before.
      [() => exchange(outer, other), 'no_source'],
      [() => exchange(other, outer), true],
      [() => app.deleted(`/Groups/${outer}`), 'no_source'],
    ]);
  });

  it('documents, put and rolled back', async () => {
    const ava = await person({ title: 'Tester' });
    const rule = (permission: string) => ({
      rules: [{ name: 'r', when: 'title eq "tester"', permissions: [permission] }],
    });
    const { version } = await app.put('access_rules', rule('one'));
    const back = () => app.config.send('POST', '/access_rules/rollback', { version });
    await follows(ava, 'one', [
      [async () => undefined, true],
      [() => app.put('access_rules', rule('two')), 'no_source'],
      [back, true],
      [() => app.put('rollout', { phases: [{ name: 'p', groups: ['nobody'] }], active: 'p' }), 'user_staged'],
      [() => app.put('rollout', { phases: [{ name: 'p' }], active: 'p' }), true],
    ]);
  });

  it('what happens to the person', async () => {
    const ava = await person({ title: 'Pilot' });
    await app.put('access_rules', { rules: [{ name: 'r', when: 'title eq "pilot"', permissions: ['fly'] }] });
    await follows(ava, 'fly', [
      [async () => undefined, true],
      [() => app.replace(`/Users/${ava}`, 'active', false), 'user_inactive'],
      [() => app.replace(`/Users/${ava}`, 'active', true), true],
      [() => app.replace(`/Users/${ava}`, 'title', 'Passenger'), 'no_source'],
      [() => app.replace(`/Users/${ava}`, 'title', 'Pilot'), true],
      [() => app.deleted(`/Users/${ava}`), 'user_unknown'],
    ]);
  });

  it('what the app says of the person', async () => {
    const ava = await person({ title: 'Cook' });
    await app.put('sync_config', {
      ...(JSON.parse(sample('sync_config')) as { sync_config: Json }).sync_config,
      conflict_resolution: 'app_wins',
    });
    await app.put('access_rules', { rules: [{ name: 'r', when: 'jobTitle eq "chef"', permissions: ['taste'] }] });
    const say = (jobTitle: string | null) => () =>
      app.resources.must(200, 'PATCH', `/users/${ava}`, { profile: { jobTitle } });
    await follows(ava, 'taste', [
      [async () => undefined, 'no_source'],
      [say('Chef'), true],
      [say('Waiter'), 'no_source'],
      [say('Chef'), true],
      [say(null), 'no_source'],
    ]);
  });

  it('mappings of attributes', async () => {
    const ava = await person({ nickName: 'Ace' });
    const mapping = (from: string) => ({ standard: { [from]: 'callSign' } });
    await app.put('access_rules', { rules: [{ name: 'r', when: 'callSign eq "ace"', permissions: ['radio'] }] });
    await follows(ava, 'radio', [
      [async () => undefined, 'no_source'],
      [() => app.put('attribute_mappings', mapping('nickName')), true],
      [() => app.put('attribute_mappings', mapping('title')), 'no_source'],
    ]);
  });

  it('grants', async () => {
    const ava = await person();
    let id = '';
    await follows(ava, 'g', [
      [async () => undefined, 'no_source'],
      [async () => (id = await app.granted(ava, { permission: 'g' })), true],
      [() => app.resources.must(204, 'DELETE', `/grants/${id}`), 'no_source'],
    ]);
  });

  it('workspaces, projects and content', async () => {
    const ava = await person();
    await group('f-regional', ava);
    await app.put('group_mappings', {
      'f-regional': { permissions: ['r'], workspaces: ['region_*'] },
      [ava]: { permissions: ['x'], workspaces: ['assigned_only'] },
    });
    const at = (type: string, id: string): Question => ({ type, id });
    const { must } = app.resources;
    const send = must.bind(app.resources);
    await follows(
      ava,
      'r',
      [
        [async () => undefined, 'unknown_resource'],
        [() => send(201, 'PUT', '/workspaces/region_1', { name: 'R' }), true],
        [() => send(204, 'DELETE', '/workspaces/region_1'), 'unknown_resource'],
      ],
      at('workspace', 'region_1'),
    );
    await send(201, 'PUT', '/workspaces/region_2', { name: 'R' });
    await send(201, 'PUT', '/workspaces/else', { name: 'E' });
    await follows(
      ava,
      'r',
      [
        [() => send(201, 'PUT', '/projects/moving', { name: 'M', workspace: 'else', members: [] }), 'not_in_workspace'],
        [() => send(200, 'PUT', '/projects/moving', { name: 'M', workspace: 'region_2', members: [] }), true],
        [() => send(200, 'PUT', '/projects/moving', { name: 'M', workspace: 'else', members: [] }), 'not_in_workspace'],
      ],
      at('project', 'moving'),
    );
  });

  it('members of projects', async () => {
    const ava = await person();
    await app.put('access_rules', { projects: { crew: { permissions: ['p'] } } });
    const set =
      (status: number, ...members: string[]) =>
      () =>
        app.resources.must(status, 'PUT', '/projects/crew', { name: 'C', members });
    await follows(
      ava,
      'p',
      [
        [set(201), 'no_source'],
        [set(200, ava), true],
        [set(200), 'no_source'],
      ],
      { type: 'project', id: 'crew' },
    );
  });

  it('names of groups, where the hierarchy, the rollout or a condition goes by them', async () => {
    const ava = await person();
    const id = await group('f-node', ava);
    const rename = (name: string) => () => app.replace(`/Groups/${id}`, 'displayName', name);
    await app.put('group_hierarchy', { 'f-node': { specific_permissions: ['h'] } });
    await app.put('access_rules', {
      rules: [{ name: 'r', when: 'groups.display eq "f-other"', permissions: ['c'] }],
    });
    await follows(ava, 'h', [
      [async () => undefined, true],
      [rename('f-other'), 'no_source'],
    ]);
    await follows(ava, 'c', [
      [async () => undefined, true],
      [rename('f-node'), 'no_source'],
    ]);
  });

  it('the default role', async () => {
    const ava = await person();
    await app.put('group_mappings', { any: { taskade_role: 'user', permissions: ['basic'] } });
    await follows(ava, 'basic', [
      [() => app.put('provisioning_rules', { user_creation: { trigger: 'user_created', default_role: 'user' } }), true],
      [() => app.put('provisioning_rules', { user_creation: { trigger: 'user_created' } }), 'no_source'],
    ]);
  });
});

describe('no answer is stale', () => {
  it('when a member is removed on one process and the other is asked, hundreds of times', async () => {
    const people = await Promise.all(Array.from({ length: 4 }, () => person({ title: 'x' })));
    const id = await group('hammer');
    await app.put('group_mappings', { hammer: { permissions: ['hit'] } });
    let stale = 0;
    const scimRoots = [app.scim.server.baseUrl, second.baseUrl];
    const patch = async (root: string, operation: Json) => {
      const response = await fetch(`${root}/Groups/${id}`, {
        method: 'PATCH',
        headers: { ...bearer(app.scim.server.scimToken), 'content-type': 'application/scim+json' },
        body: JSON.stringify({ schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: [operation] }),
      });
      expect(response.ok).toBe(true);
      await response.arrayBuffer();
    };
    await Promise.all(
      people.map(async (userId) => {
        for (let i = 0; i < thorough(40, 1_000); i++) {
          const [here, there] = i % 2 ? [0, 1] : [1, 0];
          await patch(scimRoots[here]!, { op: 'add', path: 'members', value: [{ value: userId }] });
          if ((await ask(roots()[there]!, userId, 'hit')) !== true) stale++;
          await patch(scimRoots[here]!, { op: 'remove', path: `members[value eq "${userId}"]` });
          if ((await ask(roots()[there]!, userId, 'hit')) !== 'no_source') stale++;
        }
      }),
    );
    expect(stale).toBe(0);
  });

  it('while documents and groups change all the time', async () => {
    const ava = await person({ title: 'x' });
    let on = true;
    const noise = (async () => {
      for (let i = 0; on; i++) {
        await group(`noise ${i}`);
        await app.put('group_hierarchy', { 'f-node': { specific_permissions: [`n${i}`] } });
      }
    })();
    try {
      for (let i = 0; i < 30; i++) {
        await app.put('access_rules', { rules: [{ name: 'r', when: 'title eq "x"', permissions: [`p${i}`] }] });
        expect(await Promise.all(roots().map((root) => ask(root, ava, `p${i}`)))).toEqual([true, true]);
        expect(await Promise.all(roots().map((root) => ask(root, ava, `p${i - 1}`)))).toEqual([
          'no_source',
          'no_source',
        ]);
      }
    } finally {
      on = false;
      await noise;
    }
  });
});
