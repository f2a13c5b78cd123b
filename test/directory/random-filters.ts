import fc from 'fast-check';
import {
  CUSTOM_URN,
  ENTERPRISE_URN,
  type CompareOperator,
  type FilterSyntax,
  type Json,
  type JsonObject,
  type ResourceType,
} from '@provost/scim-protocol';
import { ACME, bytes, decimal, moment, number, text } from './random-directory';

type Kind = 'text' | 'number' | 'date' | 'boolean' | 'binary';

const OPERATORS: Readonly<Record<Kind, readonly CompareOperator[]>> = {
  text: ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'],
  number: ['eq', 'ne', 'gt', 'ge', 'lt', 'le'],
  date: ['eq', 'ne', 'gt', 'ge', 'lt', 'le'],
  boolean: ['eq', 'ne'],
  binary: ['eq', 'ne'],
};
const META: Readonly<Record<string, Kind>> = {
  'meta.created': 'date',
  'meta.lastModified': 'date',
  'meta.version': 'text',
  'meta.location': 'text',
  'meta.resourceType': 'text',
};
const texts = (...paths: string[]): Record<string, Kind> => Object.fromEntries(paths.map((path) => [path, 'text']));

/** The paths that filters are made of, with the kind of their values. */
export const PATHS: Readonly<Record<'User' | 'Group' | 'Role', Readonly<Record<string, Kind>>>> = {
  User: {
    ...texts(
      'userName',
      'id',
      'externalId',
      'displayName',
      'title',
      'profileUrl',
      'name.familyName',
      'name.formatted',
      'schemas',
    ),
    ...texts(
      'emails',
      'emails.value',
      'EMAILS.type',
      'phoneNumbers.value',
      'roles.value',
      'entitlements.value',
      'addresses.locality',
    ),
    ...texts('groups.value', 'groups.display', 'groups.type', 'groups.$ref'),
    ...texts(...['department', 'employeeNumber', 'costCenter', 'manager.value'].map((a) => `${ENTERPRISE_URN}:${a}`)),
    ...texts(...['officeLocation', 'Shoe', 'sHOE', 'hat-size'].map((a) => `${CUSTOM_URN}:${a}`)),
    ...texts(...['code', 'tags', 'desk.label', 'badges.value'].map((a) => `${ACME}:${a}`)),
    [`${ACME}:level`]: 'number',
    [`${ACME}:score`]: 'number',
    [`${ACME}:desk.floor`]: 'number',
    [`${ACME}:badges.grade`]: 'number',
    [`${ACME}:hired`]: 'date',
    [`${ACME}:badges.issued`]: 'date',
    [`${ACME}:remote`]: 'boolean',
    [`${ACME}:key`]: 'binary',
    active: 'boolean',
    'emails.primary': 'boolean',
    'addresses.primary': 'boolean',
    ...META,
  },
  Group: {
    ...texts(
      'id',
      'displayName',
      'externalId',
      'members',
      'members.value',
      'members.display',
      'members.type',
      'members.$ref',
    ),
    ...META,
  },
  Role: { ...texts('id', 'displayName', 'description', 'type'), ...META },
};
/** Multi-valued attributes and what may stand between their brackets. */
const ELEMENTS: Readonly<Record<'User' | 'Group' | 'Role', Readonly<Record<string, Readonly<Record<string, Kind>>>>>> =
  {
    User: {
      emails: texts('value', 'type', 'display'),
      roles: texts('value', 'type'),
      addresses: { ...texts('type', 'locality'), primary: 'boolean' },
      groups: texts('value', 'display', 'type', '$ref'),
      [`${ACME}:badges`]: { value: 'text', issued: 'date', grade: 'number' },
    },
    Group: { members: texts('value', 'display', 'type', '$ref') },
    Role: {},
  };
/** Whole attributes, of which only presence can be asked. */
const WHOLE = {
  User: ['name', 'emails', 'groups', 'meta', `${ACME}:desk`, `${ENTERPRISE_URN}:manager`],
  Group: ['members'],
  Role: ['meta'],
};

/** A literal that is chosen when the directory is there: one of its values, bent a little, so that filters hit. */
interface Aim {
  readonly pick: number;
  readonly bend: 'same' | 'upper' | 'lower' | 'head' | 'tail' | 'middle';
}
type Aimed = { aim: Aim } | { value: string | number | boolean | null };
type Leaf = { path: string; op: CompareOperator | 'pr'; literal: Aimed };
/** A filter before its literals are chosen. */
export type FilterPlan =
  | { kind: 'leaf'; leaf: Leaf }
  | { kind: 'and' | 'or'; left: FilterPlan; right: FilterPlan }
  | { kind: 'not'; filter: FilterPlan }
  | { kind: 'valuePath'; path: string; filter: FilterPlan; then?: Leaf };

const VALUES: Readonly<Record<Kind, fc.Arbitrary<string | number | boolean>>> = {
  text,
  number: fc.oneof(number, decimal),
  date: moment,
  boolean: fc.boolean(),
  binary: bytes,
};
const aim = fc.record({
  aim: fc.record({
    pick: fc.nat(),
    bend: fc.constantFrom<Aim['bend']>('same', 'same', 'upper', 'lower', 'head', 'tail', 'middle'),
  }),
});

