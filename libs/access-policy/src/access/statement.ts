import type { DecisionContext, Source, StepUp } from './access';
import type { Scope } from './scope';

/** The permission that answers yes to every permission. */
export const EVERY_PERMISSION = 'all';
/** From so many on a set is asked rather than the list. */
const LONG = 16;

const STEP_UPS: readonly StepUp[] = ['mfa', 'device_trusted'];

/** Requirements of a step-up as bits: what is lacking is `required & ~met`. */
export function stepUpBits(context: DecisionContext | undefined): number {
  if (!context) return 0;
  return (context.mfa === true ? 1 : 0) | (context.device_trusted === true ? 2 : 0);
}

export function stepUpsOf(bits: number): StepUp[] {
  return STEP_UPS.filter((_, i) => bits & (1 << i));
}

/** One thing that a document or a grant says: this role, these permissions, there, under these requirements. */
export class Statement {
  /** Where its permissions stand in the vocabulary of the policy; null when one of them is not in it. */
  positions: Int32Array | null | undefined;
  private set: ReadonlySet<string> | undefined;

  constructor(
    readonly role: string | undefined,
    readonly permissions: readonly string[],
    readonly scope: Scope,
    /** Requirements of a step-up, as bits. */
    readonly requires = 0,
    /** The role on whose account the permissions are given, where they come with a role rather than define it. */
    readonly carrier: string | undefined = role,
  ) {}

  /** Whether it gives the permission, by its name or by "all". */
  gives(permission: string): boolean {
    if (this.permissions.length < LONG) {
      return this.permissions.includes(permission) || this.permissions.includes(EVERY_PERMISSION);
    }
    this.set ??= new Set(this.permissions);
    return this.set.has(permission) || this.set.has(EVERY_PERMISSION);
  }
}

/** A statement with the source that makes it somebody's. */
export interface Holding {
  readonly source: Source;
  readonly statement: Statement;
  /** When it ends, in ms since the epoch; Infinity for what does not end by itself. */
  readonly endsAt: number;
}

export function holding(source: Source, statement: Statement, endsAt = Infinity): Holding {
  return { source, statement, endsAt };
}
