/** Where the resources of a type stand, and which attributes have a folded column there. */
export interface ResourceTable {
  readonly name: 'users' | 'groups' | 'entitlements';
  /** The resource type's name: User, Group, Role, Entitlement. */
  readonly type: string;
  /** Attribute → *_key column. */
  readonly keys: Readonly<Record<string, string>>;
  /** What an id is appended to. */
  readonly url: string;
  /** What `$ref`s to other types begin with. */
  readonly baseUrl: string;
}

const KEYS = {
  users: { userName: 'user_name_key' },
  groups: { displayName: 'display_name_key' },
  entitlements: { displayName: 'display_name_key' },
} as const;

export function resourceTable(type: string, endpoint: string, baseUrl: string): ResourceTable {
  const name = type === 'User' ? 'users' : type === 'Group' ? 'groups' : 'entitlements';
  return { name, type, keys: KEYS[name], url: `${baseUrl}${endpoint}/`, baseUrl };
}
