export * from './forgetting';
export * from './in-each-tenant';
export * from './job';
export * from './jobs';
export * from './jobs.module';
export * from './worker-name';
export * from './work-loops';
