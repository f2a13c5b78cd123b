export type ConflictResolution = 'okta_wins' | 'app_wins' | 'newest_wins';
export type UpdateTrigger = 'profile_changed' | 'group_membership_changed' | 'manager_updated';

/** What of a person follows Okta after creation, and who wins where the application changed it (contract §5). */
export interface SyncConfig {
  /** Without it, every trigger. */
  readonly update_triggers?: readonly UpdateTrigger[];
  /** Attributes that flow into the profile after creation; without it, all. */
  readonly update_attributes?: readonly string[];
  readonly sync_frequency?: 'real_time';
  /** Without it, okta_wins. */
  readonly conflict_resolution?: ConflictResolution;
}
