import { createRegistry, type Schema } from '@provost/scim-protocol';

/** What an error may quote that is about no person: names of attributes, schemas and parameters. */
const NAMES = new Set(
  createRegistry()
    .types.flatMap(({ spec }) => [spec.schema, ...spec.extensions.map(({ schema }) => schema)])
    .flatMap(namesOf)
    .concat(
      'schemas',
      'id',
      'externalId',
      'meta',
      'members',
      'Operations',
      'attributes',
      'excludedAttributes',
      'filter',
      'sortBy',
    )
    .map((name) => name.toLowerCase()),
);

/**
 * The sentence of an error without what the client sent: events stay when a person is erased, and a value that was refused is often
 * somebody's name. From the first quotation that is no name of the protocol to the last nothing is kept.
 */
export function impersonal(sentence: string): string {
  for (const { 0: quotation, 1: text, index } of sentence.matchAll(/"([^"]*)"/g)) {
    if (NAMES.has(text!.toLowerCase())) continue;
    const end = sentence.lastIndexOf('"');
    return `${sentence.slice(0, index)}"…"${sentence.slice(Math.max(end + 1, index + quotation.length))}`;
  }
  return sentence;
}

function namesOf({ id, attributes }: Schema): string[] {
  return [id, ...attributes.flatMap(({ name, subAttributes = [] }) => [name, ...subAttributes.map((sub) => sub.name)])];
}
