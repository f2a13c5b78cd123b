import fc from 'fast-check';
import type { AccessRule } from '../documents/access_rules';
import { type Access, AccessPolicy, type Decision, type Person, type Source } from './index';
import {
  asPerson,
  type Choose,
  inputsOf,
  listed,
  NOW,
  type Question,
  questionFrom,
  type World,
  worldFrom,
  type WorldPerson,
} from './world.fixture';

const choices = fc.array(fc.nat({ max: 1_000_003 }), { minLength: 40, maxLength: 500, size: 'max' });
const RUNS = { numRuns: 200 };

/** Everything that is had, one line for each thing with each of its reasons. */
function lines({ roles, permissions, workspaces }: Access): Set<string> {
  const told = (kind: string, name: string, sources: readonly Source[]) =>
    sources.map((source) => JSON.stringify([kind, name, source]));
  return new Set([
    ...roles.flatMap(({ role, sources }) => told('role', role, sources)),
    ...permissions.flatMap(({ permission, sources }) => told('permission', permission, sources)),
    ...workspaces.flatMap(({ workspace, sources }) => told('workspace', workspace, sources)),
  ]);
}
const sourceOf = (line: string) => (JSON.parse(line) as [string, string, Source])[2];
const isDefault = (source: Source) => source.type === 'provisioning_rule';
const minus = (from: Set<string>, what: Set<string>) => [...from].filter((line) => !what.has(line));

const compile = (world: World) => AccessPolicy.compile(inputsOf(world));
const accessOf = (world: World, person: WorldPerson) => compile(world).access(asPerson(person), NOW);
const questions = (choose: Choose, n = 30): Question[] => Array.from({ length: n }, () => questionFrom(choose));
const decide = (world: World, person: WorldPerson, asked: readonly Question[]): Decision[] => {
  const decider = compile(world).decider(asPerson(person), NOW);
  return asked.map(({ permission, place, context }) => decider.decide(permission, place, context));
};

/** One more of whatever gives access. Conditions over groups may be negated, so worlds that grow have none. */
function grown(world: World, person: WorldPerson, choose: Choose): readonly [World, WorldPerson] {
  const other = worldFrom(choose, { groupConditions: false, rollout: false });
  const giver = other.people[0]!;
  const { documents } = world;
  switch (choose(7)) {
    case 0:
      return [world, { ...person, groups: [...person.groups, world.groups[choose(world.groups.length)]!.id] }];
    case 1:
      return [world, { ...person, projects: [...person.projects, ...giver.projects] }];
    case 2:
      return [
        world,
        { ...person, grants: [...person.grants, ...giver.grants.map((g) => ({ ...g, id: `new ${g.id}` }))] },
      ];
    case 3: {
      const added = Object.entries(other.documents.group_mappings ?? {}).map(
        ([key, value]) => [`new ${key}`, value] as const,
      );
      const bound = added.map(([key]) => [key, world.groups[choose(world.groups.length)]!.id] as const);
      const group_mappings = Object.fromEntries([...Object.entries(documents.group_mappings ?? {}), ...added]);
      return [
        { ...world, documents: { ...documents, group_mappings }, bindings: new Map([...world.bindings, ...bound]) },
        person,
      ];
    }
    case 4: {
      const added = (other.documents.access_rules?.rules ?? []).map((rule) => ({ ...rule, name: `new ${rule.name}` }));
      const rules = [...(documents.access_rules?.rules ?? []), ...added];
      return [{ ...world, documents: { ...documents, access_rules: { ...documents.access_rules, rules } } }, person];
    }
    case 5: {
      const nested = world.groups.map((g) => ({
        ...g,
        members: [...g.members, world.groups[choose(world.groups.length)]!.id],
      }));
      return [{ ...world, groups: nested }, person];
    }
    default:
      return [{ ...world, workspaces: [...new Set([...world.workspaces, ...other.workspaces])] }, person];
  }
}

