import { AccessPolicy, type Source } from './index';
import { hierarchySource, mappingSource } from './interpretation.fixture';
import { interpret } from './naive-interpreter.fixture';
import { asPerson, inputsOf, NOW, questionFrom, seeded, type World, worldFrom } from './world.fixture';

const SEED = Number(process.env.SEED ?? 20_260_601);
const WORLDS = 4_000;
const QUESTIONS = 63;

function written(source: Source): string {
  switch (source.type) {
    case 'group_mapping':
      return mappingSource(source.group, source.groupId, source.path);
    case 'group_hierarchy':
      return hierarchySource(source.path);
    case 'access_rule':
      return `rule ${source.rule}`;
    case 'project':
      return `project ${source.project}`;
    case 'grant':
      return `grant ${source.grantId} until ${source.expiresAt}`;
    case 'provisioning_rule':
      return 'provisioning';
  }
}
/** Two groups may have one name, and what they give then reads alike. */
const all = (sources: readonly Source[]) => [...new Set(sources.map(written))].sort();

/** Whether every step of a path goes from a group to one whose direct member it is. */
function isChain(world: World, source: Source): boolean {
  if (source.type !== 'group_mapping' || source.groupId === undefined) return true;
  let at = [source.groupId];
  for (const name of source.path.slice(1)) {
    at = world.groups.filter((g) => g.name === name && g.members.some((id) => at.includes(id))).map(({ id }) => id);
  }
  return at.length > 0;
}

describe('AccessPolicy', () => {
  it('agrees with a naive interpreter of the documents a million times', () => {
    const choose = seeded(SEED);
    let asked = 0;
    const reasons = new Map<string, number>();
    const sourceTypes = new Map<string, number>();
    for (let w = 0; w < WORLDS; w++) {
      const world = worldFrom(choose);
      const policy = AccessPolicy.compile(inputsOf(world));
      for (const person of world.people) {
        const expected = interpret(world, person, NOW.getTime());
        const access = policy.access(asPerson(person), NOW);
        const sources = (map: ReadonlyMap<string, ReadonlySet<string>>) =>
          [...map].map(([name, from]) => [name, [...from].sort()]).sort();
        const seen = {
          status: access.status,
          roles: access.roles.map((held) => [held.role, all(held.sources)]),
          ends: access.roles.map((held) => held.expiresAt && Date.parse(held.expiresAt)),
          permissions: access.permissions.map((held) => [held.permission, all(held.sources)]),
          workspaces: access.workspaces.map((held) => [held.workspace, all(held.sources)]),
          pending: access.pending.map((held) => [held.role, all(held.sources)]),
        };
        const naive = {
          status: expected.status,
          roles: sources(expected.roles),
          ends: [...expected.roleEnds].sort().map(([, end]) => (end === Infinity ? undefined : end)),
          permissions: sources(expected.permissions),
          workspaces: sources(expected.workspaces),
          pending: sources(expected.pending),
        };
        if (JSON.stringify(seen) !== JSON.stringify(naive)) expect({ world, person, ...seen }).toMatchObject(naive);
        for (const { sources } of access.roles) expect(sources.every((s) => isChain(world, s))).toBe(true);

        const decider = policy.decider(asPerson(person), NOW);
        for (let q = 0; q < QUESTIONS; q++, asked++) {
          const question = questionFrom(choose);
          const answer = decider.decide(question.permission, question.place, question.context);
          const wanted = expected.ask(question);
          const agree =
            answer.decision === wanted.decision &&
            answer.reason === wanted.reason &&
            answer.stepUp?.join() === wanted.stepUp?.join() &&
            all(answer.sources).join() === [...wanted.sources].sort().join();
          if (!agree) expect({ world, person, question, answer }).toEqual(wanted);
          reasons.set(answer.reason, (reasons.get(answer.reason) ?? 0) + 1);
          for (const { type } of answer.sources) sourceTypes.set(type, (sourceTypes.get(type) ?? 0) + 1);
        }
      }
    }
    expect(asked).toBeGreaterThan(1_000_000);
    // Each way of answering, and each kind of source, was met often enough to mean something.
    expect(reasons.size).toBe(7);
    expect(sourceTypes.size).toBe(6);
    for (const count of [...reasons.values(), ...sourceTypes.values()]) expect(count).toBeGreaterThan(1_000);
  }, 120_000);
});
