/** `user.created`, `user.*` or `*`. */
export const EVENT_PATTERN = /^(\*|[a-z][a-z_]*(\.[a-z][a-z_]*)*(\.\*)?)$/;

/**
 * SQL: whether one of the patterns covers an event type.
 * @param patterns SQL for the array @param type SQL for the type
 */
export function coversType(patterns: string, type: string): string {
  return `EXISTS (SELECT FROM unnest(${patterns}) AS p (pattern)
    WHERE p.pattern IN ('*', ${type}) OR (right(p.pattern, 2) = '.*' AND starts_with(${type}, left(p.pattern, -1))))`;
}
