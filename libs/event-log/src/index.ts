export * from './append';
export * from './consumer';
export * from './delivery';
export * from './event';
export * from './event-hash';
export * from './event-signal';
export { BATCH } from './log-reader';
export * from './personal-data';
export * from './write-statement';
