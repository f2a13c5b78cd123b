/** Statements after which the version before could not go on, or that hold up those who write; each with the way to do it instead. */
const HAZARDS: readonly (readonly [pattern: RegExp, why: string])[] = [
  [
    /\bDROP\s+(TABLE|VIEW|MATERIALIZED VIEW|FUNCTION|TYPE|SCHEMA|SEQUENCE)\b/i,
    'removes what the version before may use',
  ],
  [/\bDROP\s+COLUMN\b/i, 'removes a column that the version before may name'],
  [/\bRENAME\b/i, 'takes a name away that the version before uses: add the new one beside it'],
  [/\bSET\s+NOT\s+NULL\b/i, 'refuses rows that the version before writes, and reads the whole table under a lock'],
  [/\bALTER\s+(COLUMN\s+)?\S+\s+(SET\s+DATA\s+)?TYPE\b/i, 'rewrites the table under a lock: add a column beside it'],
  [
    /\bADD\s+(COLUMN\s+)?(?!CONSTRAINT)\S+\s+(?!.*\bDEFAULT\b)[^,;]*\bNOT\s+NULL\b/i,
    'refuses rows without the new column: give it a default',
  ],
  [
    /\bADD\s+CONSTRAINT\b(?!.*\bNOT\s+VALID\b)(?!.*\bUSING\s+INDEX\b)/is,
    'reads the whole table under a lock: add it NOT VALID, validate it in a later transaction',
  ],
  [
    /\bCREATE\s+(UNIQUE\s+)?INDEX\s+(?!CONCURRENTLY)/i,
    'holds up every write of the table: CREATE INDEX CONCURRENTLY in a migration with transaction = false',
  ],
  [/\bREVOKE\b(?!.*\bFROM\s+PUBLIC\b)/is, 'takes a right away that the version before may need'],
  [/\bLOCK\s+TABLE\b/i, 'holds up everybody'],
];

/**
 * Finds in the statements of one migration what an upgrade without downtime cannot bear. What a migration makes itself may be treated
 * in any way.
 * @param statements in their order
 * @returns a sentence for each, none when all is well
 */
export function hazards(statements: readonly string[]): string[] {
  const made = new Set<string>();
  return statements.flatMap((text) => {
    const sql = text.replace(/--[^\n]*/g, '').trim();
    const [, created] =
      /^CREATE\s+(?:UNLOGGED\s+)?(?:TABLE|SEQUENCE)\s+(?:IF NOT EXISTS\s+)?"?([\w.]+)/i.exec(sql) ?? [];
    if (created) made.add(created.toLowerCase());
    const touched = tableOf(sql);
    if (touched !== undefined && made.has(touched)) return [];
    // What a function does is its own affair; that it is replaced as a whole is how functions are changed.
    if (/^CREATE\s+(OR\s+REPLACE\s+)?FUNCTION\b/i.test(sql)) return [];
    return HAZARDS.filter(([pattern]) => pattern.test(sql)).map(
      ([, why]) => `${sql.split('\n')[0]!.slice(0, 100)}: ${why}`,
    );
  });
}

/** The table that a statement is about, in lower case. */
function tableOf(sql: string): string | undefined {
  const about =
    /^ALTER\s+TABLE\s+(?:IF EXISTS\s+)?(?:ONLY\s+)?"?([\w.]+)/i.exec(sql) ??
    /^CREATE\s+(?:UNIQUE\s+)?INDEX\s+.*?\bON\s+(?:ONLY\s+)?"?([\w.]+)/is.exec(sql) ??
    /^(?:REVOKE|GRANT)\s+.*?\bON\s+(?:TABLE\s+)?"?([\w.]+)/is.exec(sql);
  return about?.[1]?.toLowerCase();
}
