export * from './action-registry';
export * from './lifecycle-action';
