import type { ClientProfile } from '../client-profile';
import { BadRequest } from '../errors';
import type { Member } from '../patch/types';
import { MAX_KEY_LENGTH } from '../schema/common-attributes';
import type { Json, JsonObject } from '../schema/types';
import { isObject } from './coerce';
import { checkText } from './text';

/**
 * The members that a client lists (RFC 7643 §4.2), each once, in the order given: `{value, type?}`; where the profile
 * wraps (K5) also bare ids and a single member that is no list. `display` is not kept: the member has its own name.
 * A member without a value is found by the last part of its `$ref`; `$ref` also tells users from groups.
 * @returns an empty list for null and []
 * @throws BadRequest invalidValue that begins with `where`
 */
export function parseMembers(value: Json, profile: ClientProfile, where = 'members'): Member[] {
  const wrap = profile.bareStringManager === 'wrap';
  if (value === null) return [];
  if (!Array.isArray(value)) {
    if (!wrap) throw new BadRequest('invalidValue', `${where} must be a list.`);
    value = value === '' ? [] : [value];
  }
  const members = new Map<string, Member>();
  for (const element of value) {
    const member = parseMember(element, wrap, where);
    // The same member with its type known is worth more than without.
    if (!members.get(member.value)?.type) members.set(member.value, member);
  }
  return [...members.values()];
}

function parseMember(element: Json, wrap: boolean, where: string): Member {
  if (!isObject(element)) {
    if (wrap && (typeof element === 'string' || typeof element === 'number')) return { value: id(element, where) };
    throw new BadRequest('invalidValue', `${where} must be a list of objects with a value.`);
  }
  const ref = field(element, '$ref');
  const [, refEndpoint, refId] = typeof ref === 'string' ? (REF.exec(ref) ?? []) : [];
  const value = field(element, 'value') ?? refId;
  const type = memberType(field(element, 'type')) ?? memberType(refEndpoint);
  return type ? { value: id(value, where), type } : { value: id(value, where) };
}

const REF = /(?:^|\/)(Users|Groups)\/([^/?#]+)$/i;

function memberType(type: Json | undefined): string | undefined {
  if (typeof type !== 'string') return undefined;
  const folded = type.toLowerCase();
  if (folded === 'user' || folded === 'users') return 'User';
  return folded === 'group' || folded === 'groups' ? 'Group' : undefined;
}

function id(value: Json | undefined, where: string): string {
  const text = typeof value === 'number' && Number.isFinite(value) ? String(value) : value;
  if (typeof text !== 'string' || text === '') {
    throw new BadRequest('invalidValue', `${where}: every member needs a value, the id of a user or group.`);
  }
  checkText(text, `${where}.value`, MAX_KEY_LENGTH);
  return text;
}

/** The member's own spelling first, then any case (RFC 7643 §2.1): a push of thousands pays for the first only. */
function field(element: JsonObject, name: string): Json | undefined {
  if (Object.hasOwn(element, name)) return element[name] ?? undefined;
  for (const key of Object.keys(element)) if (key.toLowerCase() === name) return element[key] ?? undefined;
  return undefined;
}
