import { NotFound } from '../errors';
import { listResponse } from '../messages/list-response';
import { DISCOVERY_SCHEMAS, RESOURCE_TYPE_URN, SCHEMA_URN } from './discovery-schemas';
import { quotable } from '../resource/text';
import type { ResourceType, SchemaRegistry } from './registry';
import type { Attribute, JsonObject, Schema } from './types';

/** The body of /ResourceTypes: a ListResponse with all of them (RFC 7644 §4, catalogue OK-E1). */
export function resourceTypeList(registry: SchemaRegistry, baseUrl: string): JsonObject {
  return whole(registry.types.map((type) => resourceTypeBody(type, baseUrl)));
}

/** The body of /ResourceTypes/{id}, by name in any case. @throws NotFound */
export function resourceTypeById(registry: SchemaRegistry, id: string, baseUrl: string): JsonObject {
  const type = registry.types.find((t) => t.spec.id.toLowerCase() === id.toLowerCase());
  if (!type) throw new NotFound(`There is no resource type "${quotable(id)}"; /ResourceTypes lists those that exist.`);
  return resourceTypeBody(type, baseUrl);
}

/**
 * The body of /Schemas: a ListResponse with the schemas of all resource types, core ones first, then those of the
 * discovery endpoints themselves (RFC 7643 §8.7.2).
 */
export function schemaList(registry: SchemaRegistry, baseUrl: string): JsonObject {
  return whole(allSchemas(registry).map((schema) => schemaBody(schema, baseUrl)));
}

/** The body of /Schemas/{urn}, by URN in any case (R64). @throws NotFound */
export function schemaById(registry: SchemaRegistry, urn: string, baseUrl: string): JsonObject {
  const schema = allSchemas(registry).find((s) => s.id.toLowerCase() === urn.toLowerCase());
  if (!schema) throw new NotFound(`There is no schema "${quotable(urn)}"; /Schemas lists those that exist.`);
  return schemaBody(schema, baseUrl);
}

const allSchemas = (registry: SchemaRegistry): Schema[] => [...registry.schemas(), ...DISCOVERY_SCHEMAS];

/** Discovery knows no pages: everything is on the first (RFC 7644 §4). */
const whole = (Resources: JsonObject[]) =>
  listResponse({ totalResults: Resources.length, startIndex: 1, itemsPerPage: Resources.length, Resources });

function resourceTypeBody({ spec }: ResourceType, baseUrl: string): JsonObject {
  return {
    schemas: [RESOURCE_TYPE_URN],
    id: spec.id,
    name: spec.name,
    endpoint: spec.endpoint,
    description: spec.description,
    schema: spec.schema.id,
    ...(spec.extensions.length > 0 && {
      schemaExtensions: spec.extensions.map(({ schema, required }) => ({ schema: schema.id, required })),
    }),
    meta: { resourceType: 'ResourceType', location: `${baseUrl}/ResourceTypes/${spec.id}` },
  };
}

function schemaBody(schema: Schema, baseUrl: string): JsonObject {
  return {
    schemas: [SCHEMA_URN],
    id: schema.id,
    name: schema.name,
    description: schema.description,
    attributes: schema.attributes.map(attributeBody),
    meta: { resourceType: 'Schema', location: `${baseUrl}/Schemas/${schema.id}` },
  };
}

/** Member by member: what of a definition is ours alone (maxLength, open) stays here (RFC 7643 §7). */
function attributeBody(a: Attribute): JsonObject {
  return {
    name: a.name,
    type: a.type,
    multiValued: a.multiValued,
    description: a.description,
    required: a.required,
    caseExact: a.caseExact,
    mutability: a.mutability,
    returned: a.returned,
    uniqueness: a.uniqueness,
    ...(a.canonicalValues && { canonicalValues: [...a.canonicalValues] }),
    ...(a.referenceTypes && { referenceTypes: [...a.referenceTypes] }),
    ...(a.subAttributes && { subAttributes: a.subAttributes.map(attributeBody) }),
  };
}
