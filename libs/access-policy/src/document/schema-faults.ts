import type { ErrorObject } from 'ajv';
import { pointerTo } from './json-pointer';
import { meantKey } from './meant-key';
import type { Finding } from './policy-document-type';

/** What a validator of JSON Schema found, one plain sentence for each fault, in the order of the document. */
export function schemaFaults(errors: readonly ErrorObject[]): Finding[] {
  const findings: Finding[] = [];
  const withUnknownKeys = new Set(errors.filter(isUnknownKey).map(({ instancePath }) => instancePath));
  // From behind: what an alternative says comes before the sentence that no alternative fits.
  for (let i = errors.length - 1; i >= 0; i--) {
    const error = errors[i]!;
    if (error.keyword === 'propertyNames' || error.keyword === 'if') continue;
    if (error.keyword === 'anyOf' || error.keyword === 'oneOf') {
      const first = beginOfAlternatives(errors, i);
      const inner = errors.slice(first, i);
      const meant = first < i ? meantAlternative(inner, error) : [];
      i = first;
      // The key that one of the alternatives requires is there, misspelt.
      if (
        inner.length &&
        withUnknownKeys.has(error.instancePath) &&
        inner.every(({ keyword }) => keyword === 'required')
      )
        continue;
      if (meant.length && !sentenceOf(error)) {
        for (const finding of schemaFaults(meant).reverse()) findings.push(finding);
        continue;
      }
    }
    findings.push({ pointer: pointerOf(error), detail: detailOf(error) });
  }
  return withoutRepetition(findings.reverse());
}

/** Where the errors of the alternatives of `errors[at]` begin. */
function beginOfAlternatives(errors: readonly ErrorObject[], at: number): number {
  const { schemaPath, instancePath } = errors[at]!;
  let first = at;
  while (first > 0) {
    const before = errors[first - 1]!;
    if (!before.schemaPath.startsWith(`${schemaPath}/`) || !before.instancePath.startsWith(instancePath)) break;
    first--;
  }
  return first;
}

/** The errors of the one alternative that has the type of what was given: whoever wrote a list meant the list. */
function meantAlternative(errors: readonly ErrorObject[], { schemaPath, instancePath }: ErrorObject): ErrorObject[] {
  const alternatives = new Map<string, ErrorObject[]>();
  for (const error of errors) {
    const alternative = error.schemaPath.slice(schemaPath.length + 1).split('/', 1)[0]!;
    alternatives.set(alternative, [...(alternatives.get(alternative) ?? []), error]);
  }
  const meant = [...alternatives.values()].filter(
    (list) => !list.some((e) => e.keyword === 'type' && e.instancePath === instancePath),
  );
  return meant.length === 1 ? meant[0]! : [];
}

function pointerOf(error: ErrorObject): string {
  const { keyword, instancePath, params, propertyName } = error;
  if (keyword === 'required' || keyword === 'dependentRequired')
    return pointerTo(instancePath, params.missingProperty as string);
  if (isUnknownKey(error)) return pointerTo(instancePath, unknownProperty(error));
  return propertyName === undefined ? instancePath : pointerTo(instancePath, propertyName);
}

interface SchemaPart {
  readonly title?: string;
  readonly properties?: object;
  readonly 'x-fault'?: string;
}

function sentenceOf(error: ErrorObject): string | undefined {
  return (error.parentSchema as SchemaPart | undefined)?.['x-fault'];
}

function detailOf(error: ErrorObject): string {
  const { keyword, params, propertyName, parentSchema } = error;
  if (isUnknownKey(error)) return unknownKey(unknownProperty(error), parentSchema as SchemaPart);
  if (keyword === 'required') return 'is missing';
  if (keyword === 'dependentRequired') return `is missing; "${params.property as string}" needs it`;
  const detail = sentenceOf(error) ?? sentences[keyword]?.(error) ?? 'is not what the schema of this document allows';
  return propertyName === undefined ? detail : `is no such key: it ${detail}`;
}

function isUnknownKey({ keyword }: ErrorObject): boolean {
  return keyword === 'additionalProperties' || keyword === 'unevaluatedProperties';
}

