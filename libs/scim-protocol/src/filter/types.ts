import type { AttributePath } from '../schema/registry';

export type CompareOperator = 'eq' | 'ne' | 'co' | 'sw' | 'ew' | 'gt' | 'ge' | 'lt' | 'le';
export type CompareValue = string | number | boolean | null;

/**
 * A filter as it was written (RFC 7644 §3.4.2.2), names unresolved.
 * `path` is the attribute path as text, e.g. `name.familyName` or `urn:…:User:department`.
 */
export type FilterSyntax =
  | { readonly kind: 'and' | 'or'; readonly left: FilterSyntax; readonly right: FilterSyntax }
  | { readonly kind: 'not'; readonly filter: FilterSyntax }
  | { readonly kind: 'present'; readonly path: string }
  | { readonly kind: 'compare'; readonly path: string; readonly op: CompareOperator; readonly value: CompareValue }
  /** `emails[type eq "work"]`, and with `sub` and `test` the form outside the ABNF `emails[type eq "work"].value eq "x"`. */
  | {
      readonly kind: 'valuePath';
      readonly path: string;
      readonly filter: FilterSyntax;
      readonly test?:
        | { readonly sub: string; readonly op: CompareOperator; readonly value: CompareValue }
        | { readonly sub: string; readonly op: 'pr' };
    };

/**
 * A filter bound to the schema: every path is resolved and every value has the attribute's type, so what evaluates it
 * or compiles it to SQL needs no further checks. Inside a valuePath the paths name sub-attributes of `target`
 * (attribute = the sub-attribute, sub undefined, schema undefined).
 */
export type Filter =
  | { readonly kind: 'and' | 'or'; readonly left: Filter; readonly right: Filter }
  | { readonly kind: 'not'; readonly filter: Filter }
  | { readonly kind: 'present'; readonly target: AttributePath }
  | {
      readonly kind: 'compare';
      readonly target: AttributePath;
      readonly op: CompareOperator;
      /** string | number | boolean | null; a dateTime is epoch milliseconds UTC. */
      readonly value: CompareValue;
    }
  /** Some element of the multi-valued `target` satisfies `filter`. */
  | { readonly kind: 'valuePath'; readonly target: AttributePath; readonly filter: Filter };
