import type { ControllerDescription, Named } from './description';
import { dtoName, dtoSchema } from './dto-schema';
import { type JsonSchema, ref } from './json-schema';

type Class = new (...args: never[]) => object;

/** The schemas of the document, by name. */
export class SchemaCollection {
  private readonly schemas = new Map<string, JsonSchema>();
  private readonly described = new Set<ControllerDescription>();

  constructor(private readonly appName: string) {}

  /** @throws Error when a name stands for two schemas */
  add(name: string, schema: JsonSchema): void {
    const known = this.schemas.get(name);
    if (known && JSON.stringify(known) !== JSON.stringify(schema)) throw new Error(`Two schemas are called ${name}.`);
    this.schemas.set(name, schema);
  }

  /** Takes the schemas that a description brings. */
  describe(description: ControllerDescription | undefined): void {
    if (!description?.schemas || this.described.has(description)) return;
    this.described.add(description);
    for (const [name, schema] of this.entries(description.schemas)) this.add(name, rebased(name, schema));
  }

  /** Named things, for the application that there is. */
  entries<T>(named: Named<T>): [string, T][] {
    return Object.entries(typeof named === 'function' ? named(this.appName) : named);
  }

  /** A reference to the schema of a DTO. */
  dto(Dto: Class, open = false): JsonSchema {
    this.add(dtoName(Dto), dtoSchema(Dto, open));
    return ref(dtoName(Dto));
  }

  all(): Record<string, JsonSchema> {
    return Object.fromEntries([...this.schemas].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}

/** A schema that stood alone: what it defines for itself is now found below its name. */
function rebased(name: string, { $schema: _, ...schema }: JsonSchema): JsonSchema {
  const text = JSON.stringify(schema).replaceAll('"$ref":"#/$defs/', `"$ref":"#/components/schemas/${name}/$defs/`);
  return JSON.parse(text) as JsonSchema;
}