describe('access', () => {
  it('is never taken away by one more source, but for the default role', () => {
    fc.assert(
      fc.property(choices, (list) => {
        const choose = listed(list);
        const world = worldFrom(choose, { groupConditions: false });
        const asked = questions(choose);
        for (const person of world.people) {
          const [wider, richer] = grown(world, person, choose);
          const before = accessOf(world, person);
          const after = accessOf(wider, richer);
          if (before.status === 'active') expect(after.status).toBe('active');
          // A shorter way may have come up: the names matter here, not the paths.
          const names = (access: Access) =>
            [...lines(access)]
              .filter((l) => !isDefault(sourceOf(l)))
              .map((l) => JSON.stringify(JSON.parse(l).slice(0, 2)));
          const there = new Set(names(after));
          expect(names(before).filter((name) => !there.has(name))).toEqual([]);
          const then = decide(wider, richer, asked);
          decide(world, person, asked).forEach((decision, i) => {
            if (decision.decision && !decision.sources.every(isDefault)) expect(then[i]?.decision).toBe(true);
          });
        }
      }),
      RUNS,
    );
  });

  it('loses exactly what a source gave when it is removed', () => {
    let removed = 0;
    fc.assert(
      fc.property(choices, (list) => {
        const choose = listed(list);
        const world = worldFrom(choose, { groupConditions: false, rollout: false });
        const { documents } = world;
        const mappings = Object.entries(documents.group_mappings ?? {});
        const rules = documents.access_rules?.rules ?? [];
        const person = world.people[0]!;
        const before = lines(accessOf(world, person));

        const expectGone = (smaller: World, poorer: WorldPerson, isIts: (source: Source) => boolean) => {
          const after = lines(accessOf(smaller, poorer));
          const gone = minus(before, after);
          for (const line of gone) expect(isIts(sourceOf(line))).toBe(true);
          for (const line of after) expect(isIts(sourceOf(line))).toBe(false);
          // Nothing new either, but for the default role of somebody who lost their last.
          for (const line of minus(after, before)) expect(isDefault(sourceOf(line))).toBe(true);
          removed += gone.length;
        };
        // What a workspace is assigned by, and what defines a role, is left where it is: that others depend on it is their meaning.
        for (const grant of person.grants) {
          if (grant.workspace !== null) continue;
          const grants = person.grants.filter((other) => other !== grant);
          expectGone(world, { ...person, grants }, (s) => s.type === 'grant' && s.grantId === grant.id);
        }
        for (const rule of rules) {
          if (rule.role !== undefined && rule.permissions?.length) continue;
          const access_rules = { ...documents.access_rules, rules: rules.filter((other) => other !== rule) };
          const smaller = { ...world, documents: { ...documents, access_rules } };
          expectGone(smaller, person, (s) => s.type === 'access_rule' && s.rule === rule.name);
        }
        for (const project of person.projects) {
          if (project.workspace !== null) continue;
          const projects = person.projects.filter((other) => other !== project);
          expectGone(world, { ...person, projects }, (s) => s.type === 'project' && s.project === project.key);
        }
        if (documents.group_hierarchy) return;
        for (const id of person.groups) {
          const groups = person.groups.filter((other) => other !== id);
          expectGone(world, { ...person, groups }, (s) => s.type === 'group_mapping' && s.groupId === id);
        }
        for (const [key, mapping] of mappings) {
          const bound = world.bindings.get(key);
          const sharesName = (id: string) =>
            world.groups.find((g) => g.id === id)!.name === world.groups.find((g) => g.id === bound)!.name;
          if (bound === undefined || mapping.role !== undefined || mapping.taskade_role !== undefined) continue;
          if ([...world.bindings].some(([other, id]) => other !== key && sharesName(id))) continue;
          const name = world.groups.find((g) => g.id === bound)!.name;
          const group_mappings = Object.fromEntries(mappings.filter(([other]) => other !== key));
          expectGone(
            { ...world, documents: { ...documents, group_mappings } },
            person,
            (s) => s.type === 'group_mapping' && s.path.at(-1) === name,
          );
        }
      }),
      RUNS,
    );
    expect(removed).toBeGreaterThan(100);
  });

  it('is what its sources give when each is asked alone', () => {
    fc.assert(
      fc.property(choices, (list) => {
        const choose = listed(list);
        const world = worldFrom(choose, { groupConditions: false, rollout: false });
        const { documents } = world;
        const rules = documents.access_rules?.rules ?? [];
        /** The other rules stay, for what they define, but apply to nobody. */
        const onlyRule = (only?: AccessRule): World => {
          const kept = rules.map((rule) => (rule === only ? rule : { ...rule, when: 'department eq "nowhere"' }));
          return { ...world, documents: { ...documents, access_rules: { ...documents.access_rules, rules: kept } } };
        };
        for (const person of world.people) {
          if (!person.active) continue;
          const whole = lines(accessOf(world, person));
          // Workspaces stay assigned, by projects that give nothing else.
          const assigning = person.grants
            .filter(({ startsAt, expiresAt }) => Number(startsAt) <= Number(NOW) && expiresAt > NOW)
            .map(({ workspace }) => ({ key: 'gives nothing', workspace }));
          const projects = [...person.projects, ...assigning];
          const nobody = { ...person, userName: 'nobody at all', groups: [], grants: [], fields: {}, projects };
          const alone = [
            ...person.groups.map((id) => accessOf(onlyRule(), { ...nobody, groups: [id] })),
            ...person.grants.map((grant) => accessOf(onlyRule(), { ...nobody, grants: [grant] })),
            ...rules.map((rule) => accessOf(onlyRule(rule), { ...nobody, fields: person.fields })),
            accessOf(onlyRule(), { ...nobody, userName: person.userName }),
          ];
          const explained = new Set(alone.flatMap((access) => [...lines(access)]));
          expect(
            minus(whole, explained)
              .map(sourceOf)
              .filter((source) => !isDefault(source)),
          ).toEqual([]);
          // A mapping that is theirs by membership is not told as their node's besides.
          const isOwnNode = (source: Source) =>
            source.type === 'group_mapping' && source.groupId === undefined && source.path.length === 1;
          const odd = minus(explained, whole).map(sourceOf);
          expect(odd.filter((source) => !isDefault(source) && !isOwnNode(source))).toEqual([]);
        }
      }),
      RUNS,
    );
  });

  it('is nothing for the inactive and for the staged, whatever they are asked', () => {
    fc.assert(
      fc.property(choices, (list) => {
        const choose = listed(list);
        const world = worldFrom(choose);
        const staging = { phases: [{ name: 'p', when: 'userType eq "pilot"' }, { name: 'later' }], active: 'p' };
        const staged = { ...world, documents: { ...world.documents, rollout: staging } };
        const asked = questions(choose, 10);
        for (const person of world.people) {
          const cases = [
            [world, { ...person, active: false }, 'inactive'],
            [staged, { ...person, active: true }, 'staged'],
          ] as const;
          for (const [w, p, status] of cases) {
            expect(accessOf(w, p)).toEqual({
              status,
              roles: [],
              permissions: [],
              workspaces: [],
              pending: [],
              validUntil: Infinity,
            });
            expect(compile(w).names(asPerson(p), NOW)).toEqual({ roles: [], permissions: [], workspaces: [] });
            for (const decision of decide(w, p, asked))
              expect(decision).toEqual({ decision: false, reason: `user_${status}`, sources: [] });
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  it('is told alike by access, names and decide', () => {
    fc.assert(
      fc.property(choices, (list) => {
        const choose = listed(list);
        const world = worldFrom(choose);
        const policy = compile(world);
        const reading = compile(world);
        for (const person of world.people.map(asPerson)) {
          const access = policy.access(person, NOW);
          const decider = policy.decider(person, NOW);
          expect(decider.access()).toEqual(access);
          expect([decider.status, decider.validUntil]).toEqual([access.status, access.validUntil]);
          const names = {
            roles: access.roles.map(({ role }) => role),
            permissions: access.permissions.map(({ permission }) => permission),
            workspaces: access.workspaces.map(({ workspace }) => workspace),
          };
          expect(policy.names(person, NOW)).toEqual(names);
          expect(reading.names(person, NOW)).toEqual(names);
          for (const list of Object.values(names)) expect(list).toEqual([...new Set(list)].sort());
          for (const { permission, place, context } of questions(choose)) {
            const { decision, reason, sources, stepUp } = decider.decide(permission, place, context);
            const given = access.permissions.filter((held) => [permission, 'all'].includes(held.permission));
            const reasons = new Set(given.flatMap((held) => held.sources.map((source) => JSON.stringify(source))));
            expect({
              granted: decision,
              steps: stepUp !== undefined,
              told: sources.length > 0,
              none: access.status === 'active' && given.length === 0,
              strange: sources.filter((source) => !reasons.has(JSON.stringify(source))),
            }).toEqual({
              granted: reason === 'granted',
              steps: reason === 'step_up_required',
              told: decision || stepUp !== undefined,
              none: reason === 'no_source',
              strange: [],
            });
          }
        }
      }),
      RUNS,
    );
  });

  it('holds until validUntil and not necessarily longer', () => {
    const at = (policy: AccessPolicy, person: Person, time: number) => policy.names(person, new Date(time));
    let ended = 0;
    fc.assert(
      fc.property(choices, (list) => {
        const choose = listed(list);
        const world = worldFrom(choose);
        const policy = compile(world);
        for (const person of world.people.map(asPerson)) {
          const { validUntil } = policy.access(person, NOW);
          const now = at(policy, person, NOW.getTime());
          if (validUntil === Infinity) {
            expect(at(policy, person, NOW.getTime() + 1e10)).toEqual(now);
            continue;
          }
          ended++;
          expect(validUntil).toBeGreaterThan(NOW.getTime());
          expect(at(policy, person, validUntil - 1)).toEqual(now);
        }
      }),
      RUNS,
    );
    expect(ended).toBeGreaterThan(50);
  });

  it('ends where groups or parents go round in circles', () => {
    fc.assert(
      fc.property(choices, fc.integer({ min: 1, max: 30 }), (list, n) => {
        const choose = listed(list);
        const world = worldFrom(choose, { rollout: false, groupConditions: false });
        const groups = Array.from({ length: n }, (_, i) => ({
          id: `g${i}`,
          name: `group ${i}`,
          members: [`g${(i + 1) % n}`, `g${i}`, `g${choose(n)}`],
        }));
        const names = groups.map(({ name }) => name);
        const bindings = new Map(groups.map(({ id, name }) => [name, id]));
        const mapping = { permissions: ['read'] };
        const node = (i: number) => ({ parent: names[(i + 1) % n]!, inherited_permissions: ['ship'] });
        const documents = {
          group_mappings: Object.fromEntries(names.map((name) => [name, mapping])),
          group_hierarchy: Object.fromEntries(names.map((name, i) => [name, node(i)])),
        };
        const person = { ...world.people[0]!, active: true, groups: ['g0'], grants: [] };
        const access = accessOf({ ...world, documents, groups, bindings }, person);
        const [read, ship] = access.permissions;
        expect(read?.sources).toHaveLength(n);
        expect(ship?.sources).toHaveLength(n * n);
      }),
      { numRuns: 50 },
    );
  });
});
