import { getMetadataStorage } from 'class-validator';
import type { JsonSchema } from './json-schema';

type Class = new (...args: never[]) => object;
type Rule = ReturnType<ReturnType<typeof getMetadataStorage>['getTargetValidationMetadatas']>[number];

/** What a rule of class-validator is called in JSON Schema. What is not here only adds its sentence to the description. */
const KEYWORDS: Readonly<Record<string, (...constraints: never[]) => JsonSchema>> = {
  isString: () => ({ type: 'string' }),
  isBoolean: () => ({ type: 'boolean' }),
  isInt: () => ({ type: 'integer' }),
  isNumber: () => ({ type: 'number' }),
  isObject: () => ({ type: 'object' }),
  isArray: () => ({ type: 'array' }),
  isDate: () => ({ type: 'string', format: 'date-time' }),
  isUuid: () => ({ type: 'string', format: 'uuid' }),
  isUrl: () => ({ type: 'string', format: 'uri' }),
  isEmail: () => ({ type: 'string', format: 'email' }),
  isIn: (values: readonly unknown[]) => ({ enum: values }),
  min: (minimum: number) => ({ minimum }),
  max: (maximum: number) => ({ maximum }),
  minLength: (minLength: number) => ({ type: 'string', minLength }),
  maxLength: (maxLength: number) => ({ type: 'string', maxLength }),
  isLength: (minLength: number, maxLength?: number) => ({ type: 'string', minLength, ...(maxLength && { maxLength }) }),
  // JSON Schema has no flags, and reads every pattern as with `u`.
  matches: (pattern: RegExp) => ({ type: 'string', ...(!pattern.flags.includes('i') && { pattern: pattern.source }) }),
  // Validators of our own.
  isCidr: () => ({ type: 'string' }),
  isIpAddress: () => ({ type: 'string' }),
  arrayMinSize: (minItems: number) => ({ type: 'array', minItems }),
  arrayMaxSize: (maxItems: number) => ({ type: 'array', maxItems }),
  arrayUnique: () => ({ type: 'array', uniqueItems: true }),
};

/** The name of a DTO's schema: that of the class without `Dto`. */
export function dtoName(Dto: Class): string {
  return Dto.name.replace(/Dto$/, '');
}

/** Whether a class has rules of class-validator. */
export function isDto(type: unknown): type is Class {
  return typeof type === 'function' && rulesOf(type as Class).length > 0;
}

/**
 * The schema of the bodies that a DTO admits, as its class-validator decorators have it; their messages describe the members.
 * @param open whether other members are admitted too
 */
export function dtoSchema(Dto: Class, open = false): JsonSchema {
  const rules = rulesOf(Dto);
  const names = [...new Set(rules.map(({ propertyName }) => propertyName))];
  const isOptional = (name: string) =>
    rules.some(({ propertyName, type }) => propertyName === name && type === 'conditionalValidation');
  const properties = names.map((name) => {
    // The decorators of a member apply from the last to the first.
    const own = rules.filter(({ propertyName }) => propertyName === name).reverse();
    return [name, isOptional(name) ? withNull(memberSchema(Dto, own)) : memberSchema(Dto, own)] as const;
  });
  return {
    type: 'object',
    properties: Object.fromEntries(properties),
    required: names.filter((name) => !isOptional(name)),
    additionalProperties: open,
  };
}

function rulesOf(Dto: Class): Rule[] {
  return getMetadataStorage().getTargetValidationMetadatas(Dto, '', false, false);
}

function memberSchema(Dto: Class, rules: readonly Rule[]): JsonSchema {
  const nested = rules.some(({ type }) => type === 'nestedValidation');
  const declared = Reflect.getMetadata('design:type', Dto.prototype as object, rules[0]!.propertyName) as unknown;
  const own: Record<string, unknown> = nested && isDto(declared) ? { ...dtoSchema(declared) } : {};
  const items: Record<string, unknown> = {};
  for (const { name = '', each, constraints } of rules)
    Object.assign(each ? items : own, KEYWORDS[name]?.(...((constraints ?? []) as never[])));
  // Those of the library's own have placeholders.
  const sentences = rules.map(({ message }) => message).filter((text) => typeof text === 'string' && !/\$/.test(text));
  return {
    ...own,
    ...(Object.keys(items).length && { items }),
    ...(sentences.length && { description: `${capital([...new Set(sentences)].join('; '))}.` }),
  };
}

/** class-validator takes null for absent where a member is optional. */
function withNull({ type, enum: values, ...rest }: JsonSchema): JsonSchema {
  return {
    ...(type !== undefined && { type: [type, 'null'] }),
    ...(Array.isArray(values) && { enum: [...(values as unknown[]), null] }),
    ...rest,
  };
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
