import type { Finding } from '../document';
import { pointerTo } from '../document/json-pointer';
import type { Groups } from './policy-inputs';

/** Who puts a document with a hundred thousand keys reads no more than that. */
export const MOST_BINDING_WARNINGS = 100;

/** A key of group_mappings about which an administrator should know something. */
export interface DoubtfulBinding {
  readonly key: string;
  /** Null while it matches no group. */
  readonly groupId: string | null;
  /** Whether that group is still there. */
  readonly exists: boolean;
  /** The first key that is bound to the same group; the key itself where it is the first. */
  readonly first: string | null;
}

/**
 * Warnings of group_mappings that only the directory can say: keys without a group, keys whose group is gone, and keys that are bound
 * to one group, whose mappings add up.
 * @param keys of the document
 * @param bindings ids of the groups by key
 * @returns in the order of the keys, at most MOST_BINDING_WARNINGS
 */
export function bindingWarnings(
  keys: Iterable<string>,
  bindings: ReadonlyMap<string, string>,
  groups: Pick<Groups, 'name'>,
): Finding[] {
  const firsts = new Map<string, string>();
  const warnings: Finding[] = [];
  for (const key of [...keys].sort()) {
    if (warnings.length === MOST_BINDING_WARNINGS) break;
    const groupId = bindings.get(key) ?? null;
    const exists = groupId !== null && groups.name(groupId) !== undefined;
    if (groupId !== null && !firsts.has(groupId)) firsts.set(groupId, key);
    const first = groupId === null ? null : firsts.get(groupId)!;
    if (!exists || first !== key) warnings.push(bindingWarning({ key, groupId, exists, first }));
  }
  return warnings;
}

/** What to say about one of them. */
export function bindingWarning(binding: DoubtfulBinding): Finding {
  return { pointer: pointerTo('', binding.key), detail: doubt(binding) };
}

function doubt({ key, groupId, exists, first }: DoubtfulBinding): string {
  if (groupId === null) return 'matches no group yet, by display name, id or externalId; the first that does gets it';
  if (!exists)
    return 'belongs to a group that was deleted, so nobody has it; to give it to another group, put the document without this key, then with it';
  return `means the same group as "${first ?? key}", whose members have both`;
}
