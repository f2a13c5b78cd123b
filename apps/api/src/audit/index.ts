export { AuditApiModule, AuditModule } from './audit.module';
export { Consumers } from './consumers';
