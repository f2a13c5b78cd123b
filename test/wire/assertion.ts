import { WireAnswer } from './wire-client';
import { World } from './world';

/** What a vector leaves open about its request. */
export interface RequestChange {
  /** Another request line, such as one with a cursor that was issued a moment ago. */
  readonly q?: string;
  readonly h?: Readonly<Record<string, string>>;
  readonly b?: unknown;
}

/** The hand-written part of a vector: what must be there before, and what its prose says afterwards. */
export interface Assertion {
  /** Makes the directory that the vector talks about, instead of the people and groups that its placeholders name. */
  readonly arrange?: (world: World) => Promise<RequestChange | void>;
  /** Judges the headers, where the vector describes them in words. */
  readonly headers?: (answer: WireAnswer, world: World) => void;
  /** Judges the body, instead of the facts that the vector lists (they may be prose, or samples of what differs each time). */
  readonly body?: (answer: WireAnswer, world: World) => void | Promise<void>;
  /** Judges the state afterwards. */
  readonly post?: (world: World, answer: WireAnswer) => Promise<void>;
  /** Judges what the audit trail says about it; a test of its own. */
  readonly audit?: (world: World, answer: WireAnswer) => Promise<void>;
}

export type Assertions = Readonly<Record<string, Assertion>>;
