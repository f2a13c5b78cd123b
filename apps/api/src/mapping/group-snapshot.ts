import type { Groups } from '@provost/access-policy';
import { fold } from '@provost/scim-protocol';

/** A group: id, displayName, externalId. */
export type GroupEntry = readonly [id: string, name: string, externalId: string | null];
/** A group that is a member of another. */
export type NestingEntry = readonly [member: string, group: string];

type Lists = ReadonlyMap<string, readonly string[]>;

/** The groups of a tenant at one moment. Immutable. */
export class GroupSnapshot implements Groups {
  private constructor(
    private readonly names: ReadonlyMap<string, string>,
    private readonly byName: Lists,
    private readonly byExternalId: ReadonlyMap<string, string>,
    private readonly above: Lists,
  ) {}

  /** @param groups in the order of their ids */
  static of(groups: readonly GroupEntry[], nesting: readonly NestingEntry[]): GroupSnapshot {
    const [names, byExternalId] = [new Map<string, string>(), new Map<string, string>()];
    const [byName, above] = [new Map<string, string[]>(), new Map<string, string[]>()];
    for (const [id, name, externalId] of groups) {
      names.set(id, name);
      append(byName, fold(name), id);
      if (externalId !== null && !byExternalId.has(externalId)) byExternalId.set(externalId, id);
    }
    for (const [member, group] of nesting) append(above, member, group);
    return new GroupSnapshot(names, byName, byExternalId, above);
  }

  name(id: string): string | undefined {
    return this.names.get(id);
  }

  idsByName(name: string): readonly string[] {
    return this.byName.get(fold(name)) ?? [];
  }

  parents(id: string): readonly string[] {
    return this.above.get(id) ?? [];
  }

  /** The group that a key of group_mappings would be bound to now: by id, displayName, externalId; the smallest id. */
  match(key: string): string | undefined {
    if (this.names.has(key)) return key;
    return this.idsByName(key)[0] ?? this.byExternalId.get(key);
  }

  /** The same, but for the names of some groups, which come with them; undefined for one that is not there. Nothing is asked to `match` of it. */
  withNames(changes: Iterable<readonly [id: string, name: string | undefined]>): GroupSnapshot {
    const [names, byName] = [new Map(this.names), new Map(this.byName)];
    for (const [id, name] of changes) {
      const before = names.get(id);
      if (before === name) continue;
      if (before !== undefined) byName.set(fold(before), without(byName.get(fold(before)), id));
      if (name === undefined) names.delete(id);
      else {
        names.set(id, name);
        byName.set(fold(name), [...(byName.get(fold(name)) ?? []), id]);
      }
    }
    return new GroupSnapshot(names, byName, this.byExternalId, this.above);
  }

  /** The same, but that a group is a member of another, or is not. */
  withNesting(member: string, group: string, nested: boolean): GroupSnapshot {
    const others = without(this.above.get(member), group);
    const above = new Map(this.above).set(member, nested ? [...others, group] : others);
    return new GroupSnapshot(this.names, this.byName, this.byExternalId, above);
  }
}

function without(list: readonly string[] = [], value: string): readonly string[] {
  return list.filter((other) => other !== value);
}

function append(map: Map<string, string[]>, key: string, value: string): void {
  const known = map.get(key);
  if (known) known.push(value);
  else map.set(key, [value]);
}
