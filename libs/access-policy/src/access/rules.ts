import { type Attributes, type Condition, parseCondition } from '../conditions';
import type { AccessRule, AccessRules } from '../documents/access_rules/access-rule';
import { AlikeConditions } from './alike-conditions';
import type { RoleDefinitions } from './role-definitions';
import { Scope } from './scope';
import { type Holding, holding, Statement, stepUpBits } from './statement';

/** access_rules, compiled. Rules that have the same condition ask it once. */
export class Rules {
  /** Of the rules and the projects, without what roles mean. */
  readonly statements: readonly Statement[];
  readonly conditions: readonly Condition[];
  private readonly asked: AlikeConditions<Holding>;
  private readonly projects: ReadonlyMap<string, Holding>;

  /** @param roles learns what the rules define, and tells what the roles of rules without permissions mean */
  constructor({ rules = [], projects = {} }: AccessRules, roles: RoleDefinitions) {
    const own = rules.map((rule) => {
      const { role, permissions = [], workspaces, requires } = rule;
      return new Statement(role, permissions, Scope.ofList(workspaces), stepUpBits(requires));
    });
    for (const statement of own) roles.add(statement);
    const byCondition = new Map<string, { condition: Condition; gives: Holding[] }>();
    rules.forEach((rule, i) => {
      const { when } = rule;
      let same = byCondition.get(when);
      if (!same) byCondition.set(when, (same = { condition: parseCondition(when), gives: [] }));
      same.gives.push(...holdingsOf(rule, own[i]!, roles));
    });
    this.conditions = [...byCondition.values()].map(({ condition }) => condition);
    this.asked = new AlikeConditions([...byCondition.values()]);
    this.projects = new Map(
      Object.entries(projects).map(([project, { permissions }]) => {
        const source = Object.freeze({ type: 'project', project } as const);
        return [project, holding(source, new Statement(undefined, permissions, Scope.ofProject(project)))];
      }),
    );
    this.statements = [...own, ...[...this.projects.values()].map(({ statement }) => statement)];
  }

  /** Adds what the rules give to somebody with these attributes. */
  collect(attributes: () => Attributes, into: Holding[]): void {
    if (this.conditions.length) this.asked.collect(attributes(), into);
  }

  /** What the members of a project have in it. */
  ofProject(key: string): Holding | undefined {
    return this.projects.get(key);
  }
}

function holdingsOf({ name, workspaces }: AccessRule, own: Statement, roles: RoleDefinitions): Holding[] {
  const source = Object.freeze({ type: 'access_rule', rule: name } as const);
  const given =
    own.role === undefined || own.permissions.length
      ? [own]
      : roles.statements(own.role, workspaces && own.scope, own.requires);
  return given.map((statement) => holding(source, statement));
}
