import { ENTERPRISE_URN } from '@provost/scim-protocol';
import { type Attributes, type Condition, parseCondition } from '../conditions';
import { reads } from '../conditions/attribute-path';
import type { Finding } from '../document';
import { pointerTo } from '../document/json-pointer';
import type {
  AttributeMappings,
  MultiValuedRule,
  ProfileScalar,
} from '../documents/attribute_mappings/attribute-mappings';
import { fieldSources } from './field-sources';
import type { ArrivingAttributes } from './okta-attributes';
import { parseSource, type Source, type SourceValue } from './source';

export type ProfileValue = ProfileScalar | readonly ProfileScalar[] | Manager;
/** The mapped fields, in the order of the table. */
export type Profile = Readonly<Record<string, ProfileValue>>;
/** Whom `manager` names. */
export interface Manager {
  readonly id: string;
  readonly name: string;
}
/** Finds a person by SCIM id, externalId, userName or e-mail address. */
export type ManagerLookup = (reference: string) => Manager | undefined;

export interface MappedProfile {
  readonly profile: Profile;
  /** What a person's data kept from being mapped; pointers into the profile. */
  readonly faults: readonly Finding[];
}

interface Field {
  readonly name: string;
  readonly sources: readonly Source[];
  readonly transformation: Table | undefined;
  readonly lookup: Table | undefined;
  readonly rule: MultiValuedRule | undefined;
}

/** The field that is looked up among the people. */
export const MANAGER = 'manager';

/**
 * A compiled attribute_mappings document, or the standard table without one, with the attributes of the rule of user creation. Immutable; `map` is total: whatever a resource looks
 * like, it answers and never throws.
 */
export class ProfileMapping {
  private constructor(
    private readonly table: readonly Field[],
    private readonly conditions: readonly { when: Condition; set: [string, ProfileValue | undefined][] }[],
    /** Every field that it can give, sorted as the profile shows them. */
    readonly fields: readonly string[],
    /** Whether a source or a condition asks for `groups`, which the stored resource does not have. */
    readonly readsGroups: boolean,
    /** What the rule of user creation says of attributes. */
    readonly arriving: ArrivingAttributes,
  ) {}

  /** @throws ConditionFault when the documents were not checked */
  static compile(appName: string, document?: AttributeMappings, arriving: ArrivingAttributes = {}): ProfileMapping {
    const own = <T>(part: Readonly<Record<string, T>> | undefined, field: string): T | undefined =>
      part && Object.hasOwn(part, field) ? part[field] : undefined;
    const table = [...fieldSources(appName, document, arriving)].map(([name, sources]): Field => {
      const [transformation, lookup] = [own(document?.transformations, name), own(document?.lookups, name)];
      return {
        name,
        sources: sources.map(parseSource),
        transformation: transformation && new Table(transformation),
        lookup: lookup && new Table(lookup),
        rule: own(document?.multi_valued, name),
      };
    });
    const conditions = (document?.conditions ?? []).map(({ when, set }) => ({
      when: parseCondition(when),
      set: Object.entries(set).map(([field, value]): [string, ProfileValue | undefined] => [field, value ?? undefined]),
    }));
    const names = new Set([...table.map(({ name }) => name), ...conditions.flatMap(({ set }) => set.map(([f]) => f))]);
    const readsGroups =
      table.some(({ sources }) => sources.some((source) => source.readsGroups)) ||
      conditions.some(({ when }) => when.paths.some((path) => /^groups(\.|$)/i.test(path)));
    return new ProfileMapping(table, conditions, [...names], readsGroups, arriving);
  }

  /** The attributes that a field is read from, their names alone and folded, and its sources as written. */
  sourcesOf(field: string): readonly Source[] {
    return this.table.find(({ name }) => name === field)?.sources ?? [];
  }

