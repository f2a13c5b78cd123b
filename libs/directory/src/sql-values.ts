/** The parameters of a statement that is being composed. Values never become part of the text. */
export class SqlValues {
  constructor(readonly values: unknown[] = []) {}

  /** @returns the placeholder, with its type so that PostgreSQL need not guess */
  add(value: unknown, type: 'text' | 'uuid' | 'timestamptz' | 'bigint' | 'numeric' | 'boolean' | 'int'): string {
    this.values.push(value);
    return `$${this.values.length}::${type}`;
  }
}

/** A SQL string literal, for the names of attributes inside a JSON document. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A LIKE pattern's special characters, made ordinary. */
export function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}
