import type { ClientProfile } from '../client-profile';
import type { Filter } from '../filter/types';
import { isObject } from '../resource/coerce';
import type { Json } from '../schema/types';
import { fault } from './target';
import type { Member, MemberStep, PatchStep } from './types';

/** A PATCH of a group: what changes the group's own attributes, and what changes who belongs to it. */
export interface SplitPatch {
  readonly attributeSteps: PatchStep[];
  readonly memberSteps: MemberStep[];
}

/**
 * Splits the steps of a PATCH on a Group: memberships are rows, so what is said about `members` becomes deltas whose cost is theirs
 * alone, in their order; neighbours of the same kind become one (a thousand removes, catalogue OK-G9, are one list).
 *
 * - add → add; replace → replace; remove without a value → removeAll (R53)
 * - remove with a value, or `members[value eq "id" or …]` → remove what is listed (OK-G5, EN-G5, EN-G6)
 * - remove with any other filter → removeWhere
 *
 * @throws BadRequest mutability for changes of a member's sub-attributes, which are immutable (RFC 7643 §4.2, §8.7.1); noTarget for
 *   an add that selects members with a filter; invalidValue for a remove with a value where the profile rejects it (K2)
 */
export function splitMembers(steps: readonly PatchStep[], profile: ClientProfile): SplitPatch {
  const attributeSteps: PatchStep[] = [];
  const memberSteps: MemberStep[] = [];
  let open: Open | undefined;
  for (const step of steps) {
    const { target } = step;
    if ('extension' in target || target.schema !== undefined || target.attribute.name !== 'members') {
      attributeSteps.push(step);
      continue;
    }
    if (target.sub) throw fault(step.operation, 'mutability', 'a member cannot be changed, only added or removed.');
    const delta = memberDelta(step, profile);
    if (!('listed' in delta)) {
      memberSteps.push(delta);
      open = undefined;
      continue;
    }
    if (delta.listed.length === 0) continue;
    // A removal after an addition must stay a removal after it: only neighbours are joined.
    if (open?.kind !== delta.kind || delta.kind === 'replace') {
      open = { kind: delta.kind, members: [], known: new Set() };
      memberSteps.push({ kind: open.kind, members: open.members });
    }
    for (const member of delta.listed) addTo(open, member);
  }
  return { attributeSteps, memberSteps };
}

/** The step that neighbours may still join, with the ids that it has. */
interface Open {
  readonly kind: 'add' | 'remove' | 'replace';
  readonly members: Member[];
  readonly known: Set<string>;
}

function addTo(open: Open, member: Member): void {
  if (open.known.has(member.value)) return;
  open.known.add(member.value);
  open.members.push(member);
}

type Delta =
  | { readonly kind: Open['kind']; readonly listed: readonly Member[] }
  | Extract<MemberStep, { kind: 'removeAll' | 'removeWhere' }>;

function memberDelta(step: PatchStep, profile: ClientProfile): Delta {
  const { op, filter, value, operation } = step;
  if (op !== 'remove') {
    if (!filter) return { kind: op, listed: membersOf(value, operation) };
    if (op === 'replace') throw fault(operation, 'mutability', 'a member cannot be changed, only added or removed.');
    throw fault(operation, 'noTarget', 'members are added by a value, not by a filter in the path.');
  }
  if (filter) {
    const ids: string[] = [];
    if (listedBy(filter, ids)) return { kind: 'remove', listed: ids.map((id) => ({ value: id })) };
    return { kind: 'removeWhere', filter };
  }
  if (value === undefined) return { kind: 'removeAll' };
  if (profile.removeWithValue === 'reject') {
    throw fault(operation, 'invalidValue', 'a remove takes no value; choose members with a filter in the path.');
  }
  return { kind: 'remove', listed: membersOf(value, operation) };
}

/** The ids of `value eq "a" or value eq "b" …`; false for any other filter. Depth is bounded by the parser. */
function listedBy(filter: Filter, ids: string[]): boolean {
  if (filter.kind === 'or') return listedBy(filter.left, ids) && listedBy(filter.right, ids);
  if (filter.kind !== 'compare' || filter.op !== 'eq' || filter.target.attribute.name !== 'value') return false;
  ids.push(String(filter.value));
  return true;
}

function membersOf(value: Json | undefined, operation: number): Member[] {
  return (Array.isArray(value) ? value : []).map((element) => {
    if (!isObject(element) || typeof element.value !== 'string') {
      throw fault(operation, 'invalidValue', 'every member needs a value, the id of a user or group.');
    }
    return typeof element.type === 'string' ? { value: element.value, type: element.type } : { value: element.value };
  });
}
