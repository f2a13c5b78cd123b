import { createHash } from 'node:crypto';

/** A SQL statement that PostgreSQL parses and plans once a connection; `name` is unique for its text. */
export interface Statement {
  readonly name: string;
  readonly text: string;
  /**
   * Planned without a look at the values, the tenant included, where TenantDatabase.run sends it: for statements whose best plan is the
   * same for all. What PostgreSQL knows of a tenant may be of the time before it came.
   */
  readonly plan?: 'generic' | undefined;
}

const names = new Map<string, string>();

/** A statement that is written down in the code. @throws Error when two texts claim one name. */
export function statement(name: string, text: string): Statement {
  const known = names.get(name);
  if (known !== undefined && known !== text) throw new Error(`Two statements are called ${name}.`);
  names.set(name, text);
  return { name, text };
}

/** Past so many shapes the rest goes unnamed rather than fill every backend's memory with plans. */
const MOST_COMPOSED = 400;

/** Names for statements that are composed from requests, by their text. */
export class ComposedStatements {
  private readonly known = new Map<string, Statement>();

  of(text: string): Statement {
    let known = this.known.get(text);
    if (!known) {
      if (this.known.size >= MOST_COMPOSED) return { name: '', text };
      known = { name: `c_${createHash('sha256').update(text).digest('hex').slice(0, 24)}`, text };
      this.known.set(text, known);
    }
    return known;
  }
}

const composed = new ComposedStatements();

/** A statement that is composed from a request, such as a filter. Shapes repeat (Okta sends two), so they are named. */
export function composedStatement(text: string): Statement {
  return composed.of(text);
}
