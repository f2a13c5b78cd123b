import { Scope } from './scope';
import { Statement } from './statement';

/**
 * What each role means where it is given without permissions: those of the group mappings and of the rules that have the role
 * with permissions, in their workspaces, under their requirements.
 */
export class RoleDefinitions {
  private readonly defining = new Map<string, Statement[]>();
  private readonly whole = new Map<string, readonly Statement[]>();

  /** Counts a statement that has a role and permissions as a definition of the role; others say nothing about it. */
  add(statement: Statement): void {
    const { role, permissions } = statement;
    if (role === undefined || !permissions.length) return;
    const known = this.defining.get(role);
    if (known) known.push(statement);
    else this.defining.set(role, [statement]);
  }

  /**
   * The statements of whoever is given the role and nothing else.
   * @param within in place of the workspaces of the definitions, where the source has workspaces of its own
   * @param requires what the source requires besides
   */
  statements(role: string, within?: Scope, requires = 0): readonly Statement[] {
    const defining = this.defining.get(role);
    if (!defining) return [new Statement(role, [], within ?? Scope.EVERYWHERE)];
    if (within) return [new Statement(role, [], within), ...merged(role, defining, within, requires)];
    const known = this.whole.get(role) ?? [new Statement(role, [], Scope.EVERYWHERE), ...merged(role, defining)];
    this.whole.set(role, known);
    if (!requires) return known;
    return known.map((s) => new Statement(s.role, s.permissions, s.scope, s.requires | requires, role));
  }
}

/** Many mappings may define one role alike: those that differ only in their workspaces become one statement. */
function merged(role: string, defining: readonly Statement[], within?: Scope, requires = 0): Statement[] {
  const alike = new Map<string, Statement[]>();
  for (const statement of defining) {
    const required = statement.requires | requires;
    const key = within ? String(required) : JSON.stringify([required, [...new Set(statement.permissions)].sort()]);
    const others = alike.get(key);
    if (others) others.push(statement);
    else alike.set(key, [statement]);
  }
  return [...alike.values()].map((statements) => {
    const permissions = [...new Set(statements.flatMap((statement) => statement.permissions))];
    const scope = within ?? Scope.union([...new Set(statements.map((statement) => statement.scope))]);
    return new Statement(undefined, permissions, scope, statements[0]!.requires | requires, role);
  });
}
