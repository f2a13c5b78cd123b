import fc from 'fast-check';
import type { Json } from '../scim/scim-client';
import { LifecycleWorld } from './lifecycle-world';

jest.setTimeout(120_000);

/** Who has what, as people would reckon it. Managers stay; people come, go and are taken out of the group. */
interface Model {
  readonly active: boolean[];
  /** Deleted over SCIM, and not restored. */
  readonly deleted: boolean[];
  readonly inGroup: boolean[];
  readonly inProject: boolean[];
  /** Content → its owner: the number of a person, or -1 for the manager. */
  readonly owner: number[];
  /** Content → whom the last leaving took it from; it is theirs again when they return and nobody has moved it. */
  readonly takenFrom: (number | undefined)[];
  readonly archived: boolean[];
  /** Sessions, in the order in which they began: whose, and whether that person has left since. */
  readonly sessions: { readonly who: number; ended: boolean }[];
  runs: number[];
}
interface Real {
  readonly world: LifecycleWorld;
  readonly people: string[];
  readonly manager: string;
  readonly group: string;
  readonly name: string;
  readonly tokens: { readonly id: string; readonly token: string }[];
}

const PEOPLE = 3;
const CONTENT = 4;
const key = ({ name }: Real, content: number) => `${name}-${content}`;

abstract class Step implements fc.AsyncCommand<Model, Real> {
  constructor(
    readonly who: number,
    readonly what = 0,
  ) {}
  abstract check(model: Readonly<Model>): boolean;
  abstract apply(model: Model): void;
  abstract send(real: Real): Promise<unknown>;
  async run(model: Model, real: Real): Promise<void> {
    await this.send(real);
    this.apply(model);
    await agree(model, real);
  }
  toString(): string {
    return `${this.constructor.name}(${this.who}, ${this.what})`;
  }
}

class Deactivate extends Step {
  check = ({ active }: Model) => active[this.who]!;
  send = ({ world, people }: Real): Promise<unknown> => world.setActive(people[this.who]!, false);
  apply(model: Model): void {
    model.active[this.who] = false;
    model.runs[this.who]!++;
    for (const session of model.sessions) if (session.who === this.who) session.ended = true;
    for (let i = 0; i < CONTENT; i++)
      if (model.owner[i] === this.who) {
        model.owner[i] = -1;
        model.takenFrom[i] = this.who;
        model.archived[i] = true;
      }
  }
}
/** Whoever has left is deleted as well, or leaves by that; to the model it is one departure. */
class Delete extends Deactivate {
  override check = ({ deleted }: Model) => !deleted[this.who]!;
  override send = ({ world, people }: Real) => world.scim.scim('DELETE', `/Users/${people[this.who]}`);
  override apply(model: Model): void {
    if (model.active[this.who]) super.apply(model);
    model.deleted[this.who] = true;
  }
}
class Login extends Step {
  check = ({ active }: Model) => active[this.who]!;
  async send({ world, people, tokens }: Real): Promise<void> {
    const body = { userId: people[this.who], ip: '10.0.0.1', success: true };
    const { id, token } = await world.server.must(201, 'POST', '/sessions', body);
    tokens.push({ id: id as string, token: token as string });
  }
  apply(model: Model): void {
    model.sessions.push({ who: this.who, ended: false });
  }
}
class Activate extends Step {
  private deleted = false;
  check({ active, deleted }: Model): boolean {
    this.deleted = deleted[this.who]!;
    return !active[this.who]!;
  }
  // Only an administrator brings somebody back who was deleted.
  send = ({ world, people }: Real) =>
    this.what % 2 && !this.deleted
      ? world.setActive(people[this.who]!, true)
      : world.admin(200, 'POST', `/users/${people[this.who]}/restore`);
  apply(model: Model): void {
    model.active[this.who] = true;
    model.deleted[this.who] = false;
    model.runs[this.who]!++;
    for (let i = 0; i < CONTENT; i++)
      if (model.takenFrom[i] === this.who) {
        if (model.owner[i] === -1) model.owner[i] = this.who;
        model.takenFrom[i] = undefined;
        model.archived[i] = false;
      }
  }
}
class Give extends Step {
  // Content that a leaver lost stays as it is: who got it back by hand and by a return would be a story of its own.
  check = ({ active, takenFrom }: Model) => active[this.who]! && takenFrom[this.what] === undefined;
  send = (real: Real) =>
    real.world.server.must(200, 'PUT', `/content/${key(real, this.what)}`, {
      ...{ type: 'document', ownerId: real.people[this.who], project: real.name },
    });
  apply(model: Model): void {
    model.owner[this.what] = this.who;
  }
}
class LeaveGroup extends Step {
  check = ({ inGroup, active }: Model) => inGroup[this.who]! && active[this.who]!;
  send = ({ world, people, group }: Real) =>
    world.scim.patch(`/Groups/${group}`, { op: 'remove', path: `members[value eq "${people[this.who]}"]` });
  apply(model: Model): void {
    model.inGroup[this.who] = false;
    model.runs[this.who]!++;
    if (!model.inProject[this.who]) return;
    model.inProject[this.who] = false;
    for (let i = 0; i < CONTENT; i++) if (model.owner[i] === this.who) model.owner[i] = -1;
  }
}
class JoinGroup extends Step {
  check = ({ inGroup, deleted }: Model) => !inGroup[this.who]! && !deleted[this.who]!;
  async send({ world, people, group, name }: Real): Promise<void> {
    await world.scim.patch(`/Groups/${group}`, { op: 'add', path: 'members', value: [{ value: people[this.who] }] });
    await world.server.send('POST', `/projects/${name}/members`, { userId: people[this.who] });
  }
  apply(model: Model): void {
    model.inGroup[this.who] = true;
    model.inProject[this.who] = true;
  }
}

