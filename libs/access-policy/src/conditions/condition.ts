import { ConditionCompiler } from './condition-compiler';
import { filterSyntax } from './condition-fault';

/**
 * What conditions see: SCIM attributes and fields of the mapped profile by name, `groups: [{value, display}]`, extensions by URN.
 */
export type Attributes = Readonly<Record<string, unknown>>;

/** A `when` of a policy document, ready to be asked about many people. */
export interface Condition {
  readonly text: string;
  /** Whether these attributes satisfy it. Total: whatever stands in the attributes, it answers and never throws. */
  holds(attributes: Attributes): boolean;
  /** The attribute paths that it names, as written, each once; `emails[type eq "work"]` names `emails.type`. */
  readonly paths: readonly string[];
}

/**
 * Reads the one condition language of the policy documents (contract §5): a SCIM filter (RFC 7644 §3.4.2.2) that is bound to no schema.
 * Names match in any case; texts compare without case; of several values some one decides, and `ne` is the negation of `eq`, so it holds
 * where the attribute is missing; `x eq null` says that x is not assigned.
 * @throws ConditionFault for what is no filter, beyond 16 KiB, 400 parts or 60 levels, for an order or a part of true, false or null,
 *   and for a name with a colon that is no URN
 */
export function parseCondition(text: string): Condition {
  const compiler = new ConditionCompiler(text);
  const holds = compiler.compile(filterSyntax(text));
  return { text, holds, paths: [...compiler.paths] };
}
