import { createHash } from 'node:crypto';

/** A SQL statement that PostgreSQL parses and plans once a connection; `name` is unique for its text. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

const names = new Map<string, string>();

/** A statement that is written down in the code. @throws Error when two texts claim one name. */
export function statement(name: string, text: string): Statement {
  const known = names.get(name);
  if (known !== undefined && known !== text) throw new Error(`Two statements are called ${name}.`);
  names.set(name, text);
  return { name, text };
}

const composed = new Map<string, Statement>();
const MOST_COMPOSED = 400;

/**
 * A statement that is composed from a request, such as a filter. Shapes repeat (Okta sends two), so they are named by
 * their text; past a few hundred shapes the rest goes unnamed rather than fill every backend's memory with plans.
 */
export function composedStatement(text: string): Statement {
  let known = composed.get(text);
  if (!known) {
    if (composed.size >= MOST_COMPOSED) return { name: '', text };
    known = { name: `c_${createHash('sha256').update(text).digest('hex').slice(0, 24)}`, text };
    composed.set(text, known);
  }
  return known;
}
