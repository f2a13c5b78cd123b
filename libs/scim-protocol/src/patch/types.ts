import type { Filter } from '../filter/types';
import type { AttributePath } from '../schema/registry';
import type { Schema, Json } from '../schema/types';

export type PatchOp = 'add' | 'remove' | 'replace';

/**
 * One step of a PATCH, validated and bound to the schema. A path-less operation has been expanded into one step for each
 * attribute of its value, so every step has a target.
 */
export interface PatchStep {
  readonly op: PatchOp;
  /** Where in `Operations` it stood, from 1, for error messages ("Operation 2: …"). */
  readonly operation: number;
  /** The attribute, or the whole extension block, which is only ever removed: values of a block become attribute steps. */
  readonly target: AttributePath | { readonly extension: Schema };
  /** `emails[type eq "work"]…`: which elements of the multi-valued target. */
  readonly filter?: Filter;
  /**
   * The type-checked, canonically named value; absent only for remove without a value. With remove it lists the elements
   * to take out (catalogue K2, EN-G5).
   */
  readonly value?: Json;
}

/** What a PATCH body says, ready for applyPatch and splitMembers. */
export interface ParsedPatch {
  readonly steps: PatchStep[];
  /** Attributes and schemas that nobody defined and that were left out (K6), for the log and the administrator. */
  readonly ignored: string[];
  /** Apart, so that nothing that stores or logs the steps can leak it; the last one given. */
  readonly password?: string;
}

/** What a PATCH or PUT means for the members of a group, in order; memberships are rows, never a list in memory. */
export type MemberStep =
  | { readonly kind: 'add' | 'remove' | 'replace'; readonly members: readonly Member[] }
  | { readonly kind: 'removeAll' }
  /** `members[display eq "x"]` and whatever else is not `value eq`. */
  | { readonly kind: 'removeWhere'; readonly filter: Filter };

export interface Member {
  readonly value: string;
  /** 'User' or 'Group' when the client said so. */
  readonly type?: string;
}
