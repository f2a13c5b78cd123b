import type { Groups } from '@provost/access-policy';
import { fold } from '@provost/scim-protocol';

/** A group: id, displayName, externalId. */
export type GroupEntry = readonly [id: string, name: string, externalId: string | null];
/** A group that is a member of another. */
export type NestingEntry = readonly [member: string, group: string];

/** The groups of a tenant at one moment. */
export class GroupSnapshot implements Groups {
  private readonly names = new Map<string, string>();
  private readonly byName = new Map<string, string[]>();
  private readonly byExternalId = new Map<string, string>();
  private readonly above = new Map<string, string[]>();

  /** @param groups in the order of their ids */
  constructor(groups: readonly GroupEntry[], nesting: readonly NestingEntry[]) {
    for (const [id, name, externalId] of groups) {
      this.names.set(id, name);
      append(this.byName, fold(name), id);
      if (externalId !== null && !this.byExternalId.has(externalId)) this.byExternalId.set(externalId, id);
    }
    for (const [member, group] of nesting) append(this.above, member, group);
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
}

function append(map: Map<string, string[]>, key: string, value: string): void {
  const known = map.get(key);
  if (known) known.push(value);
  else map.set(key, [value]);
}
