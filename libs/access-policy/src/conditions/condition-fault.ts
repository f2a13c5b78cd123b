import { type FilterSyntax, parseFilter, ScimError } from '@provost/scim-protocol';

/** A condition that cannot be read. */
export class ConditionFault extends Error {
  constructor(
    /** Where, counted from 1. */
    readonly column: number,
    /** What is wrong, a plain sentence that completes "At column 7: …". */
    readonly detail: string,
  ) {
    super(`The condition cannot be read at column ${column}: ${detail}`);
  }
}

/** How the filter parser tells a place; its columns count from 1 as well. */
const PLACE = /^The filter cannot be read at column (\d+): ([^]*)$/;

/** The tree of a filter. @throws ConditionFault */
export function filterSyntax(text: string): FilterSyntax {
  try {
    return parseFilter(text);
  } catch (error) {
    if (!(error instanceof ScimError)) throw error;
    const [, column, detail] = PLACE.exec(error.detail) ?? [];
    if (column !== undefined && detail !== undefined) throw new ConditionFault(Number(column), detail);
    throw new ConditionFault(1, error.detail.replace(/^The filter/, 'it'));
  }
}
