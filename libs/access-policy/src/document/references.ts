type Schema = Readonly<Record<string, unknown>>;

/** Keywords whose values are data, not schemas. */
const DATA = new Set(['const', 'default', 'enum', 'examples']);
/** Keywords whose values have schemas under names of the document's own. */
const NAMED = new Set(['properties', 'patternProperties', 'dependentSchemas']);

/**
 * A JSON Schema with what its `$ref`s to `#/$defs/…` name in their places. The validator joins the errors of every
 * reference that it follows to those before, which costs the square of what a long document has wrong; written out there
 * is nothing to follow, and the path of an error tells to which alternative it belongs.
 * @throws Error when a definition is missing or refers to itself
 */
export function withoutReferences(schema: object): object {
  const definitions = (schema as { $defs?: Record<string, Schema> }).$defs ?? {};
  const { $defs: _, ...rest } = schema as Schema;
  return expand(rest, []) as object;

  function expand(part: unknown, inside: readonly string[]): unknown {
    if (Array.isArray(part)) return part.map((element) => expand(element, inside));
    if (typeof part !== 'object' || part === null) return part;
    const { $ref, ...others } = part as Schema;
    if (typeof $ref !== 'string') {
      return mapValues(part, (value, key) => {
        if (DATA.has(key)) return value;
        return NAMED.has(key) ? mapValues(value as object, (named) => expand(named, inside)) : expand(value, inside);
      });
    }
    const name = /^#\/\$defs\/([^/]+)$/.exec($ref)?.[1];
    const definition = name === undefined ? undefined : definitions[name];
    if (name === undefined || !definition) throw new Error(`The schema refers to ${$ref}, which it does not define.`);
    if (inside.includes(name)) throw new Error(`The definition ${name} refers to itself, which no document needs.`);
    const target = expand(definition, [...inside, name]);
    if (!Object.keys(others).length) return target;
    return { ...(expand(others, inside) as object), allOf: [target] };
  }
}

function mapValues(object: object, change: (value: unknown, key: string) => unknown): object {
  return Object.fromEntries(Object.entries(object).map(([key, value]: [string, unknown]) => [key, change(value, key)]));
}
