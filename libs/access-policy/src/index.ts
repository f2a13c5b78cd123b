export * from './document';
export * from './documents';
