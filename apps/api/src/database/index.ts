export * from './database-route';
export * from './database.module';
export * from './reach-database';
