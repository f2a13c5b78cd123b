/** So many in so long, and no more. */
export interface SafeguardLimit {
  readonly count: number;
  /** ISO 8601 or the form of 10_minutes. */
  readonly window: string;
}

/** The document safeguards (contract §5): limits past which destructive actions wait for an administrator. */
export interface Safeguards {
  readonly deactivations?: SafeguardLimit;
  readonly group_removals?: SafeguardLimit;
  /** Who is told by mail; without it, the members of groups that are mapped to a role `admin`. */
  readonly notify?: readonly string[];
}

/** The changes that can be limited. */
export const SAFEGUARDS = ['deactivations', 'group_removals'] as const;
export type Safeguard = (typeof SAFEGUARDS)[number];