async function agree(model: Model, real: Real): Promise<void> {
  const { world, people, manager, name } = real;
  for (const [i, id] of people.entries()) await world.settled(id, model.runs[i]);
  const nameOf = (id: unknown) => people.indexOf(id as string);
  const content: Json[] = [];
  for (let i = 0; i < CONTENT; i++) content.push(await world.server.must(200, 'GET', `/content/${key(real, i)}`));
  const access = await Promise.all(
    people.map((id, i) => (model.deleted[i] ? { roles: [] } : world.server.must(200, 'GET', `/users/${id}/access`))),
  );
  const found = await Promise.all(people.map((id) => world.scim.scim('GET', `/Users/${id}`)));
  const sessions = await Promise.all(
    real.tokens.map(({ token }) => world.server.must(200, 'POST', '/sessions/introspect', { token })),
  );
  expect({
    there: found.map(({ status }) => status === 200),
    sessions: sessions.map(({ active }) => active),
    owner: content.map(({ ownerId }) => (ownerId === manager ? -1 : nameOf(ownerId))),
    archived: content.map(({ archived }) => archived),
    members: (await world.members(name)).map(nameOf).sort(),
    roles: access.map(({ roles }) => (roles as Json[]).length > 0),
  }).toEqual({
    there: model.deleted.map((deleted) => !deleted),
    sessions: model.sessions.map(({ ended }) => !ended),
    owner: model.owner,
    archived: model.archived,
    members: [...people.keys()].filter((i) => model.inProject[i] && !model.deleted[i]),
    roles: people.map((_, i) => model.active[i]! && model.inGroup[i]!),
  });
  for (const [i, id] of people.entries()) {
    if (model.active[i]) continue;
    const { content: moved, sessions: ended, revocationMs } = await world.receipt(id);
    expect(revocationMs).toBeGreaterThanOrEqual(0);
    const theirs = real.tokens.filter((_, s) => model.sessions[s]!.who === i).map((session) => session.id);
    for (const session of ended as Json[]) expect(theirs).toContain(session.id);
    const mine = [...Array(CONTENT).keys()].filter((c) => model.takenFrom[c] === i).map((c) => key(real, c));
    expect((moved as Json[]).map((one) => one.key).sort()).toEqual(mine);
  }
}

let world: LifecycleWorld;
let rounds = 0;
beforeAll(async () => {
  world = await LifecycleWorld.start();
  await world.put('deprovisioning_rules', {
    user_removal: {
      trigger: 'user_deactivated_in_okta',
      actions: ['revoke_taskade_access', 'transfer_ownership', 'archive_user_content'],
    },
    group_removal: {
      trigger: 'user_removed_from_group',
      actions: ['remove_from_projects', 'transfer_responsibilities'],
    },
  });
});
afterAll(() => world.stop());

async function start(): Promise<{ model: Model; real: Real }> {
  const name = `round-${++rounds}`;
  const manager = await world.person();
  const people: string[] = [];
  for (let i = 0; i < PEOPLE; i++) people.push(await world.person(manager));
  await world.workspace(name);
  const group = (await world.scim.createdGroup(name, people)).id;
  await world.put('group_mappings', { [name]: { taskade_role: 'member', workspaces: [name] } });
  await world.project(name, name, people);
  const real = { world, people, manager, group, name, tokens: [] };
  for (let i = 0; i < CONTENT; i++) await world.content(key(real, i), people[i % PEOPLE]!, { project: name });
  const all = <T>(count: number, value: T) => Array.from({ length: count }, () => value);
  const model: Model = {
    ...{ active: all(PEOPLE, true), inGroup: all(PEOPLE, true), inProject: all(PEOPLE, true) },
    owner: Array.from({ length: CONTENT }, (_, i) => i % PEOPLE),
    ...{
      deleted: all(PEOPLE, false),
      sessions: [],
      takenFrom: all(CONTENT, undefined),
      archived: all(CONTENT, false),
      runs: all(PEOPLE, 0),
    },
  };
  return { model, real };
}

it('agrees with a simple model of who has what, whatever Okta, the app and administrators do', async () => {
  const who = fc.nat({ max: PEOPLE - 1 });
  const what = fc.nat({ max: CONTENT - 1 });
  const commands = [Deactivate, Activate, Activate, Delete, Login, Give, LeaveGroup, JoinGroup].map((Kind) =>
    fc.tuple(who, what).map(([i, c]) => new Kind(i, c)),
  );
  await fc.assert(
    fc.asyncProperty(fc.commands(commands, { maxCommands: 14, size: 'max' }), async (steps) => {
      await fc.asyncModelRun(start, steps);
    }),
    { numRuns: 12, endOnFailure: true },
  );
});
