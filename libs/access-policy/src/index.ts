export * from './access';
export * from './actions';
export * from './conditions';
export * from './document';
export * from './documents';
export * from './profile';
