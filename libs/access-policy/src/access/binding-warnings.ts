import type { Finding } from '../document';
import { pointerTo } from '../document/json-pointer';
import type { Groups } from './policy-inputs';

/**
 * Warnings of group_mappings that only the directory can say: two keys that are bound to one group, whose mappings add up, and keys
 * whose group is gone.
 */
export function bindingWarnings(bindings: ReadonlyMap<string, string>, groups: Pick<Groups, 'name'>): Finding[] {
  const first = new Map<string, string>();
  const warnings: Finding[] = [];
  for (const [key, id] of bindings) {
    const other = first.get(id);
    const warn = (detail: string) => warnings.push({ pointer: pointerTo('', key), detail });
    if (groups.name(id) === undefined)
      warn('is bound to a group that no longer exists; remove it and add it again to bind it anew');
    else if (other === undefined) first.set(id, key);
    else warn(`is bound to the same group as "${other}"; the members have both`);
  }
  return warnings;
}
