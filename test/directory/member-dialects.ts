import type { JsonObject } from '@provost/scim-protocol';

/** What a client wants to happen to the members of a group. */
export type MemberWish =
  | { readonly do: 'add' | 'remove' | 'replace'; readonly ids: readonly string[] }
  | { readonly do: 'clear' }
  | { readonly do: 'removeNamed'; readonly name: string }
  | { readonly do: 'removeGroups' };

export type Dialect = 'okta' | 'entra' | 'rfc';

/** The PATCH operations in which a client says it (catalogue OK-G5, OK-G6, EN-G4 to EN-G6, R53). */
export function operationsFor(wish: MemberWish, dialect: Dialect): JsonObject[] {
  const listed = (ids: readonly string[]) =>
    ids.map((value): JsonObject => {
      if (dialect === 'okta') return { value, display: 'whoever' };
      return dialect === 'entra' ? { $ref: null, value } : { value };
    });
  const op = (name: string) => (dialect === 'entra' ? name.charAt(0).toUpperCase() + name.slice(1) : name);
  switch (wish.do) {
    case 'add':
    case 'replace':
      if (dialect === 'rfc') return [{ op: wish.do, value: { members: listed(wish.ids) } }];
      return [{ op: op(wish.do), path: 'members', value: listed(wish.ids) }];
    case 'remove':
      if (dialect === 'okta') return wish.ids.map((id) => ({ op: 'remove', path: `members[value eq "${id}"]` }));
      if (dialect === 'entra') return [{ op: 'Remove', path: 'members', value: listed(wish.ids) }];
      return wish.ids.length
        ? [{ op: 'remove', path: `members[${wish.ids.map((id) => `value eq "${id}"`).join(' or ')}]` }]
        : [];
    case 'clear':
      return [{ op: op('remove'), path: 'members' }];
    case 'removeNamed':
      return [{ op: op('remove'), path: `members[display eq ${JSON.stringify(wish.name)}]` }];
    case 'removeGroups':
      return [{ op: op('remove'), path: 'members[type eq "Group"]' }];
  }
}
