import type { Attributes, Condition } from '../conditions';
import type { Access, AccessNames } from './access';
import { grantHoldings, isRunning, nextChange } from './grants';
import { GroupReaches, type Reach } from './group-reach';
import { accessOf, type Held } from './held';
import { Hierarchy, type Node } from './hierarchy';
import { MappedGroups } from './mapped-groups';
import { addPermissions, type NameCollector, Vocabulary } from './name-collector';
import { PersonDecider } from './person-decider';
import { Phases } from './phases';
import type { Person, PolicyInputs } from './policy-inputs';
import { RoleDefinitions } from './role-definitions';
import { Rules } from './rules';
import { type Holding, holding, type Statement } from './statement';
import { WorkspaceIndex } from './workspace-index';

const NONE: ReadonlySet<string> = new Set();
const NOTHING: readonly Holding[] = [];
const nothing = (status: 'staged' | 'inactive'): Held => ({
  status,
  holdings: NOTHING,
  waiting: NOTHING,
  assigned: NONE,
  validUntil: Infinity,
});
const INACTIVE = nothing('inactive');
const STAGED = nothing('staged');

const READS_GROUPS = /(^|:)groups(\.|$)/i;
const DEFAULT_ROLE = Object.freeze({ type: 'provisioning_rule' } as const);

/**
 * The documents that decide access, compiled for one tenant at one moment (contract §5 and §6): from a person's memberships, projects,
 * grants and attributes to what they may do and why. Several sources add up. It never changes; when documents, groups or
 * workspaces do, another one is compiled.
 */
export class AccessPolicy {
  /** Whether some condition reads attributes, so that `Person.attributes` is asked. */
  readonly readsAttributes: boolean;
  private readonly index: WorkspaceIndex;
  private readonly roles = new RoleDefinitions();
  private readonly mapped: MappedGroups;
  private readonly hierarchy: Hierarchy;
  private readonly rules: Rules;
  private readonly phases: Phases;
  private readonly reaches: GroupReaches;
  private readonly defaultRole: readonly Holding[];
  private readonly readsGroups: boolean;
  /** Roles that wait for approval. */
  private readonly sensitive: ReadonlySet<string>;
  private collectors: Collectors | undefined;

  private constructor(inputs: PolicyInputs) {
    const { documents, groups, workspaces } = inputs;
    this.index = new WorkspaceIndex(workspaces);
    this.mapped = new MappedGroups(inputs);
    for (const { statement } of this.mapped.all) this.roles.add(statement);
    this.rules = new Rules(documents.access_rules ?? {}, this.roles);
    this.hierarchy = new Hierarchy(inputs, this.mapped);
    this.phases = new Phases(inputs);
    const paths = [...this.rules.conditions, ...this.phases.conditions].flatMap(
      (condition: Condition) => condition.paths,
    );
    this.readsGroups = paths.some((path) => READS_GROUPS.test(path));
    this.readsAttributes = paths.some((path) => !READS_GROUPS.test(path));
    this.sensitive = new Set(Object.keys(documents.approval_policies?.roles ?? {}));
    this.reaches = new GroupReaches(groups, this.mapped, this.hierarchy, this.phases, this.readsGroups);
    const role = documents.provisioning_rules?.user_creation?.default_role;
    const given = role === undefined ? [] : this.roles.statements(role);
    this.defaultRole = given.map((statement) => holding(DEFAULT_ROLE, statement));
  }

  /** @param inputs validated documents; `groups` must keep answering as at this moment */
  static compile(inputs: PolicyInputs): AccessPolicy {
    return new AccessPolicy(inputs);
  }

  /** Whether userNames give anything, as they do where group_hierarchy names people. */
  get readsUserNames(): boolean {
    return this.hierarchy.namesUsers;
  }

  /** The whole, with the reason of each thing. */
  access(person: Person, now: Date): Access {
    return accessOf(this.held(person, now), this.index);
  }

  /** The names alone: the same as of `access`, for a fraction of the work. With the same `workspaces` two policies share the list of all. */
  names(person: Person, now: Date): AccessNames {
    const { holdings, assigned } = this.held(person, now);
    const { vocabulary, roles, permissions, workspaces } = (this.collectors ??= this.makeCollectors());
    const everyWorkspace = holdings.some(({ statement }) => statement.scope.all);
    const addWorkspace = (position: number) => workspaces.addAt(position);
    for (const { statement } of holdings) {
      if (statement.role !== undefined) roles.add(statement.role);
      addPermissions(statement, vocabulary, permissions);
      if (!everyWorkspace) statement.scope.eachWorkspace(this.index, assigned, addWorkspace);
    }
    return {
      roles: roles.drain(),
      permissions: permissions.drain(),
      workspaces: everyWorkspace ? this.index.keys : workspaces.drain(),
    };
  }

