export * from './mail.module';
export { type NewMail, Outbox } from './outbox';
