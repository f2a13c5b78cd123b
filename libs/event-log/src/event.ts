/** What can happen (contract §8). */
export type EventType =
  | `user.${'created' | 'updated' | 'deactivated' | 'reactivated' | 'deleted' | 'password_changed'}`
  | `user.${'deprovisioned' | 'restored' | 'purged'}`
  | `group.${'created' | 'updated' | 'deleted' | 'member_added' | 'member_removed'}`
  | `entitlement.${'created' | 'updated' | 'deleted'}`
  | `credential.${'created' | 'authorized' | 'authorization_ended' | 'updated' | 'rotated' | 'revoked' | 'expiring'}`
  | `tenant.${'created' | 'updated'}`
  | 'certificate.expiring'
  | 'config.changed'
  | `audit.${'export_started' | 'exported'}`
  | 'access.role_changed'
  | `access.approval_${'requested' | 'approved' | 'rejected' | 'expired' | 'lapsed'}`
  | `access.grant_${'created' | 'started' | 'expired' | 'revoked'}`
  | `resource.${'workspace' | 'project' | 'content'}_${'registered' | 'updated' | 'removed'}`
  | `resource.project_member_${'added' | 'removed'}`
  | `session.${'login' | 'revoked'}`
  | 'auth.failed'
  | `lifecycle.${'run_started' | 'run_completed' | 'run_failed' | 'run_retried' | 'removal_missed' | 'rollout_reached'}`
  | `lifecycle.${'held' | 'hold_released' | 'hold_discarded'}`
  | `webhook.${'created' | 'updated' | 'deleted' | 'secret_rotated' | 'disabled'}`
  | `sync.${string}`
  | `error.${string}`;

/** Who did it and through which request; the same for every event of a request. */
export interface EventContext {
  readonly actor: { readonly type: string; readonly id: string; readonly name?: string };
  readonly request: { readonly id: string; readonly ip?: string; readonly client?: string };
}

export interface Change {
  readonly path: string;
  readonly from?: unknown;
  readonly to?: unknown;
}

/** What a write path hands over. `personal` is encrypted with the subject's key, `data` stays when a person is erased. */
export interface NewEvent {
  readonly type: EventType;
  readonly subjectType: string;
  readonly subjectId: string;
  readonly groupId?: string;
  readonly data?: object;
  readonly personal?: object;
}

/** A row of the log. */
export interface EventRow {
  tenant_id: string;
  /** A bigint as decimal text. */
  seq: string;
  id: string;
  occurred_at: Date;
  type: string;
  subject_type: string;
  subject_id: string | null;
  group_id: string | null;
  context: EventContext;
  data: Record<string, unknown> | null;
  sealed: Buffer | null;
}
