import { BadRequest, type Attribute, type Json, type JsonObject, type ResourceType } from '@provost/scim-protocol';

/**
 * RFC 7644 §3.5.1: a PUT may set an immutable attribute that is unset, and must not change one that is set (catalogue R35).
 * @throws BadRequest mutability naming the attribute
 */
export function checkImmutable(type: ResourceType, current: JsonObject, next: JsonObject): void {
  check([...type.attributes()], current, next, '');
  for (const schema of type.extensions())
    check(schema.attributes, current[schema.id] as JsonObject, next[schema.id] as JsonObject, `${schema.id}:`);
}

function check(
  attributes: readonly Attribute[],
  current: JsonObject | undefined,
  next: JsonObject | undefined,
  prefix: string,
): void {
  for (const attribute of attributes) {
    const before = current?.[attribute.name] as Json | undefined;
    const after = next?.[attribute.name] as Json | undefined;
    if (before === undefined) continue;
    if (attribute.mutability === 'immutable' && JSON.stringify(before) !== JSON.stringify(after))
      throw new BadRequest('mutability', `"${prefix}${attribute.name}" cannot be changed once it is set.`);
    if (attribute.subAttributes && !attribute.multiValued && after !== undefined)
      check(attribute.subAttributes, before as JsonObject, after as JsonObject, `${prefix}${attribute.name}.`);
  }
}
