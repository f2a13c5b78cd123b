import { BadRequest } from '../errors';
import { openAttribute } from './open-attribute';
import type { Attribute, ResourceTypeSpec, Schema } from './types';

/**
 * Where an attribute stands in a resource: `schema` is the URN of the extension block it lives in, undefined for
 * the core; `sub` the sub-attribute when the path names one.
 */
export interface AttributePath {
  readonly schema: string | undefined;
  readonly attribute: Attribute;
  readonly sub: Attribute | undefined;
}
/** A path that names a whole extension block, as Okta and Entra do in PATCH. */
export interface ExtensionPath {
  readonly extension: Schema;
}

const fold = (name: string) => name.toLowerCase();
const index = (attributes: readonly Attribute[]) => new Map(attributes.map((a) => [fold(a.name), a]));

/** A resource type with its attributes looked up by folded name: names are case-insensitive everywhere (RFC 7643 §2.1). */
export class ResourceType {
  private readonly core: Map<string, Attribute>;
  /** Weak, because the attributes of an open schema are made up on request. */
  private readonly subs = new WeakMap<Attribute, Map<string, Attribute>>();
  /** Longest URN first, so that `…:2.0:User` never swallows `…:2.0:UserPlus` (pains 14). */
  private readonly urns: { folded: string; schema: Schema; attributes: Map<string, Attribute>; core: boolean }[];

  constructor(
    readonly spec: ResourceTypeSpec,
    /** id, externalId, meta, schemas: they belong to every resource (RFC 7643 §3.1). */
    readonly common: readonly Attribute[],
  ) {
    this.core = index([...common, ...spec.schema.attributes]);
    this.urns = [
      { folded: fold(spec.schema.id), schema: spec.schema, attributes: this.core, core: true },
      ...spec.extensions.map(({ schema }) => ({
        folded: fold(schema.id),
        schema,
        attributes: index(schema.attributes),
        core: false,
      })),
    ].sort((a, b) => b.folded.length - a.folded.length);
  }

  get name(): string {
    return this.spec.name;
  }

  /** All attributes of the core, the common ones included. */
  attributes(): Iterable<Attribute> {
    return this.core.values();
  }

  extensions(): Schema[] {
    return this.spec.extensions.map((e) => e.schema);
  }

  /** The core attribute of that name in any case, or undefined. */
  attribute(name: string): Attribute | undefined {
    return this.core.get(fold(name));
  }

  /** The extension with that URN in any case, or undefined. */
  extension(urn: string): Schema | undefined {
    const folded = fold(urn);
    return this.urns.find((u) => !u.core && u.folded === folded)?.schema;
  }

  /** The attribute of that name in a schema of this type (an extension, or the core's URN); in an open schema any. */
  attributeIn(urn: string, name: string): Attribute | undefined {
    const folded = fold(urn);
    const found = this.urns.find((u) => u.folded === folded);
    if (!found) return undefined;
    return found.attributes.get(fold(name)) ?? (found.schema.open ? openAttribute(name) : undefined);
  }

  /** The sub-attribute of that name in any case. */
  subAttribute(attribute: Attribute, name: string): Attribute | undefined {
    let subs = this.subs.get(attribute);
    if (!subs) this.subs.set(attribute, (subs = index(attribute.subAttributes ?? [])));
    return subs.get(fold(name));
  }

  /**
   * Resolves an attribute path without a value filter: `userName`, `name.givenName`,
   * `urn:…:enterprise:2.0:User:manager.value`, or a bare extension URN (RFC 7644 §3.10).
   * @returns undefined where nothing of that name is defined
   */
  resolve(path: string): AttributePath | ExtensionPath | undefined {
    const folded = fold(path);
    if (folded.startsWith('urn:')) {
      for (const u of this.urns) {
        if (!folded.startsWith(u.folded)) continue;
        const rest = path.slice(u.folded.length);
        if (rest === '') return u.core ? undefined : { extension: u.schema };
        if (rest[0] !== ':') continue;
        return this.dotted(rest.slice(1), u.attributes, u.core ? undefined : u.schema.id, u.schema.open);
      }
      return undefined;
    }
    return this.dotted(path, this.core, undefined);
  }

  private dotted(path: string, attributes: Map<string, Attribute>, schema: string | undefined, open?: true) {
    const dot = path.indexOf('.');
    const name = dot < 0 ? path : path.slice(0, dot);
    const attribute = attributes.get(fold(name)) ?? (open ? openAttribute(name) : undefined);
    if (!attribute) return undefined;
    if (dot < 0) return { schema, attribute, sub: undefined };
    const sub = this.subAttribute(attribute, path.slice(dot + 1));
    return sub ? { schema, attribute, sub } : undefined;
  }
}

/** The resource types of one tenant: the standard ones with the tenant's own extensions (contract §3). */
export class SchemaRegistry {
  private readonly byName: Map<string, ResourceType>;
  private readonly byEndpoint: Map<string, ResourceType>;

  constructor(readonly types: readonly ResourceType[]) {
    this.byName = new Map(types.map((t) => [t.name, t]));
    this.byEndpoint = new Map(types.map((t) => [fold(t.spec.endpoint), t]));
  }

  /** @throws BadRequest invalidValue when no resource type has that name. */
  type(name: string): ResourceType {
    const type = this.byName.get(name);
    if (!type) throw new BadRequest('invalidValue', `There is no resource type "${name}".`);
    return type;
  }

  /** The resource type of an endpoint such as `/Users`, or undefined. */
  endpoint(endpoint: string): ResourceType | undefined {
    return this.byEndpoint.get(fold(endpoint));
  }

  /** Every schema once, core schemas first, in the order of the resource types. */
  schemas(): Schema[] {
    return [
      ...new Map(
        [...this.types.map((t) => t.spec.schema), ...this.types.flatMap((t) => t.extensions())].map((s) => [s.id, s]),
      ).values(),
    ];
  }
}
