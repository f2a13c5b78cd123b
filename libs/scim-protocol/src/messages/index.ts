export * from './urns';
export * from './limits';
export * from './json';
export * from './list-response';
export * from './search-request';
export * from './bulk-request';
export * from './bulk-references';
