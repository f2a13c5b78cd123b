import type { Statement } from './statement';

/** A statement and its values. */
export interface Ask {
  readonly statement: Statement;
  readonly values: unknown[];
}

/**
 * A short write that tells nothing but that it has happened. While it waits for a connection with others of its kind they are
 * made one statement: PostgreSQL then begins one instead of many, which is a third of what a small write costs it (docs/adr/0039).
 */
export interface SharedWrite<Call> {
  /** For whoever traces. */
  readonly name: string;
  /** One call by itself. */
  alone(call: Call): Ask;
  /** Several as one statement, whose text does not depend on how many: all of them happen, or it fails and none has. */
  together(calls: readonly Call[]): Ask;
}
