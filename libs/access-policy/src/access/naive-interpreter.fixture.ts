import type { HierarchyNode } from '../documents/group_hierarchy/hierarchy-node';
import { hierarchySource, type Interpretation, mappingSource } from './interpretation.fixture';
import type { World, WorldPerson } from './world.fixture';

/**
 * The documents read out aloud: a slow and plain second opinion of what a person has, sharing nothing with the implementation.
 * Comments quote the contract's "Meanings".
 */

/** Something that one source gives. */
interface Gift {
  /** The source as text; of a path only its ends and its length, as several ways may be the shortest. */
  readonly source: string;
  readonly role?: string | undefined;
  /** The role that it comes with. */
  readonly carrier?: string | undefined;
  readonly permissions: readonly string[];
  /** Entries of a `workspaces` list; undefined: everywhere. */
  readonly entries?: readonly string[] | undefined;
  /** One workspace by its key, whatever it is called. */
  readonly workspace?: string;
  readonly project?: string;
  readonly requires: readonly string[];
  readonly until?: number;
}

export function interpret(world: World, person: WorldPerson, now: number): Interpretation {
  const { documents } = world;
  const mappings = Object.entries(documents.group_mappings ?? {});
  const hierarchy = Object.entries(documents.group_hierarchy ?? {});
  const rules = documents.access_rules?.rules ?? [];
  const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();
  const nameOf = (id: string) => world.groups.find((group) => group.id === id)!.name;

  /** How many steps up from one group to another: 0 for itself, undefined when it is not nested in it. */
  function steps(from: string, to: string): number | undefined {
    let reached = [from];
    for (let n = 0; n <= world.groups.length; n++) {
      if (reached.includes(to)) return n;
      reached = world.groups.filter(({ members }) => members.some((id) => reached.includes(id))).map(({ id }) => id);
    }
    return undefined;
  }
  const belongsTo = (id: string) => person.groups.some((direct) => steps(direct, id) !== undefined);
  const myGroups = world.groups.filter(({ id }) => belongsTo(id));

  // "every `when` in a document is a SCIM filter over the user"
  const holds = (when: string): boolean =>
    when.split(' or ').some((all) =>
      all.split(' and ').every((test) => {
        const [, attribute, op, value] = /^(\S+) (eq|ne) "(.*)"$/.exec(test)!;
        const values = attribute === 'groups.display' ? myGroups.map(({ name }) => name) : [person.fields[attribute!]];
        const equal = values.some((actual) => actual !== undefined && same(actual, value!));
        return op === 'eq' ? equal : !equal;
      }),
    );

  // "an inactive user has none"; "users outside the active and earlier phases are provisioned with status staged, have no access"
  function statusNow(): Interpretation['status'] {
    if (!person.active) return 'inactive';
    if (!documents.rollout) return 'active';
    for (const phase of documents.rollout.phases) {
      const inGroups = !phase.groups || phase.groups.some((name) => myGroups.some((group) => same(group.name, name)));
      if (inGroups && (phase.when === undefined || holds(phase.when))) return 'active';
      if (phase.name === documents.rollout.active) break;
    }
    return 'staged';
  }
  const status = statusNow();

  const gifts: Gift[] = [];
  const roleOfMapping = (mapping: object): string | undefined => {
    const { taskade_role, role } = mapping as { taskade_role?: string; role?: string };
    return taskade_role ?? role;
  };
  const requirements = (requires: object = {}) => Object.keys(requires);

  /** A role that comes without permissions: what the documents say that it means. */
  function giveRole(gift: Omit<Gift, 'permissions'> & { readonly role: string }, own: boolean): void {
    gifts.push({ ...gift, permissions: [] });
    const define = (
      permissions: readonly string[] = [],
      entries: readonly string[] | undefined,
      requires: string[],
    ) => {
      if (!permissions.length) return;
      const where = own ? {} : { entries };
      gifts.push({
        ...gift,
        role: undefined,
        carrier: gift.role,
        permissions,
        ...where,
        requires: [...gift.requires, ...requires],
      });
    };
    for (const [, mapping] of mappings) {
      if (roleOfMapping(mapping) === gift.role) define(mapping.permissions, mapping.workspaces, []);
    }
    for (const rule of rules) {
      if (rule.role === gift.role) define(rule.permissions, rule.workspaces, requirements(rule.requires));
    }
  }
  const giveMapping = (key: string, source: string) => {
    const [, mapping] = mappings.find(([name]) => name === key)!;
    const { permissions = [], workspaces: entries } = mapping;
    gifts.push({ source, role: roleOfMapping(mapping), permissions, entries, requires: [] });
  };

  // "group → role, permissions, workspaces"; "nested SCIM groups (a group as member) count as well"
  const mine = new Set<string>();
  for (const [key] of mappings) {
    const bound = world.bindings.get(key);
    if (bound === undefined) continue;
    for (const direct of person.groups) {
      const up = steps(direct, bound);
      if (up === undefined) continue;
      mine.add(key);
      const path = [nameOf(direct), ...Array<string>(up).fill('')];
      path[up] = nameOf(bound);
      giveMapping(key, mappingSource(nameOf(direct), direct, path));
    }
  }

  // "a node's people are the members of the SCIM group of that name, of the SCIM groups that its `members` name, and users whose
  // userName (or its part before the @) they name"
  for (const [name, { members = [] }] of hierarchy) {
    const inGroup = (wanted: string) => myGroups.some((group) => same(group.name, wanted));
    const isNamed = (wanted: string) =>
      same(person.userName, wanted) || same(person.userName.replace(/@[^@]*$/, ''), wanted);
    if (!inGroup(name) && !members.some((member) => inGroup(member) || isNamed(member))) continue;
    const path: string[] = [];
    for (let at: string | undefined = name; at !== undefined;) {
      const above: string = at;
      const node: HierarchyNode = hierarchy.find(([key]) => key === above)![1];
      path.push(above);
      // "`specific_permissions` are held by a node's own people; `inherited_permissions` by its own people and by those of every
      // node below it"
      const own = above === name ? (node.specific_permissions ?? []) : [];
      const permissions = [...own, ...(node.inherited_permissions ?? [])];
      gifts.push({ source: hierarchySource(path), permissions, requires: [] });
      // "A group mapping of a parent's group is inherited the same way when it says inherit: true"
      for (const [key, { inherit }] of mappings) {
        const bound = world.bindings.get(key);
        const isOfNode = same(key, above) || (bound !== undefined && same(nameOf(bound), above));
        if (!inherit || !isOfNode || (above === name && mine.has(key))) continue;
        giveMapping(key, mappingSource(name, undefined, path));
      }
      at = node.parent;
    }
  }

  for (const { name, when, role, permissions = [], workspaces: entries, requires } of rules) {
    if (!holds(when)) continue;
    const gift = { source: `rule ${name}`, entries, requires: requirements(requires) };
    if (role !== undefined && !permissions.length) giveRole({ ...gift, role }, entries !== undefined);
    else gifts.push({ ...gift, role, permissions });
  }

  for (const { key: project } of person.projects) {
    const found = Object.entries(documents.access_rules?.projects ?? {}).find(([key]) => key === project);
    if (found) gifts.push({ source: `project ${project}`, permissions: found[1].permissions, project, requires: [] });
  }

  // "access for a time; it ends by itself"
  const running = person.grants.filter(
    ({ startsAt, expiresAt }) => (startsAt === null || Number(startsAt) <= now) && Number(expiresAt) > now,
  );
  for (const { id, role, permission, workspace, expiresAt } of running) {
    const gift = {
      source: `grant ${id} until ${expiresAt.toISOString()}`,
      ...(workspace === null ? {} : { workspace }),
      requires: [],
      until: Number(expiresAt),
    };
    if (role !== null) giveRole({ ...gift, role }, workspace !== null);
    if (permission !== null) gifts.push({ ...gift, permissions: [permission] });
  }

  // "until approved the role stands under `pending` in `/access` and is not in force"
  const waiting: Gift[] = [];
  const withhold = () => {
    for (const gift of gifts.splice(0)) {
      const role = gift.role ?? gift.carrier;
      const sensitive = Object.keys(documents.approval_policies?.roles ?? {}).some((name) => name === role);
      (sensitive && !person.approved?.has(role!) ? waiting : kept).push(gift);
    }
    gifts.push(...kept.splice(0));
  };
  const kept: Gift[] = [];
  withhold();

  // "`default_role` is held by an active user whom no other source gives a role"
  const defaultRole = documents.provisioning_rules?.user_creation?.default_role;
  if (defaultRole !== undefined && !gifts.some(({ role }) => role !== undefined)) {
    giveRole({ source: 'provisioning', role: defaultRole, requires: [] }, false);
  }
  withhold();
  if (status !== 'active') gifts.length = waiting.length = 0;

  // "`all` is every registered workspace, `department_*` those whose key matches, `assigned_only` those in which the user is a member
  // of a project (or was granted the workspace)"
  const assigned = [...person.projects, ...running].map(({ workspace }) => workspace);
  const fits = (entry: string, key: string) => {
    if (entry === 'all') return true;
    if (entry === 'assigned_only') return assigned.includes(key);
    return new RegExp(`^${entry.replaceAll('*', '.*')}$`).test(key);
  };
  const given = gifts.map((gift) => ({
    ...gift,
    keys: world.workspaces.filter((key) =>
      gift.workspace === undefined ? gift.entries?.some((entry) => fits(entry, key)) : gift.workspace === key,
    ),
    everywhere:
      gift.project === undefined && gift.workspace === undefined && (!gift.entries || gift.entries.includes('all')),
  }));

  const named = (names: (gift: (typeof given)[number]) => readonly string[]) => {
    const found = new Map<string, Set<string>>();
    for (const gift of given) {
      for (const name of names(gift)) found.set(name, (found.get(name) ?? new Set()).add(gift.source));
    }
    return found;
  };
  const roles = named(({ role }) => (role === undefined ? [] : [role]));
  return {
    status,
    roles,
    permissions: named(({ permissions }) => permissions),
    workspaces: named(({ keys }) => keys),
    pending: new Map(
      waiting.flatMap(({ role }) =>
        role === undefined
          ? []
          : [[role, new Set(waiting.filter((gift) => gift.role === role).map(({ source }) => source))] as const],
      ),
    ),
    roleEnds: new Map(
      [...roles.keys()].map((role) => [
        role,
        Math.max(...given.filter((g) => g.role === role).map((g) => g.until ?? Infinity)),
      ]),
    ),
    ask({ permission, place, context }) {
      const none = new Set<string>();
      if (status !== 'active') return { decision: false, reason: `user_${status}`, sources: none };
      // "`permissions: ["all"]` answers yes to every permission"
      const giving = given.filter(({ permissions }) => permissions.includes(permission) || permissions.includes('all'));
      if (!giving.length) return { decision: false, reason: 'no_source', sources: none };
      // "in the workspaces of the source that gives it; a source without workspaces gives it everywhere. A project or a piece of
      // content is judged by its workspace"
      const known =
        place.kind !== 'other' && place.workspace !== undefined && world.workspaces.includes(place.workspace);
      const inProject = place.kind === 'project' || place.kind === 'content' ? place.project : undefined;
      const there = giving.filter(
        (gift) =>
          gift.everywhere ||
          (gift.project !== undefined && gift.project === inProject) ||
          (known && gift.keys.includes(place.workspace!)),
      );
      if (!there.length) {
        const reason = known || inProject !== undefined ? 'not_in_workspace' : 'unknown_resource';
        return { decision: false, reason, sources: none };
      }
      // "`requires` makes the decision false with step_up until the evaluation's context says so"
      const lacking = (gift: Gift) =>
        ['mfa', 'device_trusted'].filter(
          (what) => gift.requires.includes(what) && context[what as 'mfa' | 'device_trusted'] !== true,
        );
      const met = there.filter((gift) => !lacking(gift).length);
      if (met.length) return { decision: true, reason: 'granted', sources: new Set(met.map(({ source }) => source)) };
      const ways = there.map(lacking);
      const stepUp = ways.find((w) => w.join() === 'mfa') ?? ways.find((w) => w.length === 1) ?? ways[0]!;
      return {
        decision: false,
        reason: 'step_up_required',
        sources: new Set(there.map(({ source }) => source)),
        stepUp,
      };
    },
  };
}
