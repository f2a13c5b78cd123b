import { type Attributes, type Condition, parseCondition } from '../conditions';
import type { AccessRule, AccessRules } from '../documents/access_rules/access-rule';
import type { RoleDefinitions } from './role-definitions';
import { Scope } from './scope';
import { type Holding, holding, Statement, stepUpBits } from './statement';

interface ConditionedHoldings {
  readonly condition: Condition;
  readonly holdings: Holding[];
}

/** access_rules, compiled. Rules that have the same condition ask it once. */
export class Rules {
  /** Of the rules and the projects, without what roles mean. */
  readonly statements: readonly Statement[];
  private readonly byCondition = new Map<string, ConditionedHoldings>();
  private readonly projects: ReadonlyMap<string, Holding>;

  /** @param roles learns what the rules define, and tells what the roles of rules without permissions mean */
  constructor({ rules = [], projects = {} }: AccessRules, roles: RoleDefinitions) {
    const own = rules.map((rule) => {
      const { role, permissions = [], workspaces, requires } = rule;
      return new Statement(role, permissions, Scope.ofList(workspaces), stepUpBits(requires));
    });
    for (const statement of own) roles.add(statement);
    rules.forEach((rule, i) => this.add(rule, own[i]!, roles));
    this.projects = new Map(
      Object.entries(projects).map(([project, { permissions }]) => {
        const source = Object.freeze({ type: 'project', project } as const);
        return [project, holding(source, new Statement(undefined, permissions, Scope.ofProject(project)))];
      }),
    );
    this.statements = [...own, ...[...this.projects.values()].map(({ statement }) => statement)];
  }

  get conditions(): Condition[] {
    return [...this.byCondition.values()].map(({ condition }) => condition);
  }

  /** Adds what the rules give to somebody with these attributes. */
  collect(attributes: () => Attributes, into: Holding[]): void {
    if (!this.byCondition.size) return;
    const read = attributes();
    for (const { condition, holdings } of this.byCondition.values()) {
      if (condition.holds(read)) for (const one of holdings) into.push(one);
    }
  }

  /** What the members of a project have in it. */
  ofProject(key: string): Holding | undefined {
    return this.projects.get(key);
  }

  private add({ name, when, workspaces }: AccessRule, own: Statement, roles: RoleDefinitions): void {
    const source = Object.freeze({ type: 'access_rule', rule: name } as const);
    const given =
      own.role === undefined || own.permissions.length
        ? [own]
        : roles.statements(own.role, workspaces && own.scope, own.requires);
    let same = this.byCondition.get(when);
    if (!same) this.byCondition.set(when, (same = { condition: parseCondition(when), holdings: [] }));
    for (const statement of given) same.holdings.push(holding(source, statement));
  }
}
