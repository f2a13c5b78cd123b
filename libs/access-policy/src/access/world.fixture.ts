import type { AccessRule } from '../documents/access_rules/access-rule';
import type { HierarchyNode } from '../documents/group_hierarchy/hierarchy-node';
import type { GroupMapping } from '../documents/group_mappings/group-mapping';
import type { RolloutPhase } from '../documents/rollout/rollout';
import type { DecisionContext, Place } from './access';
import type { AccessDocuments, Grant, Person, PolicyInputs } from './policy-inputs';

/** A tenant as plain data, with its people. */
export interface World {
  readonly documents: AccessDocuments;
  readonly bindings: ReadonlyMap<string, string>;
  readonly groups: readonly WorldGroup[];
  readonly workspaces: readonly string[];
  readonly people: readonly WorldPerson[];
}
export interface WorldGroup {
  readonly id: string;
  readonly name: string;
  /** Ids of the groups that are direct members of it. */
  readonly members: readonly string[];
}
export type WorldPerson = Omit<Person, 'attributes'> & { readonly fields: Readonly<Record<string, string>> };
export interface Question {
  readonly permission: string;
  readonly place: Place;
  readonly context: DecisionContext;
}

export const NOW = new Date('2026-06-01T12:00:00Z');
export const APP = 'taskade';

/** Answers a number from 0 up to, but without, n. */
export type Choose = (n: number) => number;

/** Choices that a seed decides: the same seed, the same worlds (mulberry32). */
export function seeded(seed: number): Choose {
  let state = seed;
  return (n) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % n;
  };
}

/** Choices from a list, 0 behind its end, so that a shorter list is a simpler world. */
export function listed(choices: readonly number[]): Choose {
  let at = 0;
  return (n) => (choices[at++] ?? 0) % n;
}

export const inputsOf = ({ documents, bindings, groups, workspaces }: World): PolicyInputs => {
  const byId = new Map(groups.map((group) => [group.id, group]));
  return {
    appName: APP,
    documents,
    bindings,
    workspaces,
    groups: {
      name: (id) => byId.get(id)?.name,
      idsByName: (name) => groups.filter((g) => g.name.toLowerCase() === name.toLowerCase()).map(({ id }) => id),
      parents: (id) => groups.filter(({ members }) => members.includes(id)).map((group) => group.id),
    },
  };
};
export const asPerson = (person: WorldPerson): Person => ({ ...person, attributes: () => person.fields });

const GROUP_NAMES = ['admins', 'Leads', 'Sales', 'sales', 'dev', 'Ops', '__proto__', 'constructor'];
const ROLES = ['admin', 'lead', 'member', 'guest'];
const PERMISSIONS = ['read', 'write', 'ship', 'pay', 'all', 'hire', 'constructor'];
const WORKSPACES = ['dep_a', 'dep_b', 'hq', 'lab_a', 'lab_b', '__proto__'];
const ENTRIES = [...WORKSPACES, 'all', 'assigned_only', 'dep_*', '*_a', 'none_*', 'l*_*', '*', 'gone'];
const PROJECTS = ['apollo', 'gemini', 'constructor'];
const USER_NAMES = ['ava', 'Ben@corp.example', 'cleo@corp.example', 'dev@corp.example', 'x@y@z'];
const MEMBERS = [...GROUP_NAMES, 'AVA', 'ben', 'cleo@CORP.example', 'x', 'x@y'];

