import type { ClientProfile } from '../client-profile';
import { BadRequest } from '../errors';
import { quotable } from '../resource/text';
import type { AttributePath, ResourceType } from '../schema/registry';
import type { Attribute } from '../schema/types';
import { checkOperator, literal } from './literal';
import type { CompareOperator, CompareValue, Filter, FilterSyntax } from './types';

/** Finds what a path of the filter names; inside brackets these are the sub-attributes of one attribute. */
type Scope = (path: string) => AttributePath;

const refuse = (detail: string): never => {
  throw new BadRequest('invalidFilter', detail);
};

/**
 * Binds a filter to a resource type: resolves every path and gives every literal its attribute's type.
 * `emails co "x"` means `emails.value co "x"` (RFC 7644 §3.4.2.2); `x eq null` means that x is unassigned (RFC 7643 §2.5);
 * `emails[type eq "work"].value eq "x"` means both of one element (catalogue EN-M2).
 * @throws BadRequest invalidFilter for an unknown attribute, one that is never returned (R27), an operator or a literal
 *   that its type does not take (R05)
 */
export function resolveFilter(type: ResourceType, syntax: FilterSyntax, profile: ClientProfile): Filter {
  return bind(syntax, (path) => attributeOf(type, path), type, profile);
}

/**
 * Binds the filter between the brackets of `attribute[…]`, as PATCH paths carry it; its paths name sub-attributes.
 * @throws BadRequest invalidFilter as resolveFilter does, and where the attribute has no elements with sub-attributes
 */
export function resolveElementFilter(
  type: ResourceType,
  attribute: Attribute,
  syntax: FilterSyntax,
  profile: ClientProfile,
): Filter {
  if (!attribute.multiValued || attribute.type !== 'complex') {
    refuse(`"${attribute.name}" has no values to choose from with brackets.`);
  }
  return bind(syntax, (path) => elementScope(type, attribute, path), type, profile);
}

function bind(syntax: FilterSyntax, scope: Scope, type: ResourceType, profile: ClientProfile): Filter {
  switch (syntax.kind) {
    case 'and':
    case 'or':
      return {
        kind: syntax.kind,
        left: bind(syntax.left, scope, type, profile),
        right: bind(syntax.right, scope, type, profile),
      };
    case 'not':
      return { kind: 'not', filter: bind(syntax.filter, scope, type, profile) };
    case 'present':
      return { kind: 'present', target: scope(syntax.path) };
    case 'compare':
      return compare(type, scope(syntax.path), syntax.op, syntax.value, profile, syntax.path);
    case 'valuePath': {
      const target = scope(syntax.path);
      if (target.sub) refuse(`"${syntax.path}" is a sub-attribute; brackets follow the attribute itself.`);
      const elements = resolveElementFilter(type, target.attribute, syntax.filter, profile);
      const { test } = syntax;
      if (!test) return { kind: 'valuePath', target, filter: elements };
      const sub = elementScope(type, target.attribute, test.sub);
      const tested: Filter =
        test.op === 'pr'
          ? { kind: 'present', target: sub }
          : compare(type, sub, test.op, test.value, profile, `${syntax.path}.${test.sub}`);
      return { kind: 'valuePath', target, filter: { kind: 'and', left: elements, right: tested } };
    }
  }
}

function attributeOf(type: ResourceType, path: string): AttributePath {
  const found = type.resolve(path);
  if (!found) return refuse(`${type.name} has no attribute "${quotable(path)}".`);
  if ('extension' in found) return refuse(`"${path}" is a whole extension; name an attribute of it.`);
  return readable(found, path);
}

function elementScope(type: ResourceType, attribute: Attribute, path: string): AttributePath {
  const sub = type.subAttribute(attribute, path);
  if (!sub) return refuse(`"${attribute.name}" has no sub-attribute "${quotable(path)}".`);
  return readable({ schema: undefined, attribute: sub, sub: undefined }, path);
}

/** What is never returned must not be guessed by filters either (RFC 7643 §7, catalogue R27). */
function readable(path: AttributePath, name: string): AttributePath {
  if (path.attribute.returned !== 'never' && path.sub?.returned !== 'never') return path;
  return refuse(`"${name}" cannot be used in a filter.`);
}

function compare(
  type: ResourceType,
  path: AttributePath,
  op: CompareOperator,
  value: CompareValue,
  profile: ClientProfile,
  name: string,
): Filter {
  const target = valueOf(type, path, op, profile, name);
  const attribute = target.sub ?? target.attribute;
  checkOperator(attribute, op, name);
  if (value === null) {
    const present: Filter = { kind: 'present', target };
    if (op === 'eq') return { kind: 'not', filter: present };
    return op === 'ne' ? present : refuse(`"${name}" can be compared with null only by eq and ne.`);
  }
  return { kind: 'compare', target, op, value: literal(attribute, value, profile, name) };
}

/**
 * A complex attribute compares by its `value` sub-attribute. The RFC shows it with `co` on multi-valued attributes; Entra's
 * reference checks, `members eq "id"` and `manager eq "id"` (catalogue EN-G7), are K12.
 */
function valueOf(
  type: ResourceType,
  path: AttributePath,
  op: CompareOperator,
  profile: ClientProfile,
  name: string,
): AttributePath {
  const { attribute, sub } = path;
  if (sub || attribute.type !== 'complex') return path;
  const value = type.subAttribute(attribute, 'value');
  const standard = attribute.multiValued && op !== 'eq' && op !== 'ne';
  if (!value || !(standard || profile.extendedFilters === 'parse')) {
    return refuse(`"${name}" has sub-attributes; compare one of them, such as "${name}.${example(attribute)}".`);
  }
  return readable({ ...path, sub: value }, name);
}

const example = (attribute: Attribute) =>
  (attribute.subAttributes?.find((s) => s.name === 'value') ?? attribute.subAttributes?.[0])?.name ?? 'value';
