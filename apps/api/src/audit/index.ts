export { AuditModule } from './audit.module';
export { Consumers } from './consumers';
