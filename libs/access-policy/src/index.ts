export * from './conditions';
export * from './document';
export * from './documents';
