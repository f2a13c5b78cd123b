export { type RevokedSession, Sessions } from './sessions';
export * from './sessions.module';
