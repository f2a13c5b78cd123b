import type { ResourceType } from '../schema/registry';
import type { FilterSyntax } from './types';

const NEVER: FilterSyntax = { kind: 'compare', path: 'id', op: 'eq', value: '' };
const ALWAYS: FilterSyntax = { kind: 'present', path: 'id' };

/**
 * The filter as it counts for one resource type when several are asked at once: an attribute that the type does not have
 * has no value (RFC 7644 §3.4.2.1), so a comparison with it fails and `ne` succeeds (catalogue R04).
 */
export function withoutUnknownAttributes(type: ResourceType, filter: FilterSyntax): FilterSyntax {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return {
        ...filter,
        left: withoutUnknownAttributes(type, filter.left),
        right: withoutUnknownAttributes(type, filter.right),
      };
    case 'not':
      return { ...filter, filter: withoutUnknownAttributes(type, filter.filter) };
    default:
      if (type.resolve(filter.path)) return filter;
      return filter.kind === 'compare' && filter.op === 'ne' ? ALWAYS : NEVER;
  }
}
