/** One group of the hierarchy, its people and what they have (contract §5). */
export interface HierarchyNode {
  /** The node above. */
  readonly parent?: string;
  /** SCIM groups by display name, users by userName or its part before the @. */
  readonly members?: readonly string[];
  /** Held by its own people and by those of every node below. */
  readonly inherited_permissions?: readonly string[];
  /** Held by its own people only. */
  readonly specific_permissions?: readonly string[];
  readonly description?: string;
}

/** The document group_hierarchy: nodes by name. */
export type GroupHierarchy = Readonly<Record<string, HierarchyNode>>;
