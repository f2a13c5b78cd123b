export { coerceAttribute, coerceElement, coerceSingle, MAX_ELEMENTS } from './coerce';
export { MAX_STRING_LENGTH, quotable } from './text';
export * from './members';
export * from './inbound';
export * from './projection';
export * from './changes';
export * from './leaves';
export * from './without-changes';
