export * from './errors';
export * from './client-profile';
export * from './schema';
export * from './resource';
export * from './filter';
export * from './patch';
export * from './messages';
