/** JSON Schema 2020-12, which OpenAPI 3.1 takes as it is. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** A schema that some module describes under this name. */
export const ref = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` });

export const TEXT: JsonSchema = { type: 'string' };
export const BOOLEAN: JsonSchema = { type: 'boolean' };
export const COUNT: JsonSchema = { type: 'integer', minimum: 0 };
/** RFC 3339, in UTC (contract §2). */
export const TIME: JsonSchema = { type: 'string', format: 'date-time' };
export const ID: JsonSchema = { type: 'string', format: 'uuid' };
/** Any JSON object. */
export const ANY_OBJECT: JsonSchema = { type: 'object', additionalProperties: true };

export const oneOf = (...values: readonly string[]): JsonSchema => ({ type: 'string', enum: values });
export const listOf = (items: JsonSchema): JsonSchema => ({ type: 'array', items });
export const orNull = (schema: JsonSchema): JsonSchema =>
  typeof schema.type === 'string' && !('enum' in schema)
    ? { ...schema, type: [schema.type, 'null'] }
    : { anyOf: [schema, { type: 'null' }] };

/** An object of exactly these members, which are there always unless they are named as `optional`. */
export function shape(properties: Readonly<Record<string, JsonSchema>>, ...optional: readonly string[]): JsonSchema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: 'object', properties, required, additionalProperties: false };
}

/** One page of a list (contract §2). */
export const pageOf = (items: JsonSchema): JsonSchema =>
  shape({
    items: listOf(items),
    nextCursor: orNull({
      type: 'string',
      description: 'What to send as `cursor` for the next page; null on the last.',
    }),
  });
