/** What the members of one group have (contract §5). The role stands under `<APP_NAME>_role` or `role`. */
export interface GroupMapping {
  readonly role?: string;
  readonly permissions?: readonly string[];
  /** Keys and patterns of workspaces, `all`, `assigned_only`; without it the permissions hold everywhere. */
  readonly workspaces?: readonly string[];
  /** Whether the people of the nodes below this group's node in the hierarchy have it as well. */
  readonly inherit?: boolean;
  readonly description?: string;
  readonly [key: `${string}_role`]: string;
}

/** The document group_mappings: by a group's display name, id or externalId. */
export type GroupMappings = Readonly<Record<string, GroupMapping>>;

/** The role that a mapping gives, under whichever of its two names. */
export function roleOf(mapping: GroupMapping, appName: string): string | undefined {
  return mapping[`${appName}_role`] ?? mapping.role;
}
