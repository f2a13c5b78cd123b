import {
  BadRequest,
  type Attribute,
  type CompareOperator,
  type CompareValue,
  type Filter,
} from '@provost/scim-protocol';

/** How the sub-attributes of one element are tested in SQL. */
export interface ElementTests {
  compare(attribute: Attribute, op: Exclude<CompareOperator, 'ne'>, value: Exclude<CompareValue, null>): string;
  present(attribute: Attribute): string;
}

/**
 * Compiles the filter of a value path to a condition over one element, so that all of it holds for one and the same
 * (catalogue R09). @throws BadRequest invalidFilter for brackets inside brackets
 */
export function elementCondition(filter: Filter, tests: ElementTests): string {
  switch (filter.kind) {
    case 'and':
      return `(${elementCondition(filter.left, tests)} AND ${elementCondition(filter.right, tests)})`;
    case 'or':
      return `(${elementCondition(filter.left, tests)} OR ${elementCondition(filter.right, tests)})`;
    case 'not':
      return `NOT coalesce(${elementCondition(filter.filter, tests)}, false)`;
    case 'present':
      return tests.present(filter.target.attribute);
    case 'compare': {
      const { target, op, value } = filter;
      if (value === null) return `NOT coalesce(${tests.present(target.attribute)}, false)`;
      if (op === 'ne') return `NOT coalesce(${tests.compare(target.attribute, 'eq', value)}, false)`;
      return tests.compare(target.attribute, op, value);
    }
    case 'valuePath':
      throw new BadRequest('invalidFilter', 'A value filter cannot stand inside another one.');
  }
}
