import type { Attributes } from '../conditions';
import type { ApprovalPolicies } from '../documents/approval_policies/approval-policies';
import type { AccessRules } from '../documents/access_rules/access-rule';
import type { GroupHierarchy } from '../documents/group_hierarchy/hierarchy-node';
import type { GroupMappings } from '../documents/group_mappings/group-mapping';
import type { ProvisioningRules } from '../documents/provisioning_rules/provisioning-rules';
import type { Rollout } from '../documents/rollout/rollout';

/** The documents that decide access, in force, already validated; one that is absent says nothing. */
export interface AccessDocuments {
  readonly group_mappings?: GroupMappings | undefined;
  readonly group_hierarchy?: GroupHierarchy | undefined;
  readonly access_rules?: AccessRules | undefined;
  readonly provisioning_rules?: ProvisioningRules | undefined;
  readonly rollout?: Rollout | undefined;
  readonly approval_policies?: ApprovalPolicies | undefined;
}

/** The SCIM groups of a tenant. A policy asks while it is in use, and expects the answers of the moment of its compilation. */
export interface Groups {
  /** displayName, for showing. */
  name(id: string): string | undefined;
  /** Groups of that displayName, in any case. */
  idsByName(name: string): readonly string[];
  /** Groups of which this group is a direct member; nesting may have circles. */
  parents(id: string): readonly string[];
}

/** What a policy is compiled from. */
export interface PolicyInputs {
  /** APP_NAME, as in `<APP_NAME>_role`. */
  readonly appName: string;
  readonly documents: AccessDocuments;
  /** Key of group_mappings → id of the SCIM group that it is bound to; keys without a group are absent. */
  readonly bindings: ReadonlyMap<string, string>;
  readonly groups: Groups;
  /** Keys of the workspaces that are registered. Sorted, they are listed without a copy. */
  readonly workspaces: readonly string[];
}

/** Access for a time (contract §6): a role or a permission, everywhere or in one workspace. */
export interface Grant {
  readonly id: string;
  readonly role: string | null;
  readonly permission: string | null;
  readonly workspace: string | null;
  readonly startsAt: Date | null;
  readonly expiresAt: Date;
}

/** What a policy must know of a person. */
export interface Person {
  readonly id: string;
  readonly userName: string;
  readonly active: boolean;
  /** Ids of the groups of which they are a direct member. */
  readonly groups: readonly string[];
  /** Projects whose member they are. */
  readonly projects: readonly { readonly key: string; readonly workspace: string | null }[];
  readonly grants: readonly Grant[];
  /** Roles that somebody approved for them; asked only of roles that approval_policies names. */
  readonly approved?: ReadonlySet<string> | undefined;
  /**
   * SCIM resource and mapped profile, for conditions; `groups` is added from the memberships. Asked only where the policy needs it
   * (`policy.readsAttributes`), at most once an evaluation.
   */
  attributes(): Attributes;
}