function unknownProperty({ params }: ErrorObject): string {
  const { additionalProperty, unevaluatedProperty = additionalProperty } = params as Record<string, string>;
  return unevaluatedProperty!;
}

function unknownKey(key: string, schema: SchemaPart): string {
  const known = Object.keys(schema.properties ?? {});
  const what = schema.title ? ` of ${withArticle(schema.title)}` : ' here';
  if (!known.length) return `is not a key${what}`;
  const meant = meantKey(key, known);
  return `is not a key${what}${meant === undefined ? '' : ` (did you mean ${meant}?)`}; known are ${known.join(', ')}`;
}

function withArticle(title: string): string {
  if (/^(an?|the) /i.test(title)) return title.charAt(0).toLowerCase() + title.slice(1);
  const name = title.charAt(0).toLowerCase() + title.slice(1);
  return `${/^[aeio]/.test(name) ? 'an' : 'a'} ${name}`;
}

const TYPES: Readonly<Record<string, string>> = {
  object: 'an object',
  array: 'a list',
  string: 'a text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  null: 'null',
};

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value === 'boolean') return String(value);
  return TYPES[Array.isArray(value) ? 'array' : typeof value] ?? 'nothing';
}

const atLeast = (limit: number, what: string): string =>
  limit === 1 ? 'must not be empty' : `must have at least ${limit} ${what}`;

/** By keyword of JSON Schema. */
const sentences: Readonly<Record<string, (error: ErrorObject) => string>> = {
  type: ({ params, data }) => {
    const wanted = [params.type as string | string[]].flat().map((name) => TYPES[name] ?? name);
    return `must be ${wanted.join(' or ')}, not ${typeOf(data)}`;
  },
  enum: ({ params }) =>
    `must be one of ${(params.allowedValues as unknown[]).map((v) => JSON.stringify(v)).join(', ')}`,
  const: ({ params }) => `must be ${JSON.stringify(params.allowedValue)}`,
  minLength: ({ params }) => atLeast(params.limit as number, 'characters'),
  maxLength: ({ params }) => `must have at most ${params.limit as number} characters`,
  minItems: ({ params }) => atLeast(params.limit as number, 'entries'),
  maxItems: ({ params }) => `must have at most ${params.limit as number} entries`,
  minProperties: ({ params, schema, parentSchema }) => {
    const known = Object.keys((parentSchema as SchemaPart).properties ?? {});
    if (schema === 1 && known.length) return `must not be empty; give at least one of ${known.join(', ')}`;
    return atLeast(params.limit as number, 'keys');
  },
  maxProperties: ({ params }) => `must have at most ${params.limit as number} keys`,
  uniqueItems: ({ params }) =>
    `must not hold the same twice; entries ${Math.min(params.i as number, params.j as number)} and ${Math.max(params.i as number, params.j as number)} do`,
  minimum: ({ params }) => `must be at least ${params.limit as number}`,
  maximum: ({ params }) => `must be at most ${params.limit as number}`,
  exclusiveMinimum: ({ params }) => `must be more than ${params.limit as number}`,
  exclusiveMaximum: ({ params }) => `must be less than ${params.limit as number}`,
  multipleOf: ({ params }) => `must be a multiple of ${params.multipleOf as number}`,
  pattern: ({ parentSchema }) => {
    const examples = (parentSchema as { examples?: unknown[] }).examples ?? [];
    return examples.length
      ? `does not have the form of ${examples.map((e) => JSON.stringify(e)).join(' or ')}`
      : 'has characters that are not allowed here';
  },
  anyOf: ({ schema }) => alternatives(schema),
  oneOf: ({ schema }) => alternatives(schema),
};

function alternatives(schema: unknown): string {
  const names = (schema as { title?: string; type?: string }[]).map(({ title, type }) =>
    title ? withArticle(title) : type ? TYPES[type] : undefined,
  );
  if (names.some((name) => name === undefined)) return 'fits none of the forms that are allowed here';
  return `must be ${names.join(' or ')}`;
}

/** Two branches of a schema may say the same about the same place. */
function withoutRepetition(findings: Finding[]): Finding[] {
  const seen = new Set<string>();
  return findings.filter(({ pointer, detail }) => {
    const both = `${pointer}\n${detail}`;
    return !seen.has(both) && seen.add(both);
  });
}