  /**
   * Maps a SCIM resource. `manager` stays the text that the resource has: withManager looks it up, so that many people cost one
   * question to the directory.
   */
  map(resource: unknown): MappedProfile {
    const profile: Record<string, ProfileValue> = {};
    const faults: Finding[] = [];
    for (const field of this.table) {
      const value = valueOf(field, resource, faults);
      if (value !== undefined) profile[field.name] = value;
    }
    let attributes: Attributes | undefined;
    for (const { when, set } of this.conditions) {
      attributes ??= conditionAttributes(resource, profile);
      if (!when.holds(attributes)) continue;
      attributes = undefined;
      for (const [field, value] of set) {
        if (value === undefined) delete profile[field];
        else profile[field] = value;
      }
    }
    return { profile, faults };
  }
}

/** Puts the person in the place of the text under `manager`; whoever cannot be found stays a text and is reported. */
export function withManager({ profile, faults }: MappedProfile, managers: ManagerLookup): MappedProfile {
  const reference = managerReference(profile);
  if (reference === undefined) return { profile, faults };
  const manager = managers(reference);
  if (manager) return { profile: { ...profile, [MANAGER]: manager }, faults };
  const detail = `names nobody by SCIM id, externalId, userName or e-mail; kept as the text ${JSON.stringify(reference)}`;
  return { profile, faults: [...faults, { pointer: `/${MANAGER}`, detail }] };
}

/** What is to be looked up for a mapped profile; undefined when there is nothing. */
export function managerReference(profile: Profile): string | undefined {
  const manager = Object.hasOwn(profile, MANAGER) ? profile[MANAGER] : undefined;
  return typeof manager === 'string' || typeof manager === 'number' ? String(manager) : undefined;
}

const enterprise = reads(ENTERPRISE_URN);
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * What conditions see of a person: fields of the profile by name, else SCIM attributes, those of the enterprise extension also
 * without its URN.
 */
export function conditionAttributes(resource: unknown, profile: Profile): Attributes {
  const extension = enterprise(resource);
  // A tenth of what spreading costs. A key "__proto__" would change what is inherited, which no condition reads.
  return Object.assign({}, isObject(extension) && extension, isObject(resource) && resource, profile) as Attributes;
}

function valueOf(field: Field, resource: unknown, faults: Finding[]): ProfileValue | undefined {
  for (const source of field.sources) {
    const values = source.values(resource);
    if (values.length)
      return reduced(
        field,
        values.map((value) => translated(field, value, faults)),
      );
  }
  return undefined;
}

function translated(field: Field, { value, primary }: SourceValue, faults: Finding[]): SourceValue {
  const transformed = field.transformation?.row(value) ?? value;
  const text = field.lookup?.row(transformed);
  if (field.lookup && text === undefined) {
    const detail = `the lookup table has no row for ${JSON.stringify(transformed)}; it passes unchanged`;
    faults.push({ pointer: pointerTo('', field.name), detail });
  }
  return { value: text ?? transformed, primary };
}

function reduced({ rule }: Field, values: readonly SourceValue[]): ProfileValue {
  const plain = values.map(({ value }) => value);
  const [first] = plain as [ProfileScalar];
  switch (rule) {
    case 'all':
      return plain;
    case 'join':
      return plain.length === 1 ? first : plain.join(', ');
    case 'first':
      return first;
    default:
      return values.find(({ primary }) => primary)?.value ?? first;
  }
}

/** Value → value; the spelling as written goes before the same in another case. */
class Table {
  private readonly exact: ReadonlyMap<string, ProfileScalar>;
  private readonly folded = new Map<string, ProfileScalar>();

  constructor(rows: Readonly<Record<string, ProfileScalar>>) {
    this.exact = new Map(Object.entries(rows));
    for (const [key, value] of this.exact)
      if (!this.folded.has(key.toLowerCase())) this.folded.set(key.toLowerCase(), value);
  }

  row(value: ProfileScalar): ProfileScalar | undefined {
    const key = String(value);
    return this.exact.get(key) ?? this.folded.get(key.toLowerCase());
  }
}