function leafOf(paths: Readonly<Record<string, Kind>>): fc.Arbitrary<Leaf> {
  return fc.constantFrom(...Object.entries(paths)).chain(([path, kind]) => {
    const compare = fc.record({
      path: fc.constant(path),
      op: fc.constantFrom<Leaf['op']>(...OPERATORS[kind]),
      literal: fc.oneof({ weight: 3, arbitrary: aim }, { weight: 1, arbitrary: fc.record({ value: VALUES[kind] }) }),
    });
    const unassigned = fc.record({
      path: fc.constant(path),
      op: fc.constantFrom<Leaf['op']>('pr', 'eq', 'ne'),
      literal: fc.constant({ value: null }),
    });
    return fc.oneof({ weight: 8, arbitrary: compare }, { weight: 1, arbitrary: unassigned });
  });
}

function tree(leaf: fc.Arbitrary<FilterPlan>, depth: number): fc.Arbitrary<FilterPlan> {
  const joined: fc.Memo<FilterPlan> = fc.memo((n) =>
    n <= 1
      ? leaf
      : fc.oneof(
          { weight: 3, arbitrary: leaf },
          {
            weight: 2,
            arbitrary: fc.record({
              kind: fc.constantFrom('and' as const, 'or' as const),
              left: joined(n - 1),
              right: joined(n - 1),
            }),
          },
          { weight: 1, arbitrary: fc.record({ kind: fc.constant('not' as const), filter: joined(n - 1) }) },
        ),
  );
  return joined(depth);
}

/** Filters over a type: every operator on every kind of attribute, joined, negated, in brackets. */
export function filterPlan(typeName: 'User' | 'Group' | 'Role'): fc.Arbitrary<FilterPlan> {
  const asLeaf = (leaf: fc.Arbitrary<Leaf>) => leaf.map((l): FilterPlan => ({ kind: 'leaf', leaf: l }));
  const whole = fc.constantFrom(...WHOLE[typeName]).map((path): FilterPlan => ({
    kind: 'leaf',
    leaf: { path, op: 'pr', literal: { value: null } },
  }));
  const brackets = Object.entries(ELEMENTS[typeName]).map(([path, subs]) =>
    fc.record(
      {
        kind: fc.constant('valuePath' as const),
        path: fc.constant(path),
        filter: tree(asLeaf(leafOf(subs)), 3),
        then: leafOf(subs),
      },
      { requiredKeys: ['kind', 'path', 'filter'] },
    ),
  );
  const leaves = [asLeaf(leafOf(PATHS[typeName])), asLeaf(leafOf(PATHS[typeName])), ...brackets.slice(0, 2), whole];
  return tree(fc.oneof(...leaves, ...(brackets.length ? [fc.oneof(...brackets)] : [])), 4);
}

/** Chooses the literals from what the resources have and gives the filter as it may be printed. */
export function aimed(
  plan: FilterPlan,
  type: ResourceType,
  resources: readonly JsonObject[],
  inside = '',
): FilterSyntax {
  switch (plan.kind) {
    case 'and':
    case 'or':
      return {
        kind: plan.kind,
        left: aimed(plan.left, type, resources, inside),
        right: aimed(plan.right, type, resources, inside),
      };
    case 'not':
      return { kind: 'not', filter: aimed(plan.filter, type, resources, inside) };
    case 'valuePath': {
      const { path, then } = plan;
      const tested = then && compared(then, type, resources, path);
      const test =
        tested &&
        (tested.kind === 'present'
          ? { sub: tested.path, op: 'pr' as const }
          : { sub: tested.path, op: tested.op, value: tested.value });
      return { kind: 'valuePath', path, filter: aimed(plan.filter, type, resources, path), ...(test ? { test } : {}) };
    }
    case 'leaf':
      return compared(plan.leaf, type, resources, inside);
  }
}

type Compared = Extract<FilterSyntax, { kind: 'present' | 'compare' }>;

function compared(
  { path, op, literal }: Leaf,
  type: ResourceType,
  resources: readonly JsonObject[],
  inside: string,
): Compared {
  if (op === 'pr') return { kind: 'present', path };
  if ('value' in literal) return { kind: 'compare', path, op, value: literal.value };
  const whole = inside ? `${inside}.${path}` : path;
  const values = resources.flatMap((resource) => valuesAt(type, resource, whole));
  if (!values.length) return { kind: 'present', path };
  return { kind: 'compare', path, op, value: bent(values[literal.aim.pick % values.length]!, literal.aim, whole) };
}

function bent(value: string | number | boolean, { pick, bend }: Aim, path: string): string | number | boolean {
  if (typeof value !== 'string' || /issued$|hired$|created$|lastModified$|key$/.test(path)) return value;
  const characters = [...value];
  const cut = pick % (characters.length + 1);
  switch (bend) {
    case 'same':
      return value;
    case 'upper':
      return value.toUpperCase();
    case 'lower':
      return value.toLowerCase();
    case 'head':
      return characters.slice(0, cut).join('');
    case 'tail':
      return characters.slice(cut).join('');
    case 'middle':
      return characters.slice(cut, cut + 3).join('');
  }
}

/** The scalars that a resource has under a path. */
function valuesAt(type: ResourceType, resource: JsonObject, path: string): (string | number | boolean)[] {
  const target = type.resolve(path);
  if (!target || 'extension' in target) throw new Error(`No ${path} in ${type.name}`);
  const block = target.schema === undefined ? resource : ((resource[target.schema] ?? {}) as JsonObject);
  const sub = target.sub ?? target.attribute.subAttributes?.find((a) => a.name === 'value');
  return [block[target.attribute.name] ?? []]
    .flat()
    .map((value) => (sub ? (value as JsonObject)[sub.name] : value))
    .filter(
      (value): value is Exclude<Json, null | object> =>
        value !== undefined && value !== null && typeof value !== 'object',
    );
}
