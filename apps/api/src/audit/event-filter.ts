import { CATEGORIES, EVENT_TYPES, kindOf, typesLike } from '@provost/audit-trail';
import { isUuid } from '@provost/entities';
import { type InputFault, invalid } from '../http';

/** Which events are asked for; what is not given does not narrow. */
export interface EventFilter {
  readonly types?: readonly string[];
  readonly userId?: string;
  readonly groupId?: string;
  /** Id, name or kind of who did it. */
  readonly actor?: string;
  readonly from?: Date;
  /** Without this moment itself. */
  readonly to?: Date;
}

/** The parameters of a query that narrow it, as they were given. */
export const FILTERS = ['type', 'category', 'userId', 'groupId', 'actor', 'from', 'to'] as const;

/** RFC 3339; a day by itself begins at midnight UTC. */
const TIME = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/i;

/** Reads `?type=&category=&userId=&groupId=&actor=&from=&to=` (contract §8). @throws Problem 400 with every fault */
export function eventFilter(query: Readonly<Record<string, unknown>>): EventFilter {
  const faults: InputFault[] = [];
  const refuse = (name: string, detail: string) => void faults.push({ pointer: `/${name}`, detail });
  const given = (name: (typeof FILTERS)[number]): string | undefined => {
    const value = query[name];
    if (value === undefined || value === '') return undefined;
    if (typeof value !== 'string') refuse(name, 'must be given once');
    return typeof value === 'string' ? value : undefined;
  };
  const id = (name: 'userId' | 'groupId', what: string) => {
    const value = given(name);
    if (value !== undefined && !isUuid(value)) refuse(name, `must be the SCIM id of a ${what}`);
    return value;
  };
  const time = (name: 'from' | 'to') => {
    const value = given(name);
    const at = value !== undefined && TIME.test(value) ? new Date(value) : undefined;
    if (value !== undefined && !Number.isFinite(at?.getTime()))
      refuse(name, 'must be a time such as 2026-11-24T08:00:00Z, or a day');
    return at;
  };
  const types = typesOf(given('type'), given('category'), refuse);
  const filter = { types, userId: id('userId', 'user'), groupId: id('groupId', 'group'), actor: given('actor') };
  const [from, to] = [time('from'), time('to')];
  if (faults.length) throw invalid(faults);
  return { ...filter, from, to };
}

function typesOf(
  pattern: string | undefined,
  category: string | undefined,
  refuse: (name: string, detail: string) => void,
): readonly string[] | undefined {
  if (pattern === undefined && category === undefined) return undefined;
  const like = pattern === undefined ? EVENT_TYPES : typesLike(pattern);
  if (!like) refuse('type', 'must be a type of event such as user.created, or a pattern such as user.*');
  if (category === undefined) return pattern === '*' ? undefined : (like ?? []);
  if (!CATEGORIES.some((known) => known === category)) refuse('category', `must be one of ${CATEGORIES.join(', ')}`);
  return (like ?? []).filter((type) => kindOf(type).category === category);
}
