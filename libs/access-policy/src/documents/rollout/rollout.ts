/** A step of the rollout: with `groups` and `when` both must hold, with neither it admits everybody. */
export interface RolloutPhase {
  readonly name: string;
  /** Display names of SCIM groups, in any case; members of groups nested in them count. */
  readonly groups?: readonly string[];
  readonly when?: string;
  readonly description?: string;
}

/** The document rollout (contract §5): whom the phases up to the active one do not admit is staged. */
export interface Rollout {
  readonly phases: readonly RolloutPhase[];
  readonly active: string;
}
