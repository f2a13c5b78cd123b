export * from './description';
export * from './json-schema';
export { openApiText, serveApiDocs } from './serve-api-docs';
export type { Callers, Surroundings } from './surroundings';
