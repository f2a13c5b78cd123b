import { roleOf } from '../documents/group_mappings/group-mapping';
import type { PolicyInputs } from './policy-inputs';
import { Scope } from './scope';
import { Statement } from './statement';

/** A group mapping, compiled. */
export interface Mapping {
  readonly key: string;
  readonly inherit: boolean;
  readonly statement: Statement;
}

/** The group mappings by the group that each is bound to; what is bound to none is only there for the hierarchy. */
export class MappedGroups {
  readonly all: readonly Mapping[];
  private readonly byGroup = new Map<string, Mapping[]>();

  constructor({ appName, documents, bindings }: PolicyInputs) {
    const scopes = new Map<string, Scope>();
    this.all = Object.entries(documents.group_mappings ?? {}).map(([key, mapping]) => {
      const { permissions = [], workspaces, inherit = false } = mapping;
      const list = JSON.stringify(workspaces);
      let scope = scopes.get(list);
      if (!scope) scopes.set(list, (scope = Scope.ofList(workspaces)));
      return { key, inherit, statement: new Statement(roleOf(mapping, appName), permissions, scope) };
    });
    for (const mapping of this.all) {
      const id = bindings.get(mapping.key);
      if (id === undefined) continue;
      const others = this.byGroup.get(id);
      if (others) others.push(mapping);
      else this.byGroup.set(id, [mapping]);
    }
  }

  of(groupId: string): readonly Mapping[] | undefined {
    return this.byGroup.get(groupId);
  }
}
