/** Why somebody has something (contract §6). */
export type Source =
  | {
      readonly type: 'group_mapping';
      /** The group whose direct member they are, or the node of group_hierarchy whose people they are. */
      readonly group: string;
      /** Its id; absent for a node. */
      readonly groupId?: string;
      /** From there to the mapped group, the shortest way. */
      readonly path: readonly string[];
    }
  | { readonly type: 'group_hierarchy'; readonly group: string; readonly path: readonly string[] }
  | { readonly type: 'access_rule'; readonly rule: string }
  | { readonly type: 'project'; readonly project: string }
  | { readonly type: 'grant'; readonly grantId: string; readonly expiresAt: string }
  | { readonly type: 'provisioning_rule' };

export interface HeldRole {
  readonly role: string;
  readonly sources: readonly Source[];
  /** The latest end; there only when every source ends. */
  readonly expiresAt?: string;
}
export interface PendingRole {
  readonly role: string;
  readonly sources: readonly Source[];
}
export interface HeldPermission {
  readonly permission: string;
  readonly sources: readonly Source[];
}
export interface HeldWorkspace {
  readonly workspace: string;
  readonly sources: readonly Source[];
}

/** inactive: deactivated; staged: the rollout has not come to them. Neither has any access. */
export type AccessStatus = 'active' | 'staged' | 'inactive';

/** What a person has, each with every source that gives it; sorted by name. */
export interface Access {
  readonly status: AccessStatus;
  readonly roles: readonly HeldRole[];
  readonly permissions: readonly HeldPermission[];
  readonly workspaces: readonly HeldWorkspace[];
  /** Roles that some source gives and that wait for approval: neither they nor what they carry is in force. */
  readonly pending: readonly PendingRole[];
  /** Until when this holds if nothing else changes: the next start or end of a grant, in ms since the epoch, or Infinity. */
  readonly validUntil: number;
}

/** The names alone, each list sorted. */
export interface AccessNames {
  readonly roles: readonly string[];
  readonly permissions: readonly string[];
  readonly workspaces: readonly string[];
}

/** Where a permission is asked for. What is not registered, or in no workspace, has no `workspace`. */
export interface Place {
  readonly kind: 'workspace' | 'project' | 'content' | 'other';
  readonly workspace?: string | undefined;
  /** Of a project itself and of content that belongs to one. */
  readonly project?: string | undefined;
}

export type StepUp = 'mfa' | 'device_trusted';

/** What the application knows of the session (AuthZEN's context). */
export type DecisionContext = { readonly [requirement in StepUp]?: boolean | undefined };

export type DecisionReason =
  | 'granted'
  | 'no_source'
  | 'user_inactive'
  | 'user_staged'
  | 'step_up_required'
  /** They have the permission, but not there. */
  | 'not_in_workspace'
  /** They have the permission in certain workspaces, and the resource is in none that is registered. */
  | 'unknown_resource';

export interface Decision {
  readonly decision: boolean;
  readonly reason: DecisionReason;
  /** What gives the permission there; with `step_up_required`, what would. */
  readonly sources: readonly Source[];
  /** What the context lacks, of the source that lacks least. */
  readonly stepUp?: readonly StepUp[];
}
