export * from './action-definitions';
export * from './action-entries';
