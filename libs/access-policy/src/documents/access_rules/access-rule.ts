/** Access by condition (contract §5). */
export interface AccessRule {
  readonly name: string;
  /** A SCIM filter over the person: SCIM attributes, fields of the mapped profile, `groups.display`. */
  readonly when: string;
  readonly role?: string;
  readonly permissions?: readonly string[];
  readonly workspaces?: readonly string[];
  /** What the context of an evaluation must say before the permissions are in force. */
  readonly requires?: { readonly mfa?: boolean; readonly device_trusted?: boolean };
  readonly description?: string;
}

/** The document access_rules. */
export interface AccessRules {
  readonly rules?: readonly AccessRule[];
  /** What the members of a project have in it, by the project's key. */
  readonly projects?: Readonly<
    Record<string, { readonly permissions: readonly string[]; readonly description?: string }>
  >;
}
