export * from './database.module';
export * from './reach-database';
