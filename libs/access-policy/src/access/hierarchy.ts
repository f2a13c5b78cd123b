import { fold } from '@provost/scim-protocol';
import type { HierarchyNode } from '../documents/group_hierarchy/hierarchy-node';
import type { MappedGroups, Mapping } from './mapped-groups';
import type { PolicyInputs } from './policy-inputs';
import { Scope } from './scope';
import { type Holding, holding, Statement } from './statement';

/** A node of group_hierarchy, and what its people hold. */
export class Node {
  /** Above each other up to the root. */
  parent: Node | undefined;
  /** Of this node's group, those that say `inherit`. */
  readonly inheritable: Mapping[] = [];
  private readonly inherited: Statement | undefined;
  private readonly own: Statement | undefined;
  private held: readonly Holding[] | undefined;

  constructor(
    readonly name: string,
    { inherited_permissions: inherited = [], specific_permissions: specific = [] }: HierarchyNode,
  ) {
    const statement = (permissions: readonly string[]) =>
      permissions.length ? new Statement(undefined, permissions, Scope.EVERYWHERE) : undefined;
    this.inherited = statement(inherited);
    this.own = statement([...inherited, ...specific]);
  }

  get statements(): Statement[] {
    return [this.inherited, this.own].filter((statement) => statement !== undefined);
  }

  /** Its own permissions, the inherited ones of every node above, and the mappings that are inherited the same way. */
  holdings(): readonly Holding[] {
    return (this.held ??= this.line().flatMap((node, i, line) => {
      const path = Object.freeze(line.slice(0, i + 1).map(({ name }) => name));
      const statement = node === this ? this.own : node.inherited;
      const inherits = Object.freeze({ type: 'group_hierarchy', group: this.name, path } as const);
      const mapped = Object.freeze({ type: 'group_mapping', group: this.name, path } as const);
      return [
        ...(statement ? [holding(inherits, statement)] : []),
        ...node.inheritable.map((mapping) => holding(mapped, mapping.statement)),
      ];
    }));
  }

  /** The node and those above it; a circle ends. */
  private line(): Node[] {
    const line = new Set<Node>([this]);
    for (const { parent } of line) if (parent) line.add(parent);
    return [...line];
  }
}

/** group_hierarchy, compiled: whose people somebody is (contract §5). Names are the current ones of SCIM groups, in any case. */
export class Hierarchy {
  readonly nodes: readonly Node[];
  private readonly byGroup = new Map<string, Set<Node>>();
  private readonly byUser = new Map<string, Set<Node>>();

  constructor({ documents, groups, bindings }: PolicyInputs, mapped: MappedGroups) {
    const entries = Object.entries(documents.group_hierarchy ?? {});
    const byName = new Map(entries.map(([name, entry]) => [name, new Node(name, entry)]));
    this.nodes = [...byName.values()];
    const byFoldedName = new Map<string, Set<Node>>();
    for (const [name, { parent, members = [] }] of entries) {
      const node = byName.get(name)!;
      node.parent = parent === undefined ? undefined : byName.get(parent);
      put(byFoldedName, fold(name), node);
      for (const id of groups.idsByName(name)) put(this.byGroup, id, node);
      for (const member of members) {
        for (const id of groups.idsByName(member)) put(this.byGroup, id, node);
        put(this.byUser, fold(member), node);
      }
    }
    if (!entries.length) return;
    for (const mapping of mapped.all) {
      if (!mapping.inherit) continue;
      const id = bindings.get(mapping.key);
      const current = id === undefined ? undefined : groups.name(id);
      const nodes = new Set(byFoldedName.get(fold(mapping.key)));
      if (current !== undefined) for (const node of byFoldedName.get(fold(current)) ?? []) nodes.add(node);
      for (const node of nodes) node.inheritable.push(mapping);
    }
  }

  /** Whether the `members` of some node may name people. */
  get namesUsers(): boolean {
    return this.byUser.size > 0;
  }

  /** Nodes whose own people the members of this group are. */
  ofGroup(id: string): Iterable<Node> {
    return this.byGroup.get(id) ?? [];
  }

  /** Nodes whose `members` name the user, whole or by the part before the @. */
  ofUser(userName: string): readonly Node[] {
    if (!this.byUser.size) return [];
    const folded = fold(userName);
    const at = folded.lastIndexOf('@');
    const whole = this.byUser.get(folded);
    const local = at < 0 ? undefined : this.byUser.get(folded.slice(0, at));
    return [...(whole ?? []), ...(local ?? [])];
  }
}

function put(index: Map<string, Set<Node>>, key: string, node: Node): void {
  const nodes = index.get(key);
  if (nodes) nodes.add(node);
  else index.set(key, new Set([node]));
}