  /** A prepared answerer, to be asked many times until its `validUntil`. */
  decider(person: Person, now: Date): PersonDecider {
    return new PersonDecider(this.held(person, now), this.index);
  }

  private held(person: Person, now: Date): Held {
    if (!person.active) return INACTIVE;
    const reaches = [...new Set(person.groups)].map((id) => this.reaches.of(id));
    let read: Attributes | undefined;
    const attributes = () => (read ??= this.attributes(person, reaches));
    if (!this.phases.admits((phase) => reaches.some(({ phases }) => phases.includes(phase)), attributes)) return STAGED;

    const time = now.getTime();
    const running = person.grants.filter((grant) => isRunning(grant, time));
    const given: Holding[] = [];
    for (const reach of reaches) for (const one of reach.holdings) given.push(one);
    this.collectHierarchy(person, reaches, given);
    this.rules.collect(attributes, given);
    for (const { key } of person.projects) {
      const project = this.rules.ofProject(key);
      if (project) given.push(project);
    }
    for (const grant of running) given.push(...grantHoldings(grant, this.roles));
    let { holdings, waiting } = this.approved(given, person);
    if (this.defaultRole.length && !holdings.some(({ statement }) => statement.role !== undefined)) {
      const byDefault = this.approved(this.defaultRole, person);
      holdings = [...holdings, ...byDefault.holdings];
      waiting = [...waiting, ...byDefault.waiting];
    }
    const assigned = this.registered([...person.projects, ...running]);
    return { status: 'active', holdings, waiting, assigned, validUntil: nextChange(person.grants, time) };
  }

  /** Parts what is in force from what waits for approval: a role that does, with all that comes with it. */
  private approved(given: readonly Holding[], { approved = NONE }: Person): Pick<Held, 'holdings' | 'waiting'> {
    if (!this.sensitive.size) return { holdings: given, waiting: NOTHING };
    const waits = ({ statement: { carrier } }: Holding) =>
      carrier !== undefined && this.sensitive.has(carrier) && !approved.has(carrier);
    return { holdings: given.filter((one) => !waits(one)), waiting: given.filter(waits) };
  }

  /** Of the nodes whose people they are; a mapping that is theirs by membership already is not told once more. */
  private collectHierarchy(person: Person, reaches: readonly Reach[], into: Holding[]): void {
    const nodes = new Set<Node>(this.hierarchy.ofUser(person.userName));
    for (const reach of reaches) for (const node of reach.nodes) nodes.add(node);
    if (!nodes.size) return;
    let mapped: Set<Statement> | undefined;
    for (const node of nodes) {
      for (const one of node.holdings()) {
        if (one.source.type === 'group_mapping' && one.source.path.length === 1) {
          mapped ??= new Set(reaches.flatMap(({ holdings }) => holdings.map(({ statement }) => statement)));
          if (mapped.has(one.statement)) continue;
        }
        into.push(one);
      }
    }
  }

  private attributes(person: Person, reaches: readonly Reach[]): Attributes {
    const attributes = this.readsAttributes ? person.attributes() : {};
    if (!this.readsGroups) return attributes;
    const groups = new Map<string, { value: string; display: string; type: 'direct' | 'indirect' }>();
    for (const {
      groups: [direct],
    } of reaches)
      if (direct) groups.set(direct.value, { ...direct, type: 'direct' });
    for (const reach of reaches) {
      for (const group of reach.groups) {
        if (!groups.has(group.value)) groups.set(group.value, { ...group, type: 'indirect' });
      }
    }
    return { ...attributes, groups: [...groups.values()] };
  }

  private registered(places: readonly { readonly workspace: string | null }[]): ReadonlySet<string> {
    if (!places.length) return NONE;
    const keys = new Set<string>();
    for (const { workspace } of places) if (workspace !== null && this.index.has(workspace)) keys.add(workspace);
    return keys;
  }

  private makeCollectors(): Collectors {
    const statements = [
      ...this.mapped.all.map(({ statement }) => statement),
      ...this.hierarchy.nodes.flatMap((node) => node.statements),
      ...this.rules.statements,
    ];
    const vocabulary = new Vocabulary(statements.flatMap(({ permissions }) => permissions));
    return {
      vocabulary,
      roles: new Vocabulary(statements.flatMap(({ role }) => role ?? [])).collector(),
      permissions: vocabulary.collector(),
      workspaces: new Vocabulary(this.index.keys).collector(),
    };
  }
}

/** Used by one call of `names` at a time, which leaves them empty. */
interface Collectors {
  readonly vocabulary: Vocabulary;
  readonly roles: NameCollector;
  readonly permissions: NameCollector;
  readonly workspaces: NameCollector;
}
