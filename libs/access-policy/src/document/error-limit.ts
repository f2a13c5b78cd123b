import { _, type CodeKeywordDefinition } from 'ajv';
import names from 'ajv/dist/compile/names';

const KEYWORD = 'x-error-limit';
/** Where alternatives are tried, errors may yet turn out to be none. */
const UNDECIDED = new Set(['anyOf', 'oneOf', 'not', 'if', 'contains', 'propertyNames', 'dependentSchemas']);
const DATA = new Set(['const', 'default', 'enum', 'examples']);
/** Schemas of entries, of which there may be a hundred thousand. */
const OF_ENTRIES = new Set(['additionalProperties', 'items']);

/** The errors that were found when there were too many to go on. */
export class TooManyErrors extends Error {
  constructor(readonly errors: unknown[]) {
    super('Too many errors.');
  }
}

/** The validator finds all errors or the first; this keyword, which `withErrorLimit` strews in, stops it after a number. */
export const errorLimit: CodeKeywordDefinition = {
  keyword: KEYWORD,
  schemaType: 'number',
  code({ gen, schema }) {
    const stop = gen.scopeValue('obj', { ref: stopWith });
    gen.if(_`${names.errors} >= ${schema as number}`, () => gen.code(_`${stop}(${names.vErrors})`));
  },
};

function stopWith(errors: unknown[]): never {
  throw new TooManyErrors(errors);
}

/** The schema with a limit at every entry of an object or a list. It must have no references: each counts for itself. */
export function withErrorLimit(schema: unknown, limit: number): unknown {
  if (Array.isArray(schema)) return schema.map((part) => withErrorLimit(part, limit));
  if (typeof schema !== 'object' || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema).map(([keyword, value]: [string, unknown]) => {
      if (DATA.has(keyword) || UNDECIDED.has(keyword)) return [keyword, value];
      const below = withErrorLimit(value, limit);
      const isSchema = typeof below === 'object' && below !== null && !Array.isArray(below);
      return [keyword, OF_ENTRIES.has(keyword) && isSchema ? { [KEYWORD]: limit, ...below } : below];
    }),
  );
}
