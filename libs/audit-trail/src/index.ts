export * from './chain-check';
export * from './event-kinds';
export * from './merkle';
export * from './readable-event';
export * from './seal';
export * from './seal-signatures';
export * from './selection-check';
export * from './signing-key';
