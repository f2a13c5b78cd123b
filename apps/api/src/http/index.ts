export * from './body-parser';
export * from './fastify-application';
export * from './fault-log';
export * from './problem';
export * from './time-input';
export * from './validated-body';
