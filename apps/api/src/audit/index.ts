export { AuditApiModule, AuditModule } from './audit.module';
export { Consumers } from './consumers';
export { SealLag } from './seal-lag';
