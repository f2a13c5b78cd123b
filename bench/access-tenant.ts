import { fillBarePermissions, fillGroups, fillNesting, fillUsers } from './fill';
import type { Target } from './keep-alive-client';
import { progress } from './progress';
import type { ProvostServer, Tenant } from './provost-server';

export type Mappings = Readonly<Record<string, { role: string; permissions: string[]; workspaces?: string[] }>>;

/** A tenant whose groups are access. */
export interface AccessTenant extends Tenant {
  readonly server: ProvostServer;
  readonly users: readonly string[];
  /** The first of them, each of whom is in 20 groups. */
  readonly asked: readonly string[];
  /** As an application of the tenant calls. */
  readonly app: Target;
  /** group_mappings, where the group of one half of all people has this role. */
  mappings(role: string): Mappings;
}

/** How large it is; nested in three levels: `leaves`, whose members people are, in `middles`, in `tops`. */
export interface AccessSize {
  readonly people: number;
  readonly asked: number;
}

export const CROWDED: AccessSize = { people: 100_000, asked: 1_000 };
/** As many as ask at once: the smallest directory in which they ask about different people. */
export const FEW: AccessSize = { people: 64, asked: 64 };
export const ALONE: AccessSize = { people: 1, asked: 1 };
export const SIZES = { crowded: CROWDED, few: FEW, alone: ALONE } as const;

const LEAVES = 4_000;
const MIDDLES = 899;
const TOPS = 100;
const GROUPS_OF_ASKED = 20;
const GROUPS_OF_OTHERS = 4;
const WORKSPACES = 20;
const PROJECTS = 100;
const PERMISSIONS = 100;

/** Leaves of person number n. */
function leavesOf(n: number, { asked }: AccessSize): number[] {
  const count = n < asked ? GROUPS_OF_ASKED : GROUPS_OF_OTHERS;
  return Array.from({ length: count }, (_, i) => (n * 7 + i * 197) % LEAVES);
}
const middleOf = (leaf: number) => leaf % MIDDLES;
const topOf = (middle: number) => middle % TOPS;

/** 500 groups in all are mapped: every 20th leaf, some middles, all tops and the one of half of all people. */
const isMapped = {
  leaf: (n: number) => n % 20 === 0,
  middle: (n: number) => n % 9 < 2 && n < 895,
  top: () => true,
};

function mapping(n: number) {
  const permissions = Array.from({ length: 5 }, (_, i) => permissionName(n * 13 + i * 29));
  const workspaces = [undefined, ['all'], [`department_${n % WORKSPACES}`, 'department_1*']][n % 3];
  return { role: `role-${n % 50}`, permissions, ...(workspaces && { workspaces }) };
}

export function permissionName(n: number): string {
  return `permission_${n % PERMISSIONS}`;
}

/**
 * Fills the first tenant of a Provost with people and nested groups (5,000 of each kind together, or those of the only person),
 * registers workspaces and projects, maps groups, and waits until everything has followed.
 */
export async function accessTenant(server: ProvostServer, size: AccessSize): Promise<AccessTenant> {
  const { databaseUrl, tenant } = server;
  progress(`filling a tenant with ${size.people} people and their groups`);
  const users = await fillUsers(databaseUrl, tenant.id, size.people);
  const members = new Map<number, string[]>();
  const everything = size.people > 1;
  for (let leaf = 0; everything && leaf < LEAVES; leaf++) members.set(leaf, []);
  for (const [n, id] of users.entries())
    for (const leaf of leavesOf(n, size)) {
      if (!members.has(leaf)) members.set(leaf, []);
      members.get(leaf)!.push(id);
    }
  const leaves = [...members.keys()];
  const middles = [...new Set(everything ? Array.from({ length: MIDDLES }, (_, n) => n) : leaves.map(middleOf))];
  const tops = [...new Set(middles.map(topOf))];
  const half = users.slice(0, users.length >> 1);
  const ids = await fillGroups(databaseUrl, tenant.id, [
    ...members.values(),
    ...middles.map(() => []),
    ...tops.map(() => []),
    half,
  ]);
  const leafIds = new Map(leaves.map((n, i) => [n, ids[i]!]));
  const middleIds = new Map(middles.map((n, i) => [n, ids[leaves.length + i]!]));
  const topIds = new Map(tops.map((n, i) => [n, ids[leaves.length + middles.length + i]!]));
  await fillNesting(databaseUrl, tenant.id, [
    ...leaves.map((n) => [leafIds.get(n)!, middleIds.get(middleOf(n))!] as const),
    ...middles.map((n) => [middleIds.get(n)!, topIds.get(topOf(n))!] as const),
  ]);
  const mapped = [
    ...leaves.filter(isMapped.leaf).map((n) => [leafIds.get(n)!, n] as const),
    ...middles.filter(isMapped.middle).map((n) => [middleIds.get(n)!, LEAVES + n] as const),
    ...tops.filter(isMapped.top).map((n) => [topIds.get(n)!, LEAVES + MIDDLES + n] as const),
  ];
  const mappings = (role: string): Mappings => ({
    ...Object.fromEntries(mapped.map(([id, n]) => [id, mapping(n)])),
    [ids.at(-1)!]: { role, permissions: ['permission_of_half'] },
  });
  const register = (path: string, workspace?: string) =>
    server.call('PUT', `/api/v1/${path}`, { name: path, workspace }, tenant.slug);
  for (let n = 0; n < WORKSPACES; n++) await register(`workspaces/department_${n}`);
  for (let n = 0; n < PROJECTS; n++) await register(`projects/project-${n}`, `department_${n % WORKSPACES}`);
  await server.call('PUT', '/api/v1/config/group_mappings', mappings('half'), tenant.slug);
  progress(`mapped ${mapped.length + 1} of ${ids.length} groups; waiting until all roles were told`);
  await server.followedUp();
  const asked = users.slice(0, size.asked);
  return { ...tenant, server, users, asked, app: await server.targetOf(tenant.slug, 'app'), mappings };
}

/** Bodies of POST /access/v1/evaluation: somebody of these, some permission, in some project. */
export function questions(people: readonly string[], count = 10_000): string[] {
  const some = (below: number) => Math.floor(Math.random() * below);
  return Array.from({ length: count }, () =>
    JSON.stringify({
      subject: { type: 'user', id: people[some(people.length)]! },
      action: { name: permissionName(some(PERMISSIONS)) },
      resource: { type: 'project', id: `project-${some(PROJECTS)}` },
      context: { mfa: true },
    }),
  );
}

/** What the bare server looks up: about as many permissions of the same people. */
export async function barePermissions(url: string, { asked, users }: AccessTenant): Promise<void> {
  const names = Array.from({ length: PERMISSIONS }, (_, n) => permissionName(n));
  await fillBarePermissions(url, asked, names);
  await fillBarePermissions(url, users.slice(asked.length), names.slice(0, 5));
}
