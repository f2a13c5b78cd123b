/** One value of a profile, as documents can write it. */
export type ProfileScalar = string | number | boolean;
export type MultiValuedRule = 'first' | 'primary' | 'join' | 'all';

/** How SCIM attributes become the profile that the application sees (contract §5). */
export interface AttributeMappings {
  /** Changes to the standard table: source → field; null takes the source out. */
  readonly standard?: Readonly<Record<string, string | null>>;
  /** Source → field: `okta:custom:costCenter` → `<APP_NAME>:costCenter`. */
  readonly custom_mappings?: Readonly<Record<string, string>>;
  /** By field: value → value. What has no row passes unchanged. */
  readonly transformations?: Readonly<Record<string, Readonly<Record<string, ProfileScalar>>>>;
  /** By field: code → text. What has no row passes unchanged and is reported. */
  readonly lookups?: Readonly<Record<string, Readonly<Record<string, ProfileScalar>>>>;
  /** In their order; each sees the fields as those before it left them. */
  readonly conditions?: readonly {
    readonly when: string;
    readonly set: Readonly<Record<string, ProfileScalar | readonly ProfileScalar[] | null>>;
  }[];
  /** By field: what becomes of several values. Without a rule: the primary one, else the first. */
  readonly multi_valued?: Readonly<Record<string, MultiValuedRule>>;
}

/** The field that a target names: `taskade:costCenter` and `costCenter` are `costCenter`; undefined for another prefix. */
export function fieldOf(target: string, appName: string): string | undefined {
  const colon = target.indexOf(':');
  if (colon < 0) return target;
  return target.slice(0, colon).toLowerCase() === appName.toLowerCase() ? target.slice(colon + 1) : undefined;
}
