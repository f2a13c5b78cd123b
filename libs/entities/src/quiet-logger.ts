import type { Logger } from 'typeorm';

const nothing = () => undefined;

/** TypeORM says nothing by itself: what fails is thrown, and whoever catches it decides what people read. */
export const quietLogger: Logger = {
  logQuery: nothing,
  logQueryError: nothing,
  logQuerySlow: nothing,
  logSchemaBuild: nothing,
  logMigration: nothing,
  log: nothing,
};