/** Whatever documents and directories may hold, small enough that its parts meet often. */
export function worldFrom(
  choose: Choose,
  only: { readonly groupConditions?: false; readonly rollout?: false } = {},
): World {
  const one = <T>(list: readonly T[]): T => list[choose(list.length)]!;
  const some = <T>(list: readonly T[], most = 3) => Array.from({ length: choose(most + 1) }, () => one(list));
  const chance = (of: number) => choose(of) === of - 1;
  const maybe = <K extends string, T>(of: number, key: K, make: () => T): { [k in K]?: T } =>
    chance(of) ? ({ [key]: make() } as { [k in K]: T }) : {};
  // Object.fromEntries makes own members also of __proto__, as JSON.parse does.
  const keyed = <T>(keys: readonly string[], make: () => T) =>
    Object.fromEntries([...new Set(keys)].map((key) => [key, make()]));

  const groups = Array.from({ length: 1 + choose(7) }, (_, i) => ({ id: `g${i}`, name: one(GROUP_NAMES) }));
  const ids = groups.map(({ id }) => id);
  const condition = (): string => {
    const read = only.groupConditions === false || !chance(4) ? one(['department', 'title']) : 'groups.display';
    const value = read === 'groups.display' ? one(GROUP_NAMES) : one(['Sales', 'Ops', 'Lead']);
    const test = `${read} ${one(['eq', 'eq', 'ne'])} "${value}"`;
    return chance(3) ? `${test} ${one(['and', 'or'])} ${condition()}` : test;
  };
  const what = () => ({
    ...maybe(2, 'permissions', () => some(PERMISSIONS)),
    ...maybe(2, 'workspaces', () => some(ENTRIES)),
  });
  const mapping = (): GroupMapping => ({
    ...(chance(2) ? { [one(['role', `${APP}_role`])]: one(ROLES) } : {}),
    ...what(),
    ...maybe(3, 'inherit', () => true),
  });
  const mappings = keyed(some([...GROUP_NAMES, 'other'], 6), mapping);
  const rule = (_: unknown, i: number): AccessRule => ({
    name: `rule ${i}`,
    when: condition(),
    ...maybe(2, 'role', () => one(ROLES)),
    ...what(),
    ...maybe(3, 'requires', () => one([{ mfa: true }, { device_trusted: true }, { mfa: true, device_trusted: true }])),
  });
  const nodes = [...new Set(some(GROUP_NAMES, 5))];
  const hierarchy = Object.fromEntries(
    nodes.map((name, i): [string, HierarchyNode] => [
      name,
      {
        ...(i > 0 && chance(2) ? { parent: nodes[choose(i)]! } : {}),
        ...maybe(2, 'members', () => some(MEMBERS)),
        ...maybe(2, 'inherited_permissions', () => some(PERMISSIONS)),
        ...maybe(2, 'specific_permissions', () => some(PERMISSIONS)),
      },
    ]),
  );
  const phases = Array.from({ length: 1 + choose(3) }, (_, i): RolloutPhase => ({
    name: `phase ${i}`,
    ...(chance(8) ? {} : maybe(2, 'groups', () => [one(GROUP_NAMES), ...some(GROUP_NAMES)])),
    ...maybe(2, 'when', condition),
  }));
  const projects = PROJECTS.map((key) => ({ key, workspace: one([...WORKSPACES, 'gone', null]) }));
  const hours = (n: number) => new Date(NOW.getTime() + n * 3_600_000);
  const grant = (_: unknown, i: number): Grant => ({
    id: `grant ${i}`,
    ...(chance(2) ? { role: one([...ROLES, 'rare']), permission: null } : { role: null, permission: one(PERMISSIONS) }),
    workspace: one([null, null, ...WORKSPACES, 'gone', 'all']),
    startsAt: one([null, hours(-2), hours(0), hours(1)]),
    expiresAt: one([hours(-1), hours(0), hours(1), hours(2), hours(3)]),
  });
  const person = (_: unknown, i: number): WorldPerson => ({
    id: `u${i}`,
    userName: one(USER_NAMES),
    active: !chance(10),
    groups: [...new Set(some(ids, 4))],
    projects: [...new Set(some(projects))],
    grants: Array.from({ length: choose(3) }, grant),
    approved: new Set(some([...ROLES, 'rare'], 2)),
    fields: {
      ...maybe(2, 'department', () => one(['Sales', 'Ops'])),
      ...maybe(2, 'title', () => one(['Lead', 'sales'])),
    },
  });
  return {
    documents: {
      group_mappings: mappings,
      ...maybe(2, 'group_hierarchy', () => hierarchy),
      ...maybe(2, 'access_rules', () => ({
        rules: Array.from({ length: choose(5) }, rule),
        ...maybe(2, 'projects', () => keyed(some(PROJECTS), () => ({ permissions: some(PERMISSIONS) }))),
      })),
      ...maybe(3, 'provisioning_rules', () => ({ user_creation: { default_role: one([...ROLES, 'nothing']) } })),
      ...maybe(4, 'approval_policies', () => ({
        roles: keyed(some([...ROLES, 'rare'], 2), () => ({ approver: 'admins' as const })),
      })),
      ...(only.rollout === false
        ? {}
        : maybe(4, 'rollout', () => ({ phases, active: `phase ${choose(phases.length)}` }))),
    },
    bindings: new Map(Object.keys(mappings).flatMap((key) => (chance(6) ? [] : [[key, one(ids)]]))),
    groups: groups.map((group) => ({ ...group, members: [...new Set(chance(3) ? some(ids) : [])] })),
    workspaces: [...new Set(some(WORKSPACES, 8))],
    people: Array.from({ length: 4 }, person),
  };
}

const PLACES = [...WORKSPACES, 'gone', undefined];
const KINDS = ['workspace', 'project', 'content', 'other'] as const;
const IN_PROJECTS = [...PROJECTS, undefined];
const ASKED = [...PERMISSIONS, 'nobody_has_this'];
const CONTEXTS: readonly DecisionContext[] = [
  {},
  { mfa: true },
  { device_trusted: true },
  { mfa: true, device_trusted: true },
  { mfa: false, device_trusted: false },
];

/** A question of the kind that the application asks. */
export function questionFrom(choose: Choose): Question {
  const one = <T>(list: readonly T[]): T => list[choose(list.length)]!;
  const kind = one(KINDS);
  const place = { kind, workspace: one(PLACES), project: kind === 'workspace' ? undefined : one(IN_PROJECTS) };
  return { permission: one(ASKED), place, context: one(CONTEXTS) };
}
