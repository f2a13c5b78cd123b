import type { FilterSyntax } from './types';

/**
 * Writes a filter in its one canonical form: lower-case operators, single spaces, parentheses only where the tree needs
 * them. `parseFilter(printFilter(f))` equals `f` for every tree that the parser can produce.
 */
export function printFilter(filter: FilterSyntax): string {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return `${operand(filter.left, filter.kind, false)} ${filter.kind} ${operand(filter.right, filter.kind, true)}`;
    case 'not':
      return `not (${printFilter(filter.filter)})`;
    case 'present':
      return `${filter.path} pr`;
    case 'compare':
      return `${filter.path} ${filter.op} ${JSON.stringify(filter.value)}`;
    case 'valuePath': {
      const elements = `${filter.path}[${printFilter(filter.filter)}]`;
      const { test } = filter;
      if (!test) return elements;
      return `${elements}.${test.sub} ${test.op === 'pr' ? 'pr' : `${test.op} ${JSON.stringify(test.value)}`}`;
    }
  }
}

/** `and` and `or` associate to the left; a right operand of the same kind keeps its parentheses so that the tree stays. */
function operand(filter: FilterSyntax, under: 'and' | 'or', right: boolean): string {
  const looser = under === 'and' && filter.kind === 'or';
  return looser || (right && filter.kind === under) ? `(${printFilter(filter)})` : printFilter(filter);
}
